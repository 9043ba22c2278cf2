import type { TextRange } from '../domain/diagnostic.ts'

/** How a tool counts. Measured for each tool, because none of them says. */
export interface Coordinates {
  /** What a column counts; where that is not known, only columns behind nothing but ASCII can be told. */
  unit: 'utf16' | 'code-point' | 'byte' | 'unknown'
  /** The number of the first column; lines are counted from `firstLine`. */
  firstColumn: 0 | 1
  firstLine?: 0 | 1
  /** What ends a line besides a line feed, with or without a carriage return before it: nothing, a carriage return alone, or all that JavaScript takes for one. */
  lineBreaks: 'lf' | 'cr' | 'javascript'
  /** Whether a byte order mark at the start of the file is counted as a character of the first line. */
  countsByteOrderMark: boolean
  /** A tab goes to the next multiple of this many columns. */
  tabWidth?: number
  /** The last column belongs to the range. */
  isEndInclusive?: boolean
}

/** A place as a tool prints it, in its own coordinates. */
export interface Place {
  line: number
  column?: number | null | undefined
  endLine?: number | null | undefined
  endColumn?: number | null | undefined
}

/** A place as bytes of the file, byte order mark included. */
export interface ByteSpan {
  offset: number
  length: number
  /** Told where the bytes cannot be found. */
  line?: number | undefined
}

/** Finds the places of one file that a tool speaks of. Made once per file. */
export interface Locator {
  /** Null for a line that no file can have; the line alone where the columns cannot be converted. */
  range(place: Place): TextRange | null
  /** The line alone, or null without one, for a span outside of the file. */
  span(span: ByteSpan): TextRange | null
}

const breaks = { lf: /\n/g, cr: /\r\n|[\n\r]/g, javascript: /\r\n|[\n\r\u2028\u2029]/g } as const

/** Without the text of the file, only lines can be told. */
export function createLocator(text: string | null, coordinates: Coordinates): Locator {
  const lineOf = ({ line = -1 }: ByteSpan) => lineOnly({ line }, coordinates)
  if (text === null) return { range: (place) => lineOnly(place, coordinates), span: lineOf }
  const mark: 0 | 1 = text.startsWith('\uFEFF') ? 1 : 0
  const toolLines = lineStarts(text, breaks[coordinates.lineBreaks])
  const gitLines = lineStarts(text, breaks.lf)
  const source: Source = { text, mark, gitLines }
  let byteStarts: readonly number[] | undefined

  return {
    range(place) {
      const plain = lineOnly(place, coordinates)
      if (!plain || plain.startLine > toolLines.length) return plain && clamped(plain, gitLines.length)
      return precise({ source, toolLines, coordinates, place, plain })
    },
    span: (span) => spanOf(source, (byteStarts ??= byteStartsOf(source)), span) ?? lineOf(span),
  }
}

interface Source {
  text: string
  /** UTF-16 units of the byte order mark. */
  mark: 0 | 1
  /** Where the lines start that git counts, and `TextRange` with it. */
  gitLines: readonly number[]
}

interface Question {
  source: Source
  toolLines: readonly number[]
  coordinates: Coordinates
  place: Place
  plain: TextRange
}

function precise({ source, toolLines, coordinates, place, plain }: Question): TextRange {
  const bounds = (line: number) => lineBounds(source, toolLines, line)
  const first = bounds(plain.startLine)
  const start = offsetOf(first, place.column, coordinates)
  // The tool's line may be a part of git's.
  const startLine = lineAt(source, first.start)
  if (start === null) {
    const endLine = plain.endLine <= toolLines.length ? lineAt(source, bounds(plain.endLine).start) : startLine
    return { startLine, startColumn: null, endLine: Math.max(startLine, endLine), endColumn: null }
  }
  const last = plain.endLine <= toolLines.length ? bounds(plain.endLine) : null
  const endColumn = place.endColumn == null ? null : place.endColumn + (coordinates.isEndInclusive ? 1 : 0)
  const end = last && offsetOf(last, endColumn, coordinates)
  const from = positionOf(source, start)
  if (end === null || end < start) return { ...from, endLine: from.startLine, endColumn: null }
  const to = positionOf(source, end)
  return { ...from, endLine: to.startLine, endColumn: to.startColumn }
}

function spanOf(source: Source, byteStarts: readonly number[], { offset, length }: ByteSpan): TextRange | null {
  const start = unitsAtByte(source, byteStarts, offset)
  const end = unitsAtByte(source, byteStarts, offset + length)
  if (start === null || end === null || end < start) return null
  const [from, to] = [positionOf(source, start), positionOf(source, end)]
  return { ...from, endLine: to.startLine, endColumn: to.startColumn }
}

