import { alignLines } from './align-lines.ts'
import type { Change, Reading } from './level.ts'

interface RewriteOptions {
  /** Makes two lines equal that count as unchanged between SEARCH and REPLACE. */
  key?: (line: string) => string
  /** What becomes of a new line; `before` is the index of the line of SEARCH that it takes the place of, if there is one. */
  rewrite?: (line: string, before: number | undefined) => string
}

/** The change of a block whose lines stand one to one in the file from `start` on: unchanged lines keep the file's own bytes. */
export function rewriteLines(start: number, { search, replace }: Reading, options: RewriteOptions = {}): Change {
  const { key = (line: string) => line, rewrite = (line: string) => line } = options
  const partner = alignLines(search.map(key), replace.map(key))
  const taken = new Set(partner)
  let last = -1
  const content = replace.map((line, index) => {
    const same = partner[index] ?? -1
    if (same >= 0) {
      last = same
      return start + same
    }
    // New lines take the places of removed ones in order, as far as these reach.
    const before = last + 1 < search.length && !taken.has(last + 1) ? ++last : undefined
    return rewrite(line, before)
  })
  return { start, end: start + search.length, content }
}

/** New lines lose the trailing space that the model is seen to add; otherwise they are as they were written. */
export function spaceRule(search: readonly string[], fileLines: readonly string[]): (line: string) => string {
  const addsSpace = search.some((line, index) => trailingSpace(line) > trailingSpace(fileLines[index] ?? ''))
  return addsSpace ? (line) => line.trimEnd() : (line) => line
}

const trailingSpace = (line: string) => line.length - line.trimEnd().length
