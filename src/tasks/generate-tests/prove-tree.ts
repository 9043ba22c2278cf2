import type { Transaction } from '../../workspace/transaction.ts'

interface Watch {
  /** What is written before. */
  files: ReadonlyMap<string, string>
  watches: boolean
  /** What is left in any case, and so is nobody's fault. */
  usual?: readonly string[] | undefined
}

/** Works with some files in the copy, tells what that left behind, and makes the copy again what it was. */
export async function watchTree<Result>(
  transaction: Transaction,
  { files, watches, usual = [] }: Watch,
  work: () => Promise<Result>,
): Promise<{ result: Result; left: readonly string[] }> {
  const start = await transaction.snapshot()
  try {
    for (const [path, text] of files) await transaction.checkout.write(path, Buffer.from(text))
    const before = watches ? await transaction.snapshot() : null
    const result = await work()
    const known = new Set(usual.map(withoutNumbers))
    const left = before === null ? [] : await differences(transaction, before)
    return { result, left: left.filter((change) => !known.has(withoutNumbers(change))) }
  } finally {
    await transaction.restore(start)
  }
}

/** Reports are often named by the time. */
const withoutNumbers = (change: string) => change.replaceAll(/\d+/g, '#')

async function differences(transaction: Transaction, before: string): Promise<string[]> {
  if (treeOf(await transaction.snapshot()) === treeOf(before)) return []
  const now = await told(transaction)
  await transaction.restore(before)
  const then = new Set(await told(transaction))
  const added = now.filter((change) => !then.has(change))
  return added.length > 0 ? added : ['modified a test file']
}

/** A snapshot is named by its number and the tree that it is. */
const treeOf = (snapshot: string) => snapshot.slice(snapshot.indexOf('-') + 1)

const told = async (transaction: Transaction) => {
  const { files, refused } = await transaction.changes()
  return [...files.map(({ path, kind }) => `${kind} ${path}`), ...refused.map(({ path }) => `added ${path}`)]
}
