import { isBlank, withoutTrailingSpace } from './file-lines.ts'
import { shiftBetween } from './indentation-shift.ts'
import type { Level, Match, Reading } from './level.ts'
import { occurrences } from './occurrences.ts'
import { rewriteLines, spaceRule } from './rewrite-lines.ts'
import { shiftReplace } from './shift-replace.ts'

/** More places than this that differ in indentation only are not worth telling apart. */
const mostCandidates = 200

/** Whole lines whose indentation differs from the file's in the same way on every line; REPLACE is shifted likewise. */
export const indentationLevel: Level = (file, reading) => {
  const { search } = reading
  if (search.every(isBlank)) return []
  const keys = search.map((line) => line.trim())
  const starts = occurrences(file.trimmed(), keys, mostCandidates)
  return starts.flatMap((start) => matchAt(file.texts.slice(start, start + search.length), start, reading))
}

function matchAt(here: readonly string[], start: number, { search, replace }: Reading): Match[] {
  const shift = shiftBetween(search, here)
  if (!shift) return []
  const place = { start, end: start + search.length }
  const shifted = shiftReplace(shift, { block: search, file: here }, replace)
  if (!shifted) return [{ ...place, problem: 'REPLACE is not indented like SEARCH, so its indentation in the file would be a guess' }]
  const withoutSpace = spaceRule(search, here)
  // Where REPLACE has the file's indentation already, its lines are told by the file's.
  const sides = shifted === replace ? { search: here, replace } : { search, replace }
  const rewrite = ({ index }: { index: number }) => withoutSpace({ text: shifted[index] ?? '' })
  return [{ ...place, changes: [rewriteLines(start, sides, { key: withoutTrailingSpace, rewrite })] }]
}
