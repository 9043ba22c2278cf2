import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../domain/errors.ts'
import { withFolderLock } from '../../system/folder-lock.ts'
import { nextId } from '../transaction/apply-changes.ts'
import { carryOut, changesConflict } from '../transaction/carry-out.ts'
import { makeCopyFolder, removeCopyFolder } from '../transaction/copy-folder.ts'
import { findFile } from '../transaction/file-side.ts'
import { takeBack, writeFailure } from '../transaction/finish-or-take-back.ts'
import { readIndexEntries } from '../transaction/index-entries.ts'
import { digestOf, type Journal, journalFolder, keepBytes, markJournal, removeJournal, writeJournal } from '../transaction/journal.ts'
import { locationIn } from '../transaction/locations.ts'
import { isInOtherRepository } from '../transaction/plan-folders.ts'
import { recoverInLock } from '../transaction/recover-transactions.ts'
import type { TreeEntry } from '../transaction/tree-changes.ts'
import { type ConvertedFiles, convertStaged } from './convert-staged.ts'
import { findIndexes, gitOn, type HeldIndex, publishIndexes, releaseIndexes, withIndexes } from './hold-indexes.ts'
import { mergeWorking } from './merge-working.ts'
import { forgetFolder, recoverStagedInLock } from './recover-staged.ts'
import { carryIntoNext, setEntries } from './set-entries.ts'
import type { AppliedStaged, StagedChange, StagedPlace, WorkingOutcome } from './staged-change.ts'
import { stagedFolder, writeRecord } from './staged-journal.ts'
import { writePatch } from './write-patch.ts'

export interface ApplyStagedOptions extends StagedPlace {
  /** Ends the waiting for another run and the preparation; what is being applied is finished. */
  signal: AbortSignal
  onWait?: (holder: string) => void
}

/**
 * Makes what is staged what it is to become, and the files on disk with it, without what is not staged in them: all of it, or nothing.
 * Throws `CHANGES_CONFLICT` where something else is staged by now or git holds the index. HEAD and stash are not touched.
 *
 * The files on disk come first and the index last, in one rename: whoever finds a run unfinished takes the files back unless the index
 * holds the fix.
 */
export async function applyStaged(changes: readonly StagedChange[], options: ApplyStagedOptions): Promise<AppliedStaged> {
  const special = changes.find(({ before: { mode } }) => !/^100(?:644|755)$/.test(mode))
  if (special)
    throw new AppError('CHANGES_REFUSED', `${JSON.stringify(special.path)} is not a file in the index. Nothing was changed.`, {
      hint: 'Links and other repositories are not fixed.',
    })
  return withFolderLock(options.folder, options, async () => {
    await recoverInLock(options)
    await recoverStagedInLock(options)
    const id = await nextId(stagedFolder(options))
    if (changes.length === 0) return { id, files: [] }
    const scratch = await makeCopyFolder(options.folder)
    try {
      return { id, files: await applyInLock(changes, { ...options, id, scratch, patches: join(options.patches, id) }) }
    } catch (error) {
      throw error instanceof AppError || options.signal.aborted ? error : writeFailure(error)
    } finally {
      await removeCopyFolder(scratch).catch(leaveToTheNext)
      await forgetFolder(options)
    }
  })
}

interface Run extends ApplyStagedOptions {
  id: string
  scratch: string
}

async function applyInLock(changes: readonly StagedChange[], run: Run): Promise<AppliedStaged['files']> {
  const { id, repository, scratch, patches } = run
  const folder = stagedFolder(run)
  const indexes = await findIndexes(repository)
  await mkdir(journalFolder(folder, { id, state: 'draft' }), { recursive: true, mode: 0o700 })
  const progress: Progress = { pending: null, published: null }
  try {
    await writeRecord(journalFolder(folder, { id, state: 'draft' }), { version: 1, indexes, patches, after: [] })
    const files = await withIndexes({ repository, paths: indexes, id, scratch }, (held) => change(changes, held, { run, progress }))
    if (progress.pending) await removeJournal(folder, { id, state: 'pending' })
    return files
  } catch (error) {
    // All is as it is meant to be: what could not be tidied up is no failure, and the next command does it.
    if (progress.published) return progress.published
    await rm(patches, { recursive: true, force: true })
    if (progress.pending) await takeBack({ folder, root: repository.root, journal: progress.pending })
    throw error
  } finally {
    // As long as a lock may be left, so is what says whose it is.
    await releaseIndexes(indexes, id)
      .then(() => removeJournal(folder, { id, state: 'draft' }))
      .catch(leaveToTheNext)
  }
}

const leaveToTheNext = () => {}