interface Bounds {
  text: string
  start: number
  end: number
  /** The byte order mark, where it stands at the start of this line. */
  mark: 0 | 1
}

/** One line of the tool's, with its line break: a range may end behind it. */
function lineBounds({ text, mark }: Source, toolLines: readonly number[], line: number): Bounds {
  const start = toolLines[line - 1] ?? text.length
  return { text, start, end: toolLines[line] ?? text.length, mark: line === 1 ? mark : 0 }
}

/** Offset in UTF-16 units; null for a column that the line does not have. */
function offsetOf(
  bounds: Bounds,
  column: number | null | undefined,
  { unit, firstColumn, countsByteOrderMark, tabWidth }: Coordinates,
): number | null {
  if (column == null || !Number.isSafeInteger(column)) return null
  const distance = column - firstColumn
  if (distance < 0 || (unit === 'unknown' && bounds.mark === 1)) return null
  const start = bounds.start + (countsByteOrderMark ? 0 : bounds.mark)
  let [offset, counted] = [start, 0]
  while (counted < distance && offset < bounds.end) {
    const codePoint = bounds.text.codePointAt(offset) ?? 0
    if (unit === 'unknown' && codePoint > 0x7f) return null
    const units = unit === 'utf16' ? 1 : codePoint > 0xffff ? 2 : 1
    counted += tabWidth !== undefined && codePoint === 0x09 ? tabWidth - (counted % tabWidth) : unit === 'byte' ? utf8Length(codePoint) : 1
    offset += units
  }
  return counted === distance ? offset : null
}

/** Where each line starts, in bytes; a span would otherwise be counted from the start of the file. */
function byteStartsOf({ text, gitLines }: Source): number[] {
  let bytes = 0
  return gitLines.map((start, index) => {
    const before = bytes
    bytes += Buffer.byteLength(text.slice(start, gitLines[index + 1]))
    return before
  })
}

/** Null for an offset outside of the text, or inside of a character. */
function unitsAtByte({ text, gitLines }: Source, byteStarts: readonly number[], byte: number): number | null {
  if (!Number.isSafeInteger(byte) || byte < 0) return null
  const line = indexAt(byteStarts, byte)
  let [offset, counted] = [gitLines[line] ?? 0, byteStarts[line] ?? 0]
  while (counted < byte && offset < text.length) {
    const codePoint = text.codePointAt(offset) ?? 0
    counted += utf8Length(codePoint)
    offset += codePoint > 0xffff ? 2 : 1
  }
  return counted === byte ? offset : null
}

function utf8Length(codePoint: number): number {
  if (codePoint < 0x80) return 1
  if (codePoint < 0x800) return 2
  return codePoint > 0xffff ? 4 : 3
}

function lineStarts(text: string, lineBreak: RegExp): number[] {
  return [0, ...Array.from(text.matchAll(lineBreak), (match) => match.index + match[0].length)]
}

/** Line from 1, column from 1 behind the byte order mark. */
function positionOf(source: Source, offset: number): { startLine: number; startColumn: number } {
  const startLine = lineAt(source, offset)
  const start = (source.gitLines[startLine - 1] ?? 0) + (startLine === 1 ? source.mark : 0)
  return { startLine, startColumn: Math.max(0, offset - start) + 1 }
}

const lineAt = ({ gitLines }: Source, offset: number) => indexAt(gitLines, offset) + 1

/** The last of ascending numbers, the first of which is 0, that is not above a number. */
function indexAt(starts: readonly number[], value: number): number {
  let [low, high] = [0, starts.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((starts[middle] ?? 0) <= value) low = middle
    else high = middle - 1
  }
  return low
}

const maxLine = 2 ** 31

function lineOnly({ line, endLine }: Place, { firstLine = 1 }: Coordinates): TextRange | null {
  const startLine = line - firstLine + 1
  if (!Number.isSafeInteger(startLine) || startLine < 1 || startLine > maxLine) return null
  const lastLine = endLine == null || !Number.isSafeInteger(endLine) ? startLine : endLine - firstLine + 1
  return { startLine, startColumn: null, endLine: lastLine > maxLine ? startLine : Math.max(startLine, lastLine), endColumn: null }
}

/** Some tools speak of the line behind the last one. */
function clamped(range: TextRange, lines: number): TextRange {
  return { ...range, startLine: Math.min(range.startLine, lines), endLine: Math.min(range.endLine, lines) }
}
