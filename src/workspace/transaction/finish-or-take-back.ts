import { AppError } from '../../domain/errors.ts'
import { carryOut } from './carry-out.ts'
import { sideOf } from './file-side.ts'
import { inverted, type Journal, journalFolder, journalNames, listFolder, markJournal, removeJournal } from './journal.ts'
import { errorCode } from './locations.ts'

interface PendingRun {
  folder: string
  root: string
  journal: Journal
}

const keptRuns = 20

/** Carries out a journal that is marked pending. Where that fails on the way, what was done is taken back and the reason thrown. */
export async function finishOrTakeBack(run: PendingRun): Promise<void> {
  try {
    await carryOut(workOf(run))
    await settle(run)
  } catch (error) {
    await takeBack(run).catch((cause: unknown) => {
      throw leftHalfway(cause)
    })
    throw error
  }
}

/** Marks what has been carried out. A run that took another one back is done once that one is marked, and needs no trace of its own. */
export async function settle({ folder, journal }: PendingRun): Promise<void> {
  const pending = { id: journal.id, state: 'pending' } as const
  if (journal.undoes === null) {
    await markJournal(folder, pending, 'applied')
    await forgetOldest(folder).catch(leaveToTheNext)
    return
  }
  const names = journalNames(await listFolder(folder))
  const undone = names.find(({ id, state }) => id === journal.undoes && state === 'applied')
  if (undone) await markJournal(folder, undone, 'undone')
  await removeJournal(folder, pending).catch(leaveToTheNext)
}

/** The files are as they are meant to be: what could not be tidied up is no failure, and the next command does it. */
const leaveToTheNext = () => {}

/**
 * Puts back what was before the run, and forgets it. Files that somebody has changed since are left alone and returned; then all bytes
 * of the run are kept, since some of them may be wanted.
 */
export async function takeBack(run: PendingRun): Promise<string[]> {
  const { folder, root, journal } = run
  const changed = await changedSince(root, journal)
  await carryOut({ ...workOf(run), journal: inverted(journal) }, new Set(changed))
  const pending = { id: journal.id, state: 'pending' } as const
  if (changed.length > 0) await markJournal(folder, pending, 'partial')
  else await removeJournal(folder, pending)
  return changed
}

/** The files that are neither as the run found them nor as it means them. */
export async function changedSince(root: string, journal: Journal): Promise<string[]> {
  const changed: string[] = []
  for (const entry of journal.entries) if ((await sideOf(root, entry)) === 'neither') changed.push(entry.path)
  return changed
}

const workOf = ({ folder, root, journal }: PendingRun) => ({
  root,
  journal,
  bytes: journalFolder(folder, { id: journal.id, state: 'pending' }),
})

async function forgetOldest(folder: string): Promise<void> {
  const done = journalNames(await listFolder(folder)).filter(({ state }) => state !== 'draft' && state !== 'pending')
  for (const name of done.slice(0, -keptRuns)) await removeJournal(folder, name)
}

/** What a user is told of an error of the disk, after which nothing of a run is in their tree. */
export function writeFailure(error: unknown): AppError {
  if (error instanceof AppError) return error
  const reason = errorCode(error) || String(error)
  const message = `The changes could not be written to your working tree (${reason}). It is as it was.`
  if (['ENOSPC', 'EDQUOT'].includes(reason))
    return new AppError('DISK_FULL', message, { cause: error, hint: 'Free some space and run it again.' })
  const hint = 'See to it that you may write to these files and their folders, and run it again.'
  return new AppError('OUTPUT_UNWRITABLE', message, { cause: error, hint })
}

function leftHalfway(cause: unknown): AppError {
  const message = `The changes could neither be written to your working tree nor taken back (${errorCode(cause) || String(cause)}).`
  return new AppError('OUTPUT_UNWRITABLE', message, {
    cause,
    hint: 'See to it that you may write to these files; the next `agent` command puts it right.',
  })
}
