import { isBlank } from './file-lines.ts'
import { shiftBetween, shiftLines } from './indentation-shift.ts'
import type { Level, Match, Reading } from './level.ts'
import { occurrences } from './occurrences.ts'
import { rewriteLines, spaceRule } from './rewrite-lines.ts'

/** More places than this that differ in indentation only are not worth telling apart. */
const mostCandidates = 200

/** Whole lines whose indentation differs from the file's in the same way on every line; REPLACE is shifted likewise. */
export const indentationLevel: Level = (file, reading) => {
  const { search } = reading
  if (search.every(isBlank)) return []
  const keys = search.map((line) => line.trim())
  return occurrences(file.trimmed(), keys, mostCandidates).flatMap((start) => matchAt(file.texts.slice(start, start + search.length), start, reading))
}

function matchAt(here: readonly string[], start: number, reading: Reading): Match[] {
  const { search, replace } = reading
  const shift = shiftBetween(search, here)
  if (!shift) return []
  const place = { start, end: start + search.length }
  const shiftLine = shiftLines(shift, { block: search, file: here }, replace)
  if (!shiftLine) return [{ ...place, problem: 'REPLACE is not indented like SEARCH, so its indentation in the file would be a guess' }]
  const withoutSpace = spaceRule(search, here)
  const shifted = replace.map((line, index) => withoutSpace(shiftLine(line, index)))
  const shiftedSearch = search.map((line, index) => (isBlank(line) ? line : (here[index] ?? '')))
  const change = rewriteLines(start, { ...reading, search: shiftedSearch, replace: shifted }, { key: (line) => line.trimEnd() })
  return [{ ...place, changes: [change] }]
}
