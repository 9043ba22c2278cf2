import { alignLines } from './align-lines.ts'
import type { Change, Reading } from './level.ts'

/** A line of REPLACE that is not one of SEARCH. */
interface NewLine {
  text: string
  /** Its index in REPLACE. */
  index: number
  /** The index of the line of SEARCH that it takes the place of, if there is one. */
  before: number | undefined
}

interface RewriteOptions {
  /** Tells which lines of SEARCH and REPLACE belong together; only those equal to the letter stay the file's own. */
  key?: (line: string) => string
  rewrite?: (line: NewLine) => string
}

/** The change of a block whose lines stand one to one in the file from `start` on: unchanged lines keep the file's own bytes. */
export function rewriteLines(start: number, { search, replace }: Omit<Reading, 'isWholeLines'>, options: RewriteOptions = {}): Change {
  const { key = (line: string) => line, rewrite = ({ text }: NewLine) => text } = options
  const pairs = pairLines(search.map(key), replace.map(key))
  const content = replace.map((text, index) => {
    const { before, isSame } = pairs[index] ?? { before: undefined, isSame: false }
    return before !== undefined && isSame && search[before] === text ? start + before : rewrite({ text, index, before })
  })
  return { start, end: start + search.length, content }
}

/** For each line of REPLACE, the line of SEARCH that it repeats, or else takes the place of. */
export function pairLines(search: readonly string[], replace: readonly string[]): { before: number | undefined; isSame: boolean }[] {
  const partner = alignLines(search, replace)
  const taken = new Set(partner)
  let last = -1
  return partner.map((same) => {
    if (same >= 0) {
      last = same
      return { before: same, isSame: true }
    }
    // New lines take the places of removed ones in order, as far as these reach.
    return { before: last + 1 < search.length && !taken.has(last + 1) ? ++last : undefined, isSame: false }
  })
}

/** New lines lose the trailing space that the model is seen to add; otherwise they are as they were written. */
export function spaceRule(search: readonly string[], fileLines: readonly string[]): (line: { text: string }) => string {
  const addsSpace = search.some((line, index) => trailingSpace(line) > trailingSpace(fileLines[index] ?? ''))
  return addsSpace ? ({ text }) => text.trimEnd() : ({ text }) => text
}

const trailingSpace = (line: string) => line.length - line.trimEnd().length
