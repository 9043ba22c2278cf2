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
  const [asBlock, asFile] = [edgesLike(pairing.block, replace), edgesLike(pairing.file, replace)]
  const evidence = asBlock + asFile > 0 ? [asBlock, asFile] : [repeatedLines(pairing.block, replace), repeatedLines(pairing.file, replace)]
  const [shiftedLines = 0, rightLines = 0] = evidence
  if (rightLines > 0) return shiftedLines === 0 ? replace : null
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

/** Whether REPLACE begins, and whether it ends, as these lines do: context that stays tells the indentation best. */
function edgesLike(lines: readonly string[], replace: readonly string[]): number {
  const [own, written] = [solidLines(lines), solidLines(replace)]
  return Number(own[0] === written[0]) + Number(own.at(-1) === written.at(-1))
}

/** How many lines of REPLACE repeat, in order and with their indentation, a line of these. */
function repeatedLines(lines: readonly string[], replace: readonly string[]): number {
  return alignLines(solidLines(lines), solidLines(replace)).filter((index) => index >= 0).length
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
