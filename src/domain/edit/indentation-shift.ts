import { indentOf, isBlank } from './file-lines.ts'

/** How the file's indentation differs from the block's, the same for every line. */
export type Shift =
  /** Only the first line lost this. */
  | { kind: 'first-line'; lost: string }
  | { kind: 'deeper'; by: string }
  | { kind: 'shallower'; by: string }
  /** The file has tabs where the block has this many spaces each. */
  | { kind: 'tabs'; width: number }
  /** The file has this many spaces where the block has a tab. */
  | { kind: 'spaces'; width: number }

const tabWidths = [4, 2, 8, 3]

/** The one shift that explains every line; null where none does. */
export function shiftBetween(block: readonly string[], file: readonly string[]): Shift | null {
  const solid = block.flatMap((line, index) => (isBlank(line) ? [] : [index]))
  const pairs = solid.map((index) => [indentOf(block[index] ?? ''), indentOf(file[index] ?? '')] as const)
  return firstLineShift(pairs) ?? prefixShift(pairs) ?? tabShift(pairs)
}

type Pairs = readonly (readonly [block: string, file: string])[]

function firstLineShift(pairs: Pairs): Shift | null {
  const [first, ...rest] = pairs
  if (!first || rest.length === 0 || first[0].length >= first[1].length || !first[1].endsWith(first[0])) return null
  if (rest.some(([block, file]) => block !== file)) return null
  return { kind: 'first-line', lost: first[1].slice(0, first[1].length - first[0].length) }
}

function prefixShift(pairs: Pairs): Shift | null {
  const [first] = pairs
  if (!first) return null
  const [block, file] = first
  const deeper = file.slice(0, Math.max(0, file.length - block.length))
  if (pairs.every((pair) => pair[1] === deeper + pair[0])) return { kind: 'deeper', by: deeper }
  const shallower = block.slice(0, Math.max(0, block.length - file.length))
  if (pairs.every((pair) => pair[0] === shallower + pair[1])) return { kind: 'shallower', by: shallower }
  return null
}

function tabShift(pairs: Pairs): Shift | null {
  for (const width of tabWidths) {
    const spaces = ' '.repeat(width)
    if (pairs.every(([block, file]) => block === file.replaceAll('\t', spaces))) return { kind: 'tabs', width }
    if (pairs.every(([block, file]) => block.replaceAll('\t', spaces) === file)) return { kind: 'spaces', width }
  }
  return null
}
