import type { Transaction } from '../../workspace/transaction.ts'

/** Does something to the copy, and then makes the copy again what it was, however that went. */
export async function takenBack<Result>(
  transaction: Pick<Transaction, 'snapshot' | 'restore'>,
  work: () => Promise<Result>,
): Promise<Result> {
  const start = await transaction.snapshot()
  try {
    return await work()
  } finally {
    await transaction.restore(start)
  }
}
