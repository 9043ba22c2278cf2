/**
 * A run in a process of its own that can be killed at any of its changes to the disk:
 * `node transaction-child.ts <apply|undo|recover> <root> <folder> <n> [edits as JSON]`,
 * where n is the change it is killed at, 0 for never, and negative for a disk that is full at that change.
 * Prints `ready` before the change to the user's tree begins, and how many changes to the disk it made after that.
 */
import { applyEdits, type Edit } from './transaction-edits.ts'
import { countChanges } from './count-changes.ts'

const [action = '', root = '', folder = '', killAt = '0', edits = '[]'] = process.argv.slice(2)
const changes = countChanges(Number(killAt))

// After the functions were replaced.
const { discoverRepository } = await import('../../src/workspace/discover-repository.ts')
const { openCheckout } = await import('../../src/workspace/open-checkout.ts')
const { beginTransaction } = await import('../../src/workspace/transaction/begin-transaction.ts')
const { recoverTransactions } = await import('../../src/workspace/transaction/recover-transactions.ts')
const { undoLastRun } = await import('../../src/workspace/transaction/undo-last-run.ts')

const repository = await discoverRepository(root, process.env)
const place = { repository, folder }
const { signal } = new AbortController()

function ready(): void {
  process.stdout.write('ready\n')
  changes.isCounting = true
}

async function runApply(): Promise<void> {
  const transaction = await beginTransaction({
    ...place,
    signal,
    openCheckout: (copy) => openCheckout({ ...copy, environment: process.env }),
    refusalOf: () => null,
  })
  applyEdits(transaction.checkout.root, JSON.parse(edits) as Edit[])
  ready()
  try {
    await transaction.apply()
  } finally {
    changes.isCounting = false
    await transaction.close()
  }
}

async function run(): Promise<void> {
  if (action === 'apply') return runApply()
  ready()
  await (action === 'undo' ? undoLastRun(place, { signal }) : recoverTransactions(place, { signal }))
}

try {
  await run()
  process.stdout.write(`changes ${changes.count}\n`)
} catch (error) {
  process.stdout.write(`failed ${(error as { code?: string }).code ?? String(error)}\n`)
}
