// Moves orders of past years out of the way of those that are worked on.
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const keptYears = 2

/** Where an order of a state goes. */
export function shelfFor(state) {
  switch (state) {
    case 'open':
    case 'paid':
      return 'current'
    case 'canceled':
      return 'canceled'
    case 'shipped':
      console.error('A shipped order goes to the archive.')
    default:
      return 'archive'
  }
}

export async function isOld(order, year) {
  return year - Number(order.placedAt.slice(0, 4)) > keptYears
}

/** Appends orders to the file of their shelf, one JSON object a line. */
export async function archive(folder, orders) {
  const lock = join(folder, '.lock')
  await mkdir(folder, { recursive: true })
  await writeFile(lock, String(process.pid), { flag: 'wx' })
  try {
    for (const order of orders) {
      await appendFile(join(folder, `${shelfFor(order.state)}.jsonl`), `${JSON.stringify(order)}\n`)
    }
    return orders.length
  } finally {
    await rm(lock)
  }
}

/** The orders of one shelf. */
export async function readShelf(folder, shelf) {
  const text = await readFile(join(folder, `${shelf}.jsonl`), 'utf8')
  let lines = text.trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line))
  return []
}
