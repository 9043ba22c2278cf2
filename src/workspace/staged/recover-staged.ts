import { rm, rmdir } from 'node:fs/promises'
import { AppError } from '../../domain/errors.ts'
import type { Notice } from '../../domain/report.ts'
import { withFolderLock } from '../../system/folder-lock.ts'
import { changedSince, takeBack } from '../transaction/finish-or-take-back.ts'
import { sideOf } from '../transaction/file-side.ts'
import { readIndexEntries } from '../transaction/index-entries.ts'
import {
  type Journal,
  type JournalName,
  journalFolder,
  journalNames,
  listFolder,
  markJournal,
  readJournal,
  removeJournal,
} from '../transaction/journal.ts'
import { lookAt } from '../transaction/locations.ts'
import type { TransactionPlace } from '../transaction.ts'
import { gitOn, releaseIndexes } from './hold-indexes.ts'
import { readRecord, stagedFolder, type StagedRecord } from './staged-journal.ts'

/**
 * Puts right what a killed `fix --staged` left: working files are taken back unless the index holds the fix already, and its locks on the
 * index go. To be called beside `recoverTransactions`.
 */
export async function recoverStaged(place: TransactionPlace, { signal }: { signal: AbortSignal }): Promise<Notice[]> {
  if (!journalNames(await listFolder(stagedFolder(place))).some(isUnfinished)) return []
  return withFolderLock(place.folder, { signal }, () => recoverStagedInLock(place))
}

/** The same, for whoever holds the lock of the folder: then every unfinished run is a dead one. */
export async function recoverStagedInLock(place: TransactionPlace): Promise<Notice[]> {
  const folder = stagedFolder(place)
  const notices: Notice[] = []
  for (const name of journalNames(await listFolder(folder)).filter(isUnfinished)) notices.push(...(await recoverRun(place, name)))
  await forgetFolder(place)
  return notices
}

/** Removes the folder of the journals when nothing is in it. */
export async function forgetFolder(place: TransactionPlace): Promise<void> {
  await rmdir(stagedFolder(place)).catch(() => {})
}

const isUnfinished = ({ state }: JournalName) => state === 'draft' || state === 'pending'

async function recoverRun(place: TransactionPlace, name: JournalName): Promise<Notice[]> {
  const folder = stagedFolder(place)
  const record = await readRecord(folder, name).catch(unusable)
  if (record) await releaseIndexes(record.indexes, name.id)
  if (name.state === 'draft') {
    // No file of the user's was changed yet; the index alone was, where no file had to be.
    if (record && !(await isPublished(place, record, null))) await rm(record.patches, { recursive: true, force: true })
    await removeJournal(folder, name)
    return []
  }
  const journal = await readJournal(folder, name, place.repository.root).catch(unusable)
  if (!record || !journal) return setAside(folder, name)
  if (await isPublished(place, record, journal)) {
    await removeJournal(folder, name)
    return [notice('RUN_COMPLETED', `A run (${name.id}) was interrupted after it had fixed what is staged; nothing is missing.`, '')]
  }
  // Before the journal goes, which is what says where they are.
  await rm(record.patches, { recursive: true, force: true })
  const changed = await takeBack({ folder, root: place.repository.root, journal })
  if (changed.length === 0)
    return [notice('RUN_TAKEN_BACK', `A run (${name.id}) was interrupted while it fixed what is staged; it was dropped.`, 'Run it again.')]
  const paths = changed.map((path) => JSON.stringify(path)).join(', ')
  const message = `A run (${name.id}) was interrupted while it fixed what is staged, and you have changed ${paths} since: the other files are as they were before the run, yours were left alone.`
  return [
    notice('RUN_TAKEN_BACK', message, `What the run found and made is in ${journalFolder(folder, { id: name.id, state: 'partial' })}.`),
  ]
}

/**
 * Whether the index holds the fix, which it does only after all files on disk do. The index of a hook is gone with its commit; then the
 * files that are all fixed stay so.
 */
async function isPublished(
  { repository }: TransactionPlace,
  { indexes: [index = ''], after }: StagedRecord,
  journal: Journal | null,
): Promise<boolean> {
  if (after.length === 0) return false
  if ((await lookAt(index, '.')) === null) return journal !== null && isFixed(repository.root, journal)
  const entries = await readIndexEntries(gitOn(repository, index), new Set(after.map(({ path }) => path)))
  return after.every(({ path, mode, id }) => {
    const entry = entries.get(path)
    return entry !== undefined && entry !== 'unmerged' && entry.id === id && entry.mode === mode
  })
}

async function isFixed(root: string, journal: Journal): Promise<boolean> {
  if ((await changedSince(root, journal)).length > 0) return false
  for (const entry of journal.entries) if ((await sideOf(root, entry)) !== 'after') return false
  return true
}

async function setAside(folder: string, name: JournalName): Promise<Notice[]> {
  await markJournal(folder, name, 'damaged')
  const aside = journalFolder(folder, { ...name, state: 'damaged' })
  const message = `A run was interrupted while it fixed what is staged, and its journal is damaged: ${aside}. Some files may be as they were before it.`
  return [notice('JOURNAL_UNUSABLE', message, 'Look at your working tree with `git status`.')]
}

function unusable(error: unknown): null {
  if (error instanceof AppError && error.code === 'JOURNAL_UNUSABLE') return null
  throw error
}

const notice = (code: string, message: string, hint: string): Notice => ({ code, message, hint })
