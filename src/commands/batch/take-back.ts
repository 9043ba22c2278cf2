import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../domain/errors.ts'
import type { Workshop } from '../../tasks/task.ts'
import type { TransactionPlace } from '../../workspace/transaction.ts'
import { type Journal, journalNames, listFolder, readJournal } from '../../workspace/transaction/journal.ts'
import { undoLastRun } from '../../workspace/transaction/undo-last-run.ts'
import type { Applied } from './unit-store.ts'

/** A workshop that tells what is about to be applied, before it is. */
export function announcingWorkshop(workshop: Workshop, announce: (applied: Applied) => void): Workshop {
  return {
    ...workshop,
    async beginTransaction(...options) {
      const transaction = await workshop.beginTransaction(...options)
      return {
        ...transaction,
        async apply() {
          const { files } = await transaction.changes()
          announce(
            await Promise.all(files.map(async ({ path }) => ({ path, digest: await digestOf(join(transaction.checkout.root, path)) }))),
          )
          return transaction.apply()
        },
      }
    },
  }
}

async function digestOf(file: string): Promise<string | null> {
  const bytes = await readFile(file).catch(() => null)
  return bytes && createHash('sha256').update(bytes).digest('hex')
}

/**
 * A unit that was killed after its change had been applied and before its report was kept is begun anew, and so its change is taken back.
 * Nothing is touched unless the last run of this repository is exactly that one, and all of its files are as it left them.
 */
export async function takeBack(unfinished: readonly Applied[], place: TransactionPlace, signal: AbortSignal): Promise<void> {
  for (const applied of unfinished.toReversed()) {
    const last = await lastJournal(place)
    if (last === null || !isOf(last, applied)) continue
    try {
      await undoLastRun(place, { signal })
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'CHANGES_CONFLICT') throw error
      return
    }
  }
}

async function lastJournal({ folder, repository }: TransactionPlace): Promise<Journal | null> {
  const last = journalNames(await listFolder(folder)).findLast(({ state }) => state === 'applied')
  return last ? readJournal(folder, last, repository.root) : null
}

function isOf({ entries, undoes }: Journal, applied: Applied): boolean {
  const left = new Map(applied.map(({ path, digest }) => [path, digest]))
  return undoes === null && entries.length === left.size && entries.every(({ path, after }) => left.get(path) === (after?.digest ?? null))
}
