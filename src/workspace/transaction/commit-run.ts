import { join } from 'node:path'
import { AppError } from '../../domain/errors.ts'
import { withFolderLock } from '../../system/folder-lock.ts'
import { createGit, type Git } from '../git.ts'
import type { AppliedRun, TransactionPlace } from '../transaction.ts'
import { carryInto, type CleanChange } from './carry-into.ts'
import { changesConflict } from './carry-out.ts'
import { cleanSide } from './clean-sides.ts'
import { makeCopyFolder, removeCopyFolder } from './copy-folder.ts'
import { type IndexEntries, readIndexEntries, writeIndexEntries } from './index-entries.ts'
import { journalFolder, readJournal } from './journal.ts'
import { writeTree } from './record-tree.ts'
import type { TreeEntry } from './tree-changes.ts'
import { withUserIndex } from './user-index.ts'
import { writeCommit } from './write-commit.ts'

export interface CommitRunOptions {
  message: string
  signal: AbortSignal
}

/**
 * Commits what a run changed, and nothing else, on top of HEAD. What the user has staged stays staged and what they have not stays so, in
 * the same files too. Runs no hook. Throws `CHANGES_CONFLICT` where the run's changes cannot be told from the user's, with nothing
 * committed. Returns the commit's id, or null where there is nothing to commit.
 */
export async function commitRun(
  { id, files }: AppliedRun,
  place: TransactionPlace,
  { message, signal }: CommitRunOptions,
): Promise<string | null> {
  if (files.length === 0) return null
  return withFolderLock(place.folder, { signal }, async () => {
    const scratch = await makeCopyFolder(place.folder)
    try {
      return await withUserIndex(place.repository, scratch, (index) => commitWith({ id, message, place, scratch, index }))
    } finally {
      await removeCopyFolder(scratch)
    }
  })
}

interface Commit {
  id: string
  message: string
  place: TransactionPlace
  scratch: string
  index: { git: Git; publish(): Promise<void> }
}

async function commitWith({ id, message, place, scratch, index }: Commit): Promise<string | null> {
  const { repository } = place
  const name = { id, state: 'applied' } as const
  const journal = await readJournal(place.folder, name, repository.root)
  const headIndex = join(scratch, 'head.index')
  const git = createGit(repository.root, { ...repository.environment, GIT_INDEX_FILE: headIndex })
  const head = await git.run(['rev-parse', '--quiet', '--verify', 'HEAD^{commit}'])
  const parent = head.code === 0 ? head.stdout.toString('latin1').trim() : null
  await git.ask(parent === null ? ['read-tree', '--empty'] : ['read-tree', parent])
  const sides = { repository, journal, bytes: journalFolder(place.folder, name), scratch, headIndex }
  const [before, after] = [await cleanSide('before', sides), await cleanSide('after', sides)]
  const changes = new Map(journal.entries.map(({ path }) => [path, { before: before.get(path) ?? null, after: after.get(path) ?? null }]))
  const paths = new Set(changes.keys())
  const versions = { head: await readIndexEntries(git, paths), index: await readIndexEntries(index.git, paths) }
  const next = await nextVersions(changes, versions, { git, scratch })

  const unchanged = await writeTree(git)
  await writeIndexEntries(git, next.head)
  const tree = await writeTree(git)
  if (tree === unchanged) return null
  const commit = await writeCommit({ git, environment: repository.environment }, { tree, parent, message })
  await writeIndexEntries(index.git, next.index)
  await moveHead(git, { commit, parent, message })
  await index.publish()
  return commit
}

type Entries = Map<string, TreeEntry | null>

/** What the commit has at the changed paths, and what the user's index has then. */
async function nextVersions(
  changes: ReadonlyMap<string, CleanChange>,
  versions: { head: IndexEntries; index: IndexEntries },
  merging: { git: Git; scratch: string },
): Promise<{ head: Entries; index: Entries }> {
  const next: { head: Entries; index: Entries } = { head: new Map(), index: new Map() }
  const conflicts: string[] = []
  for (const [path, change] of changes) {
    const [inHead, inIndex] = [versions.head.get(path) ?? null, versions.index.get(path) ?? null]
    const committed = inHead === 'unmerged' ? 'conflict' : await carryInto(inHead, change, merging)
    const staged = isEqual(inHead, inIndex) ? committed : inIndex === 'unmerged' ? 'conflict' : await carryInto(inIndex, change, merging)
    if (committed === 'conflict' || staged === 'conflict') conflicts.push(path)
    else {
      next.head.set(path, committed)
      next.index.set(path, staged)
    }
  }
  if (conflicts.length > 0) throw mixedChanges(conflicts)
  return next
}

const isEqual = (a: TreeEntry | 'unmerged' | null, b: TreeEntry | 'unmerged' | null) =>
  a === b || (a !== null && b !== null && a !== 'unmerged' && b !== 'unmerged' && a.id === b.id && a.mode === b.mode)

function mixedChanges(paths: readonly string[]): AppError {
  const hint = 'The run is applied to your files. Commit it together with your own changes: git add <files> && git commit'
  return changesConflict(paths, 'changed by you as well, in a way that cannot be told from what the run did', hint)
}

/** Moves the branch, if it is still where the commit was made for. */
async function moveHead(git: Git, { commit, parent, message }: { commit: string; parent: string | null; message: string }): Promise<void> {
  const subject = message.trim().split('\n')[0] ?? ''
  const { code, stderr } = await git.run(['update-ref', '-m', `commit: ${subject}`, 'HEAD', commit, parent ?? '0'.repeat(commit.length)])
  if (code === 0) return
  throw new AppError(
    'CHANGES_CONFLICT',
    `HEAD could not be moved, since something else has changed it: ${stderr.split('\n')[0] ?? ''}. Nothing was committed.`,
    {
      hint: 'Look at the log, then commit the files yourself.',
    },
  )
}
