import type { Git } from '../git.ts'
import { records } from '../list-files.ts'
import { pathText } from '../path-bytes.ts'
import { carryInto } from '../transaction/carry-into.ts'
import { changesConflict } from '../transaction/carry-out.ts'
import { readIndexEntries, writeIndexEntries } from '../transaction/index-entries.ts'
import { updateIndex } from '../transaction/record-tree.ts'
import type { TreeEntry } from '../transaction/tree-changes.ts'

/** Sets entries of an index, and keeps what the user has told git about these files: `skip-worktree` and `assume-unchanged`. */
export async function setEntries(git: Git, entries: ReadonlyMap<string, TreeEntry>): Promise<void> {
  const tagged = records(await git.ask(['ls-files', '--cached', '-v', '-z'])).flatMap((record) => {
    const path = pathText(record.subarray(2))
    return entries.has(path) ? [{ tag: record.toString('latin1', 0, 1), path }] : []
  })
  const pathsWith = (pattern: RegExp) => tagged.filter(({ tag }) => pattern.test(tag)).map(({ path }) => path)
  await writeIndexEntries(git, entries)
  await updateIndex(git, ['--skip-worktree'], pathsWith(/S/i))
  await updateIndex(git, ['--assume-unchanged'], pathsWith(/[a-z]/))
}

interface StagedDifference {
  before: TreeEntry
  after: TreeEntry
}

/**
 * Makes the same changes to the index that comes after `git commit <path>`: without them the next commit would take them back. What is
 * staged there beside them stays. Throws `CHANGES_CONFLICT` where the two cannot be told apart.
 */
export async function carryIntoNext(git: Git, differences: ReadonlyMap<string, StagedDifference>, scratch: string): Promise<void> {
  const current = await readIndexEntries(git, new Set(differences.keys()))
  const next = new Map<string, TreeEntry>()
  for (const [path, difference] of differences) {
    const entry = current.get(path)
    // It is not in the index any more, so that the next commit takes all of it away.
    if (!entry) continue
    const carried = entry === 'unmerged' ? 'conflict' : await carryInto(entry, difference, { git, scratch })
    if (carried === 'conflict' || carried === null)
      throw changesConflict([path], 'staged with other changes to the same lines', 'Commit what is staged first, or commit all of it.')
    next.set(path, carried)
  }
  await setEntries(git, next)
}
