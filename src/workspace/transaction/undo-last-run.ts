import { copyFile, link, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../domain/errors.ts'
import { withFolderLock } from '../../system/folder-lock.ts'
import type { AppliedRun, TransactionPlace } from '../transaction.ts'
import { nextId } from './apply-changes.ts'
import { changesConflict } from './carry-out.ts'
import { sideOf } from './file-side.ts'
import { finishOrTakeBack, writeFailure } from './finish-or-take-back.ts'
import {
  inverted,
  type Journal,
  journalFolder,
  journalNames,
  listFolder,
  markJournal,
  readJournal,
  removeJournal,
  writeJournal,
} from './journal.ts'
import { recoverInLock } from './recover-transactions.ts'
import { copyChange } from './tree-changes.ts'

/** Takes the last applied run back, if all of its files are as it left them. The next call takes back the run before. */
export async function undoLastRun(place: TransactionPlace, { signal }: { signal: AbortSignal }): Promise<AppliedRun> {
  return withFolderLock(place.folder, { signal }, async () => {
    await recoverInLock(place)
    const { folder, repository } = place
    const last = journalNames(await listFolder(folder)).findLast(({ state }) => state === 'applied')
    if (!last) throw nothingToUndo(repository.root)
    const applied = await readJournal(folder, last, repository.root)
    const undo = { ...inverted(applied), id: await nextId(folder), undoes: applied.id, at: new Date().toISOString() }
    await requireUntouched(repository.root, undo)
    try {
      await begin(folder, undo, journalFolder(folder, last))
      await finishOrTakeBack({ folder, root: repository.root, journal: undo })
    } catch (error) {
      throw writeFailure(error)
    }
    return { id: applied.id, files: undo.entries.map(copyChange) }
  })
}

async function requireUntouched(root: string, undo: Journal): Promise<void> {
  const changed: string[] = []
  for (const entry of undo.entries) if ((await sideOf(root, entry)) !== 'before') changed.push(entry.path)
  if (changed.length > 0)
    throw changesConflict(changed, 'not as the last run left it', 'Take your later changes to it back first, or undo the run by hand.')
}

async function begin(folder: string, undo: Journal, bytes: string): Promise<void> {
  const name = { id: undo.id, state: 'draft' } as const
  const draft = journalFolder(folder, name)
  try {
    await mkdir(draft, { recursive: true, mode: 0o700 })
    const sides = undo.entries.flatMap(({ before, after }) => [before, after].filter((side) => side !== null))
    for (const digest of new Set(sides.map((side) => side.digest))) await share(join(bytes, digest), join(draft, digest))
    await writeJournal(folder, undo)
    await markJournal(folder, name, 'pending')
  } catch (error) {
    await removeJournal(folder, name)
    throw error
  }
}

/** The same bytes under another name, which are on the disk for good already; copied where the disk knows no second names. */
async function share(from: string, to: string): Promise<void> {
  await link(from, to).catch(() => copyFile(from, to))
}

function nothingToUndo(root: string): AppError {
  return new AppError('NOTHING_TO_UNDO', `No run has changed ${root}, or all of them were taken back already.`, {
    hint: 'Only what `agent` applied itself can be taken back, the last 20 runs at most.',
  })
}
