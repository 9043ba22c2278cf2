import { alignLines } from './align-lines.ts'
import { isBlank, withoutTrailingSpace } from './file-lines.ts'
import type { FileLines } from './file-lines.ts'
import type { Level, Match, Reading } from './level.ts'
import { occurrences } from './occurrences.ts'
import { rewriteLines, spaceRule } from './rewrite-lines.ts'

const fewestLines = 5
/** A model that writes more than this by heart is asked to quote less. */
const mostLines = 400
const mostCandidates = 1000
const largestShare = 0.1
const leastSimilarity = 0.8
/** Two letters swapped, or one doubled, lost or wrong; more is another word. */
const mostLetters = 2

/** Whole lines of which at most one in ten has a slip of letters, none of them a line that the edit changes. */
export const nearMatchLevel: Level = (file, reading) => {
  const { search } = reading
  const solid = search.filter((line) => !isBlank(line)).length
  if (solid < fewestLines || search.length > mostLines) return []
  const allowed = Math.max(1, Math.floor(solid * largestShare))
  return candidates(file, search, allowed).flatMap((start): Match[] => {
    const here = file.texts.slice(start, start + search.length)
    const slips = slipsBetween(search, here, allowed)
    return slips ? [matchAt(start, reading, { here, slips })] : []
  })
}

/** Where one of `allowed + 1` parts stands exactly: with so few slips, at least one part has none. */
function candidates(file: FileLines, search: readonly string[], allowed: number): number[] {
  const keys = search.map(withoutTrailingSpace)
  const starts = new Set<number>()
  const size = Math.ceil(keys.length / (allowed + 1))
  for (let from = 0; from < keys.length; from += size) {
    for (const place of occurrences(file.trailing(), keys.slice(from, from + size), mostCandidates)) starts.add(place - from)
  }
  return [...starts].filter((start) => start >= 0 && start + keys.length <= file.lines.length).toSorted((a, b) => a - b)
}

/** The indexes of the lines that differ by a slip; null where a line differs by more, or too many do. */
function slipsBetween(search: readonly string[], here: readonly string[], allowed: number): number[] | null {
  const slips: number[] = []
  for (const [index, line] of search.entries()) {
    const [written, real] = [line.trimEnd(), (here[index] ?? '').trimEnd()]
    if (written === real) continue
    if (slips.length === allowed || !isSlip(written, real)) return null
    slips.push(index)
  }
  return slips
}

/** A few letters that are wrong in one place; another number or operator is another meaning. */
function isSlip(written: string, real: string): boolean {
  const longest = Math.max(written.length, real.length)
  const shortest = Math.min(written.length, real.length)
  let head = 0
  while (head < shortest && written[head] === real[head]) head++
  let tail = 0
  while (tail < shortest - head && written[written.length - 1 - tail] === real[real.length - 1 - tail]) tail++
  const differs = longest - head - tail
  if (differs > mostLetters || (head + tail) / longest < leastSimilarity) return false
  return [written, real].every((line) => /^[\p{L}_]*$/u.test(line.slice(head, line.length - tail)))
}

function matchAt(start: number, reading: Reading, { here, slips }: { here: readonly string[]; slips: readonly number[] }): Match {
  const place = { start, end: start + here.length }
  const search = correctedSearch(reading, here, slips)
  const partner = new Set(alignLines(search.map(withoutTrailingSpace), reading.replace.map(withoutTrailingSpace)))
  if (slips.some((index) => !partner.has(index)))
    return { ...place, problem: 'a line that the edit would change does not stand in the file as SEARCH has it' }
  const rewrite = spaceRule(search, here)
  return { ...place, changes: [rewriteLines(start, { ...reading, search }, { key: withoutTrailingSpace, rewrite })] }
}

/** SEARCH with the file's line wherever REPLACE has it right. */
function correctedSearch({ search, replace }: Reading, here: readonly string[], slips: readonly number[]): string[] {
  const written = new Set(replace.map(withoutTrailingSpace))
  return search.map((line, index) => {
    const real = here[index] ?? ''
    return slips.includes(index) && written.has(real.trimEnd()) && !written.has(line.trimEnd()) ? real : line
  })
}
