// Usage: node tools/import-orders.mjs < orders.csv
// Reads the orders that the old shop has exported, and prints them as JSON.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const fieldPattern = /(?:^|;)("(?:[^"]|"")*"|[^;]*)/g

/** The fields of one line; quotes are doubled inside of quotes. */
export function fieldsOf(line) {
  const fields = []
  let match
  fieldPattern.lastIndex = 0
  while (match = fieldPattern.exec(line)) {
    fields.push(match[1].replace(/^"|"$/g, '').replaceAll('""', '"'))
    if (fieldPattern.lastIndex >= line.length) break
  }
  return fields
}

/** Objects with the names of the first line. */
export function readOrders(text) {
  const [header = '', ...lines] = text.trim().split(/\r?\n/)
  const names = fieldsOf(header)
  return lines.map((line) => {
    const values = fieldsOf(line)
    return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']))
  })
}

/** The old shop has written the same order several times. */
export function withoutDuplicates(orders) {
  return orders.filter((order, index) => orders.findIndex((other) => other.number == order.number) === index)
}

/** How many orders there are of each state. */
export function countStates(orders) {
  var counts = {}
  for (const order of orders) counts[order.state] = (counts[order.state] ?? 0) + 1
  const rows = []
  for (const state in counts) {
    rows.push({ state, count: counts[state] })
  }
  return rows
}

function readInput() {
  try {
    return readFileSync(0, 'utf8')
  } catch (error) {
    return ''
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.log(JSON.stringify(withoutDuplicates(readOrders(readInput())), null, 2))
}
