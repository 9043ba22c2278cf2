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
  const [asBlock, asFile] = sharedIndents(pairing, replace)
  if (asFile > 0) return asBlock === 0 ? replace : null
  if (isDoubtful(shift, pairing, { replace, asBlock })) return null
  const known = knownIndents(pairing)
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

/** How many lines of REPLACE repeat a line of SEARCH with its indentation, and how many with the file's. */
function sharedIndents({ block, file }: Pairing, replace: readonly string[]): [asBlock: number, asFile: number] {
  const [blockLines, fileLines] = [new Set(solidLines(block)), new Set(solidLines(file))]
  const lines = solidLines(replace)
  const only = (here: Set<string>, there: Set<string>) => lines.filter((line) => here.has(line) && !there.has(line)).length
  return [only(blockLines, fileLines), only(fileLines, blockLines)]
}

const solidLines = (lines: readonly string[]) => lines.filter((line) => !isBlank(line)).map((line) => line.trimEnd())

interface Written {
  replace: readonly string[]
  /** Lines that REPLACE has from SEARCH. */
  asBlock: number
}

/** Lines that are all as deep as the file's already may be meant so, unless a line that both sides share says otherwise. */
function isDoubtful(shift: Uniform, { block }: Pairing, { replace, asBlock }: Written): boolean {
  if (shift.kind !== 'deeper') return false
  const lines = solidLines(replace)
  // Of a single line, only the first may have lost its indentation, so that it says nothing about the others.
  const isSingle = solidLines(block).length === 1 && lines.length > 1
  if (asBlock > 0 && !isSingle) return false
  const others = isSingle ? lines.slice(1) : lines
  return others.length > 0 && others.every((line) => line.startsWith(shift.by))
}
