/** A line that a finding may point at: its number on the new side and its text. */
export interface AnchorLine {
  line: number
  text: string
}

export interface Anchor {
  startLine: number
  endLine: number
  /** The lines as they stand in the file. */
  evidence: string
}

/** How far from the line a model names its quote may be, when the quote stands in several places. */
const reach = 3
/** A second match this near to the named line makes the choice a guess. */
const doubt = 5

/** Characters that a part of a line must have to name it. */
const shortestPart = 6

const folded = (text: string) => text.replaceAll(/\s+/g, ' ').trim()

const verbatim = (text: string) => text
const squeezed = (text: string) => text.replaceAll(/\s+/g, '')

/**
 * Finds the lines a model quoted. Models are bad at line numbers and good at copying, so the quote decides, and the named line only
 * chooses between equal ones. Returns null where the quote does not occur, says too little, or stays ambiguous.
 */
export function anchorQuote(quote: string, namedLine: number | null, lines: readonly AnchorLine[]): Anchor | null {
  const readings = readingsOf(quote)
  for (const reading of readings) {
    const matches = matchesAt(lines, reading, squeezed)
    const [only] = matches
    if (!only) continue
    if (matches.length === 1) return only
    // Indentation that was copied tells lines apart; where there is none, it may have been lost.
    const exact = /^\s/.test(reading[0] ?? '') ? matchesAt(lines, reading, verbatim) : []
    return nearest(exact, namedLine) ?? nearest(matches, namedLine)
  }
  return anchorPart(readings, namedLine, lines)
}

function matchesAt(lines: readonly AnchorLine[], reading: readonly string[], level: (text: string) => string): Anchor[] {
  const wanted = reading.map(level)
  return matchesOf(lines, wanted.length, (text, index) => level(text) === wanted[index])
}

/** A quote of only a part of one line. */
function anchorPart(readings: readonly string[][], namedLine: number | null, lines: readonly AnchorLine[]): Anchor | null {
  for (const [line = '', ...more] of readings) {
    const part = folded(line)
    if (more.length > 0 || part.length < shortestPart) continue
    const matches = matchesOf(lines, 1, (text) => folded(text).includes(part))
    if (matches.length > 0) return matches.length === 1 ? (matches[0] ?? null) : nearest(matches, namedLine)
  }
  return null
}

/** The quote as it is, then without what models copy along with it: fences, line numbers and diff marks of the prompt. */
function readingsOf(quote: string): string[][] {
  const lines = quote
    .slice(0, longestQuote)
    .split('\n')
    .filter((line) => isTelling(line))
  if (lines.length === 0) return []
  const withoutGutter = lines.map((line) =>
    line.replace(/^\s{0,20}(?:\d+\s{0,4})?(?:[|:]\s{0,4})?[+|](?!\+)\s?/, '').replace(/^\s{0,20}\d+(?:[|:]\s?|\s{1,2})/, ''),
  )
  const unquoted = withoutGutter.map((line) => line.trim().replace(/^(`{1,3})(.*)\1$/, '$2'))
  const first = lines.slice(0, 1)
  return [lines, withoutGutter, unquoted, first].filter((reading) => reading.every((line) => isTelling(line)))
}

/** Characters of a quote that are looked at; where no grammar bounds it, a model may repeat itself for ever. */
const longestQuote = 2000

/** A brace or a comma stands anywhere; three letters or digits are the least that names a place. */
const isTelling = (text: string) => (text.match(/[\p{L}\p{N}_]/gu)?.length ?? 0) >= 3

function matchesOf(lines: readonly AnchorLine[], count: number, matches: (text: string, index: number) => boolean): Anchor[] {
  const found: Anchor[] = []
  for (let start = 0; start + count <= lines.length; start++) {
    const run = lines.slice(start, start + count)
    const [first, last] = [run[0], run.at(-1)]
    // Neighbours in the list need not be neighbours in the file.
    if (!run.every(({ text, line }, index) => line === (first?.line ?? 0) + index && matches(text, index))) continue
    if (first && last) found.push({ startLine: first.line, endLine: last.line, evidence: run.map(({ text }) => text).join('\n') })
  }
  return found
}

/** The one match near the named line, if there is no second that might be meant. */
function nearest(matches: readonly Anchor[], namedLine: number | null): Anchor | null {
  if (namedLine === null) return null
  const distance = ({ startLine }: Anchor) => Math.abs(startLine - namedLine)
  const near = matches.filter((match) => distance(match) <= doubt)
  const [only] = near
  return near.length === 1 && only && distance(only) <= reach ? only : null
}
