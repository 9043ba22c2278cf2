import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../domain/errors.ts'
import type { Git } from '../git.ts'
import type { TreeEntry } from './tree-changes.ts'

/** What a run changed at one path, as git stores it. */
export interface CleanChange {
  before: TreeEntry | null
  after: TreeEntry | null
}

interface Merging {
  git: Git
  /** A folder to work in. */
  scratch: string
}

/**
 * What a version of a file becomes when a run's change, and nothing else, is made to it. Where it is not the version that the run
 * started from, the lines are merged; `conflict` where that cannot be done.
 */
export async function carryInto(
  current: TreeEntry | null,
  { before, after }: CleanChange,
  merging: Merging,
): Promise<TreeEntry | null | 'conflict'> {
  if (current === null) return before === null || after === null ? after : 'conflict'
  const mode = after && before && before.mode !== after.mode ? after.mode : current.mode
  if (isSame(current, after)) return { id: current.id, mode }
  if (before === null) return 'conflict'
  if (isSame(current, before)) return after && { id: after.id, mode }
  if (after === null) return 'conflict'
  const id = before.id === after.id ? current.id : await mergeLines([current.id, before.id, after.id], merging)
  return id === null ? 'conflict' : { id, mode }
}

const isSame = (a: TreeEntry, b: TreeEntry | null) => a.id === b?.id

async function mergeLines(
  ids: readonly [current: string, before: string, after: string],
  { git, scratch }: Merging,
): Promise<string | null> {
  const files: string[] = []
  for (const [index, id] of ids.entries()) {
    const file = join(scratch, `merge-${index}`)
    await writeFile(file, await git.ask(['cat-file', 'blob', id]))
    files.push(file)
  }
  const { code, stdout } = await git.run(['merge-file', '--stdout', '--quiet', ...files])
  // As many as there are conflicts, or more for what is no text.
  if (code !== 0) return null
  const id = (await git.ask(['hash-object', '-w', '--stdin', '--no-filters'], { input: stdout })).toString('latin1').trim()
  if (!/^[0-9a-f]{40,64}$/.test(id)) throw new AppError('GIT_FAILED', `git hash-object answered ${JSON.stringify(id)}.`)
  return id
}
