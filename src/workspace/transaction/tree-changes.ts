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
  return Array.from({ length: fields.length / 2 }, (_, index) => {
    const [oldMode = '', newMode = '', oldId = '', newId = ''] = (fields[2 * index] ?? Buffer.of()).toString('latin1').slice(1).split(' ')
    return { path: pathText(fields[2 * index + 1] ?? Buffer.of()), before: side(oldMode, oldId), after: side(newMode, newId) }
  })
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
