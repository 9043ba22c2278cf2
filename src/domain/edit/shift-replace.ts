import { alignLines } from './align-lines.ts'
import { indentOf, isBlank } from './file-lines.ts'
import type { Shift } from './indentation-shift.ts'

/** A block and the lines of the file that say the same but for their indentation. */
export interface Pairing {
  block: readonly string[]
  file: readonly string[]
}

/** REPLACE with the file's indentation: the same lines where it has that already, null where shifting would be a guess. */
export function shiftReplace(shift: Shift, pairing: Pairing, replace: readonly string[]): readonly string[] | null {
  if (shift.kind === 'first-line') return indentOf(replace[0] ?? '').length < shift.lost.length ? withFirst(replace, shift.lost) : replace
  const { block, file } = pairing
  const edges = [edgesLike(block, file, replace), edgesLike(file, block, replace)] as const
  const lines = [repeatedLines(block, file, replace), repeatedLines(file, block, replace)] as const
  const [shiftedLines, rightLines] = edges[0] + edges[1] > 0 ? edges : lines
  if (rightLines > 0) {
    // A line that is less deep than the block tells of another explanation, such as one more level around it.
    const isRight = shift.kind !== 'deeper' || solidLines(replace).every((line) => line.startsWith(shift.by))
    return shiftedLines === 0 && isRight ? replace : null
  }
  if (isDoubtful(shift, pairing, { replace, shiftedLines })) return null
  const known = knownIndents(pairing)
  if (shift.kind === 'tabs' && isMixed(pairing.file) && !replace.every((line) => isBlank(line) || known.has(indentOf(line)))) return null
  const shifted = replace.map((line) => (isBlank(line) ? line : shiftLine(shift, line, known)))
  return shifted.every((line) => line !== null) ? shifted : null
}

function withFirst([first = '', ...rest]: readonly string[], lost: string): string[] {
  return [isBlank(first) ? first : lost + first, ...rest]
}

type Uniform = Exclude<Shift, { kind: 'first-line' }>

function shiftLine(shift: Uniform, line: string, known: ReadonlyMap<string, string>): string | null {
  const indent = indentOf(line)
  const rest = line.slice(indent.length)
  const learned = known.get(indent)
  if (learned !== undefined) return learned + rest
  if (shift.kind === 'deeper') return shift.by + line
  if (shift.kind === 'shallower') return line.startsWith(shift.by) ? line.slice(shift.by.length) : null
  const expanded = indent.replaceAll('\t', ' '.repeat(shift.width))
  if (shift.kind === 'spaces') return expanded + rest
  return '\t'.repeat(Math.floor(expanded.length / shift.width)) + ' '.repeat(expanded.length % shift.width) + rest
}

/** What each indentation of the block is in the file. */
function knownIndents({ block, file }: Pairing): Map<string, string> {
  const known = new Map<string, string>()
  for (const [index, line] of block.entries()) if (!isBlank(line)) known.set(indentOf(line), indentOf(file[index] ?? ''))
  return known
}

/** Tabs followed by more than the one space of a comment's star: how deep is to be written how, nobody knows. */
const isMixed = (lines: readonly string[]) => lines.some((line) => /^\t+ {2,}\S/.test(line))

/** Whether REPLACE begins, and whether it ends, as these lines do and the others do not: context that stays tells the indentation best. */
function edgesLike(lines: readonly string[], others: readonly string[], replace: readonly string[]): number {
  const [own, other, written] = [solidLines(lines), solidLines(others), solidLines(replace)]
  const isLike = (index: number) => own.at(index) === written.at(index) && other.at(index) !== written.at(index)
  return Number(isLike(0)) + Number(isLike(-1))
}

/** How many of these lines REPLACE repeats, in order and with their indentation, that are not the same in the others. */
function repeatedLines(lines: readonly string[], others: readonly string[], replace: readonly string[]): number {
  const [own, other] = [solidLines(lines), solidLines(others)]
  return alignLines(own, solidLines(replace)).filter((index) => index >= 0 && own[index] !== other[index]).length
}

const solidLines = (lines: readonly string[]) => lines.filter((line) => !isBlank(line)).map((line) => line.trimEnd())

interface Written {
  replace: readonly string[]
  /** Lines of REPLACE that are known to be shifted as SEARCH is. */
  shiftedLines: number
}

/** Lines that are all as deep as the file's already may be meant so, unless a line that both sides share says otherwise. */
function isDoubtful(shift: Uniform, { block }: Pairing, { replace, shiftedLines }: Written): boolean {
  if (shift.kind !== 'deeper') return false
  const lines = solidLines(replace)
  // Of a single line, only the first may have lost its indentation, so that it says nothing about the others.
  if (solidLines(block).length === 1 && lines.length > 1) return !isShiftedWhole(shift.by, lines)
  return shiftedLines === 0 && lines.length > 0 && lines.every((line) => line.startsWith(shift.by))
}

/** Whether the lines after the first can only be understood as shifted with it: what follows an opening is deeper. */
function isShiftedWhole(by: string, [first = '', second = '']: readonly string[]): boolean {
  return /[{([:]$/.test(first) && indentOf(second).length <= by.length
}
