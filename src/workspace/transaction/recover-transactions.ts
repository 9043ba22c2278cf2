import { join } from 'node:path'
import { AppError } from '../../domain/errors.ts'
import type { Notice } from '../../domain/report.ts'
import { withFolderLock } from '../../system/folder-lock.ts'
import type { TransactionPlace } from '../transaction.ts'
import { carryOut } from './carry-out.ts'
import { isAbandonedCopy, removeCopyFolder } from './copy-folder.ts'
import { sideOf } from './file-side.ts'
import { changedSince, settle, takeBack } from './finish-or-take-back.ts'
import {
  type Journal,
  type JournalName,
  journalFolder,
  journalNames,
  listFolder,
  markJournal,
  readJournal,
  removeJournal,
} from './journal.ts'

/**
 * Puts right what a killed run left: finishes a change that was under way, or takes it back, and removes copies that nobody uses. To be
 * called before anything else looks at the tree. Costs one look at a folder where there is nothing to do.
 */
export async function recoverTransactions(place: TransactionPlace, { signal }: { signal: AbortSignal }): Promise<Notice[]> {
  const names = await listFolder(place.folder)
  if (!names.some(isAbandonedCopy) && !journalNames(names).some(isUnfinished)) return []
  return withFolderLock(place.folder, { signal }, () => recoverInLock(place))
}

/** The same, for whoever holds the lock of the folder: then every unfinished run is a dead one. */
export async function recoverInLock({ repository: { root }, folder }: TransactionPlace): Promise<Notice[]> {
  const names = await listFolder(folder)
  for (const name of names.filter(isAbandonedCopy)) await removeCopyFolder(join(folder, name))
  const notices: Notice[] = []
  for (const name of journalNames(names).filter(isUnfinished)) {
    // Nothing was changed before the journal was whole.
    if (name.state === 'draft') await removeJournal(folder, name)
    else notices.push(...(await recoverRun({ root, folder, name })))
  }
  return notices
}

const isUnfinished = ({ state }: JournalName) => state === 'draft' || state === 'pending'

async function recoverRun({ root, folder, name }: { root: string; folder: string; name: JournalName }): Promise<Notice[]> {
  try {
    return await putRight({ root, folder, journal: await readJournal(folder, name, root) })
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'JOURNAL_UNUSABLE') throw error
    await markJournal(folder, name, 'damaged')
    const aside = journalFolder(folder, { ...name, state: 'damaged' })
    const message = `A run was interrupted while it changed your files, and its journal is damaged: ${aside}. Some files may be as they were before it.`
    return [{ code: 'JOURNAL_UNUSABLE', message, hint: 'Look at your working tree with `git status`.' }]
  }
}

async function putRight(run: { root: string; folder: string; journal: Journal }): Promise<Notice[]> {
  const { root, folder, journal } = run
  if ((await changedSince(root, journal)).length > 0) return takeBackTheRest(run)
  if (!(await hasBegun(root, journal))) {
    await takeBack(run)
    return [notice('RUN_TAKEN_BACK', `A run (${journal.id}) was interrupted before it changed anything; it was dropped.`, 'Run it again.')]
  }
  await carryOut({ root, journal, bytes: journalFolder(folder, { id: journal.id, state: 'pending' }) })
  await settle(run)
  const what = journal.undoes === null ? 'changing your files' : 'taking back another one'
  const message = `A run (${journal.id}) was interrupted while ${what}; all ${journal.entries.length} files are now as it meant them.`
  return [notice('RUN_COMPLETED', message, journal.undoes === null ? 'Take it back with: agent undo' : '')]
}

async function hasBegun(root: string, { entries }: Journal): Promise<boolean> {
  for (const entry of entries) if ((await sideOf(root, entry)) === 'after') return true
  return false
}

/** The user's own changes stay, and so do the bytes that were there before, in the folder that the notice names. */
async function takeBackTheRest(run: { root: string; folder: string; journal: Journal }): Promise<Notice[]> {
  const { folder, journal } = run
  const paths = (await takeBack(run)).map((path) => JSON.stringify(path)).join(', ')
  const kept = journalFolder(folder, { id: journal.id, state: 'partial' })
  const message = `A run (${journal.id}) was interrupted, and you have changed ${paths} since: the other files are as they were before the run, yours were left alone.`
  return [notice('RUN_TAKEN_BACK', message, `What the run found and made is in ${kept}.`)]
}

const notice = (code: string, message: string, hint: string): Notice => ({ code, message, hint })
