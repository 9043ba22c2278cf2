/** Cells of the table that one comparison may fill; what is larger counts as wholly changed between its equal ends. */
const mostCells = 1_000_000

/** For each line of `after`, the index of the line of `before` that it repeats, in order; -1 for a new line. */
export function alignLines(before: readonly string[], after: readonly string[]): number[] {
  const partner = after.map(() => -1)
  const shortest = Math.min(before.length, after.length)
  let head = 0
  while (head < shortest && before[head] === after[head]) partner[head] = head++
  let tail = 0
  while (tail < shortest - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) {
    tail++
    partner[after.length - tail] = before.length - tail
  }
  const middle = { before: before.slice(head, before.length - tail), after: after.slice(head, after.length - tail) }
  for (const [from, to] of commonLines(middle.before, middle.after)) partner[to + head] = from + head
  return partner
}

/** A longest common subsequence, as pairs of indexes. */
function commonLines(before: readonly string[], after: readonly string[]): [from: number, to: number][] {
  const [rows, columns] = [before.length, after.length]
  if (rows === 0 || columns === 0 || rows * columns > mostCells) return []
  const width = columns + 1
  const lengths = new Uint32Array((rows + 1) * width)
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      const isSame = before[row] === after[column]
      lengths[row * width + column] = isSame ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1))
    }
  }
  const pairs: [number, number][] = []
  for (let row = 0, column = 0; row < rows && column < columns; ) {
    if (before[row] === after[column]) pairs.push([row++, column++])
    else if (at(row + 1, column) >= at(row, column + 1)) row++
    else column++
  }
  return pairs
}
