import { foldCharacters } from './fold-characters.ts'

export interface Line {
  text: string
  /** What ends the line in the file; empty only at the end of a file without a final newline. */
  end: string
}

/** A text by its lines, and the forms of them in which the levels compare; each form is made when it is first asked for. */
export interface FileLines {
  readonly byteOrderMark: string
  readonly lines: readonly Line[]
  readonly texts: readonly string[]
  readonly trailing: () => readonly string[]
  readonly folded: () => readonly string[]
  readonly trimmed: () => readonly string[]
  /** The indexes of the lines that are not blank. */
  readonly solid: () => readonly number[]
}

const byteOrderMark = '\ufeff'

export function readLines(text: string): FileLines {
  const mark = text.startsWith(byteOrderMark) ? byteOrderMark : ''
  const lines = splitLines(text.slice(mark.length))
  const texts = lines.map((line) => line.text)
  return {
    byteOrderMark: mark,
    lines,
    texts,
    trailing: once(() => texts.map(withoutTrailingSpace)),
    folded: once(() => texts.map(foldedKey)),
    trimmed: once(() => texts.map((line) => line.trim())),
    solid: once(() => solidIn(texts)),
  }
}

/** The lines a model wrote, without the newline that ends the last one. */
export function blockLines(text: string): string[] {
  const { texts } = readLines(text)
  return [...texts]
}

export const withoutTrailingSpace = (line: string) => line.trimEnd()
export const foldedKey = (line: string) => foldCharacters(line).trimEnd()
export const indentOf = (line: string) => line.slice(0, line.length - line.trimStart().length)
export const isBlank = (line: string) => line.trim() === ''

export function solidIn(lines: readonly string[]): number[] {
  return lines.flatMap((line, index) => (isBlank(line) ? [] : [index]))
}

/** The end that most lines have, for lines that have none of their own. */
export function usualEnd(lines: readonly Line[]): string {
  const counts = new Map<string, number>()
  for (const { end } of lines) if (end !== '') counts.set(end, (counts.get(end) ?? 0) + 1)
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? '\n'
}

function splitLines(text: string): Line[] {
  // A lone carriage return ends a line only in files that know nothing else; elsewhere it is a character of its line, as for git.
  const newline = text.includes('\n') ? '\n' : '\r'
  const lines: Line[] = []
  let start = 0
  while (start < text.length) {
    const found = text.indexOf(newline, start)
    const stop = found === -1 ? text.length : found
    const isPair = newline === '\n' && found > start && text[found - 1] === '\r'
    const textEnd = isPair ? stop - 1 : stop
    const next = found === -1 ? text.length : found + 1
    lines.push({ text: text.slice(start, textEnd), end: text.slice(textEnd, next) })
    start = next
  }
  return lines
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined
  return () => (made ??= { value: make() }).value
}