/** How far a run is, for whoever has to end it. */
interface Progress {
  /** The journal of the files on disk, once they may be changed. */
  pending: Journal | null
  /** What became of the files, once the index says so. */
  published: AppliedStaged['files'] | null
}

async function change(
  given: readonly StagedChange[],
  held: readonly HeldIndex[],
  { run, progress }: { run: Run; progress: Progress },
): Promise<AppliedStaged['files']> {
  const { id, repository, scratch, patches, signal } = run
  const [index, ...following] = held
  if (!index) return []
  await requireStaged(given, index)
  const converted = await convertStaged(given, { repository, index: index.copy, scratch })
  const changes = given.flatMap(({ path, before }) => {
    const after = converted.after.get(path)
    return after && after.id !== before.id ? [{ path, before, after }] : []
  })
  if (changes.length === 0) return []
  await setEntries(index.git, new Map(changes.map(({ path, after }) => [path, after])))
  for (const { git } of following) await carryIntoNext(git, new Map(changes.map((one) => [one.path, one])), scratch)

  const draft = journalFolder(stagedFolder(run), { id, state: 'draft' })
  const plan = await planFiles(changes, { run, converted, bytes: draft })
  signal.throwIfAborted()
  const after = changes.map((one) => ({ path: one.path, ...one.after }))
  await writeRecord(draft, { version: 1, indexes: held.map(({ path }) => path), patches, after })
  if (plan.entries.length > 0) {
    const journal = journalOf(run, plan.entries)
    await writeJournal(stagedFolder(run), journal)
    progress.pending = journal
    await markJournal(stagedFolder(run), { id, state: 'draft' }, 'pending')
    await carryOut({ root: repository.root, journal, bytes: journalFolder(stagedFolder(run), { id, state: 'pending' }) })
  }
  // What git knows of the files on disk by their times; where it cannot, it finds out when it is asked.
  for (const { git } of held) await git.run(['update-index', '-q', '--refresh'])
  await publishIndexes(held, id)
  progress.published = plan.files
  return plan.files
}

async function requireStaged(changes: readonly StagedChange[], { git }: HeldIndex): Promise<void> {
  const entries = await readIndexEntries(git, new Set(changes.map(({ path }) => path)))
  const others = changes.filter(({ path, before }) => {
    const entry = entries.get(path)
    return entry === undefined || entry === 'unmerged' || entry.id !== before.id || entry.mode !== before.mode
  })
  if (others.length > 0)
    throw changesConflict(
      others.map(({ path }) => path),
      'not staged as it was when the run began',
    )
}

interface Planning {
  run: Run
  converted: ConvertedFiles
  /** Where the bytes of both sides are kept. */
  bytes: string
}

interface Plan {
  entries: Journal['entries']
  files: AppliedStaged['files']
}

interface StagedDifference {
  path: string
  before: TreeEntry
  after: TreeEntry
}

async function planFiles(changes: readonly StagedDifference[], planning: Planning): Promise<Plan> {
  const entries: Journal['entries'] = []
  const files: Plan['files'][number][] = []
  for (const difference of changes) {
    const { outcome, entry } = await planFile(difference, planning)
    files.push({ path: difference.path, kind: 'modified', ...outcome })
    if (entry) entries.push(entry)
  }
  return { entries, files }
}

async function planFile(
  difference: StagedDifference,
  { run, converted, bytes }: Planning,
): Promise<{ outcome: WorkingOutcome; entry?: Journal['entries'][number] }> {
  const { repository, scratch } = run
  const { path } = difference
  const found = await findFile(repository.root, path)
  if (found.kind === 'absent') return { outcome: { working: 'absent' } }
  const [base, fixed] = [await readFile(locationIn(converted.base, path)), await readFile(locationIn(converted.fixed, path))]
  const isOurs = found.kind === 'file' && !(await isInOtherRepository(repository.root, path))
  const merging = { git: gitOn(repository, join(scratch, 'merge.index')), scratch }
  const merged = isOurs ? await mergeWorking({ working: found.bytes, base, fixed }, merging) : null
  if (!isOurs || merged === null) return { outcome: { working: 'left', patch: await writePatch(difference, run) } }
  const outcome = { working: found.bytes.equals(base) ? 'fixed' : 'merged' } as const
  if (digestOf(merged) === digestOf(found.bytes)) return { outcome }
  const [before, after] = [await keepBytes(bytes, found.bytes), await keepBytes(bytes, merged)]
  return { outcome, entry: { path, before: { mode: found.mode, digest: before }, after: { mode: found.mode, digest: after } } }
}

const journalOf = ({ id, repository: { root } }: Run, entries: Journal['entries']): Journal => ({
  version: 1,
  id,
  root,
  undoes: null,
  at: new Date().toISOString(),
  entries,
  folders: { made: [], removed: [] },
})
