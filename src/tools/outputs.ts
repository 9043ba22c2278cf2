import { formatCount } from '../domain/plural.ts'

/** Long results of a run, kept whole while the model reads a part of each. */
export interface Outputs {
  /** Characters of one result that a model is shown. */
  readonly maxCharacters: number
  /** The text itself where it is short; otherwise its beginning and end, and how to ask for the rest. */
  shorten(text: string): string
  /** A whole result by the id that `shorten` named; null for an unknown one. */
  read(id: string): string | null
}

/** The end of a log says more than its beginning. */
const headShare = 0.4
/** Of the note that stands between the two parts. */
const noteCharacters = 160
const maxKeptCharacters = 32 * 2 ** 20

/** Keeps what is too long for a model in memory; the oldest results go when all of them together become too much. */
export function createOutputs({ maxCharacters }: { maxCharacters: number }): Outputs {
  const kept = new Map<string, string>()
  let count = 0

  function keep(text: string): string {
    const id = `output-${++count}`
    kept.set(id, text)
    let total = [...kept.values()].reduce((sum, { length }) => sum + length, 0)
    for (const [oldest, { length }] of kept) {
      if (total <= maxKeptCharacters || oldest === id) break
      total -= length
      kept.delete(oldest)
    }
    return id
  }

  return {
    maxCharacters,
    shorten: (text) =>
      text.length <= maxCharacters ? text : shortened(text, { id: keep(text), budget: Math.max(0, maxCharacters - noteCharacters) }),
    read: (id) => kept.get(id) ?? null,
  }
}

function shortened(text: string, { id, budget }: { id: string; budget: number }): string {
  const headEnd = Math.floor(budget * headShare)
  const tailStart = text.length - (budget - headEnd)
  const head = wholeCharacters(text.slice(0, lineEndBefore(text, headEnd)))
  const tail = wholeCharacters(text.slice(lineStartAfter(text, tailStart)))
  const missing = text.length - head.length - tail.length
  const line = head.split('\n').length - (head.endsWith('\n') ? 0 : 1)
  const separator = head === '' || head.endsWith('\n') ? '' : '\n'
  const ask = `read_output with id "${id}" and start_line ${Math.max(1, line)}`
  return `${head}${separator}[${formatCount(missing)} characters of ${formatCount(text.length)} are left out here. To read them: ${ask}]\n${tail}`
}

/** The end of the last whole line that fits; the place itself where a line alone is longer. */
function lineEndBefore(text: string, end: number): number {
  const newline = text.lastIndexOf('\n', end - 1)
  return newline < end / 2 ? end : newline + 1
}

function lineStartAfter(text: string, start: number): number {
  const newline = text.indexOf('\n', start)
  return newline === -1 || newline - start > (text.length - start) / 2 ? start : newline + 1
}

/** Half of a surrogate pair is no character. */
const wholeCharacters = (text: string) => text.replace(/^[\uDC00-\uDFFF]/, '').replace(/[\uD800-\uDBFF]$/, '')
