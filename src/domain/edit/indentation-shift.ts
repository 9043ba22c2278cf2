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

/** A block and the lines of the file that say the same but for their indentation. */
interface Pairing {
  block: readonly string[]
  file: readonly string[]
}

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

/** Writes REPLACE with the file's indentation; null where that would be a guess. */
export function shiftLines(shift: Shift, search: Pairing, replace: readonly string[]): ((line: string, index: number) => string) | null {
  if (shift.kind === 'first-line') {
    const isLost = indentOf(replace[0] ?? '').length < shift.lost.length
    return (line, index) => (index === 0 && isLost && !isBlank(line) ? shift.lost + line : line)
  }
  if (isBlockAlreadyRight(search, replace)) return (line) => line
  const solid = replace.filter((line) => !isBlank(line))
  if (!isShifted(shift, search, solid)) return null
  return (line) => (isBlank(line) ? line : shiftLine(shift, line))
}

function shiftLine(shift: Exclude<Shift, { kind: 'first-line' }>, line: string): string {
  const indent = indentOf(line)
  const rest = line.slice(indent.length)
  if (shift.kind === 'deeper') return shift.by + line
  if (shift.kind === 'shallower') return line.slice(shift.by.length)
  if (shift.kind === 'spaces') return indent.replaceAll('\t', ' '.repeat(shift.width)) + rest
  const columns = indent.replaceAll('\t', ' '.repeat(shift.width)).length
  return '\t'.repeat(Math.floor(columns / shift.width)) + ' '.repeat(columns % shift.width) + rest
}

/** Whether REPLACE has the file's indentation although SEARCH has not: the lines that both share tell. */
function isBlockAlreadyRight({ block, file }: Pairing, replace: readonly string[]): boolean {
  const [asBlock, asFile] = sharedIndents({ block, file }, replace)
  return asFile > 0 && asBlock === 0
}

/** How many lines of REPLACE repeat a line of SEARCH, with its indentation and with the file's. */
function sharedIndents({ block, file }: Pairing, replace: readonly string[]): [asBlock: number, asFile: number] {
  const [blockLines, fileLines] = [new Set(solidEnds(block)), new Set(solidEnds(file))]
  const only = (here: Set<string>, there: Set<string>) =>
    solidEnds(replace).filter((line) => here.has(line) && !there.has(line)).length
  return [only(blockLines, fileLines), only(fileLines, blockLines)]
}

const solidEnds = (lines: readonly string[]) => lines.filter((line) => !isBlank(line)).map((line) => line.trimEnd())

/** Whether REPLACE was shifted together with SEARCH. */
function isShifted(shift: Shift, search: Pairing, solid: readonly string[]): boolean {
  if (solid.length === 0) return true
  const [asBlock, asFile] = sharedIndents(search, solid)
  if (asBlock > 0 && asFile > 0) return false
  if (shift.kind === 'shallower') return solid.every((line) => line.startsWith(shift.by))
  if (shift.kind !== 'deeper' || shift.by === '' || asBlock > 0) return true
  // Nothing is shared: where all lines, or all but the first, are already as deep as the file's, that depth may be meant.
  const questioned = solidEnds(search.block).length === 1 && solid.length > 1 ? solid.slice(1) : solid
  return questioned.some((line) => !line.startsWith(shift.by))
}
