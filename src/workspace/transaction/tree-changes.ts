import { AppError } from '../../domain/errors.ts'
import type { Git } from '../git.ts'
import { records } from '../list-files.ts'
import { pathText } from '../path-bytes.ts'
import type { CopyChange } from '../transaction.ts'

/** One side of a change; the id is that of the bytes on disk. */
export interface TreeEntry {
  id: string
  mode: string
}

/** A path that two trees disagree about. */
export interface TreeChange {
  path: string
  before: TreeEntry | null
  after: TreeEntry | null
}

const plainDiff = ['diff-tree', '-r', '--no-renames', '--no-ext-diff', '--no-textconv', '--ignore-submodules=none']

/** What is different between two trees, file by file. */
export async function treeChanges(git: Git, before: string, after: string): Promise<TreeChange[]> {
  const fields = records(await git.ask([...plainDiff, '--raw', '--no-abbrev', '-z', before, after]))
  const changes: TreeChange[] = []
  for (let at = 0; at < fields.length; at += 2) changes.push(parseChange(fields.slice(at, at + 2)))
  return changes
}

function parseChange([meta, path]: readonly Buffer[]): TreeChange {
  const found = /^:(?<oldMode>\d{6}) (?<newMode>\d{6}) (?<oldId>[0-9a-f]+) (?<newId>[0-9a-f]+) [A-Z]$/.exec(String(meta))?.groups
  const { oldMode, newMode, oldId, newId } = found ?? {}
  if (!path || !oldMode || !newMode || !oldId || !newId)
    throw new AppError('GIT_FAILED', `git diff-tree listed a file in a way that is not known here: ${String(meta)}`)
  return { path: pathText(path), before: side(oldMode, oldId), after: side(newMode, newId) }
}

/** The difference as a patch that `git apply` takes, whatever the bytes are. */
export async function treePatch(git: Git, before: string, after: string): Promise<Buffer> {
  return git.ask([...plainDiff, '--patch', '--binary', '--full-index', '--no-color', '--src-prefix=a/', '--dst-prefix=b/', before, after])
}

/** The change as people are told of it. */
export function copyChange({ path, before, after }: Pick<TreeChange, 'path'> & { before: unknown; after: unknown }): CopyChange {
  return { path, kind: before === null ? 'added' : after === null ? 'deleted' : 'modified' }
}

const side = (mode: string, id: string): TreeEntry | null => (mode === '000000' ? null : { id, mode })
