import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Coordinates, createLocator } from '../../src/linters/columns.ts'

const runs = process.env.SOAK === '1' ? 20_000 : 1_000

const plain: Coordinates = { unit: 'utf16', firstColumn: 1, lineBreaks: 'lf', countsByteOrderMark: false }

const breaks = { lf: ['\n'], cr: ['\r\n', '\n', '\r'], javascript: ['\r\n', '\n', '\r', '\u2028', '\u2029'] } as const
const anyPiece = fc.constantFrom('a', ';', ' ', '\t', 'é', '漢', '😀', '👩‍👩‍👧', '\u0301', '\n', '\r\n', '\r', '\u2028', '\u2029', '\uFEFF')
const anyText = fc
  .tuple(fc.boolean(), fc.array(anyPiece, { maxLength: 40 }))
  .map(([hasMark, pieces]) => (hasMark ? '\uFEFF' : '') + pieces.join('').replace(/^\uFEFF+/, ''))

const anyCoordinates: fc.Arbitrary<Coordinates> = fc
  .record({
    unit: fc.constantFrom('utf16' as const, 'code-point' as const, 'byte' as const),
    firstColumn: fc.constantFrom(0 as const, 1 as const),
    firstLine: fc.constantFrom(0 as const, 1 as const),
    lineBreaks: fc.constantFrom('lf' as const, 'cr' as const, 'javascript' as const),
    countsByteOrderMark: fc.boolean(),
    tabWidth: fc.constantFrom(null, 4, 8),
  })
  .map(({ tabWidth, ...rest }) => (tabWidth === null ? rest : { ...rest, tabWidth }))

/** How a tool with these coordinates would print an offset, told as slowly and plainly as can be. */
function printed(text: string, offset: number, coordinates: Coordinates): { line: number; column: number } {
  const { unit, firstColumn, firstLine = 1, lineBreaks, countsByteOrderMark, tabWidth } = coordinates
  let [line, column] = [firstLine as number, 0]
  for (let at = 0; at < offset; ) {
    const lineBreak = breaks[lineBreaks].find((each) => text.startsWith(each, at))
    const character = lineBreak ?? String.fromCodePoint(text.codePointAt(at)!)
    if (lineBreak) [line, column] = [line + 1, 0]
    else if (at === 0 && character === '\uFEFF' && !countsByteOrderMark) column = 0
    else if (character === '\t' && tabWidth) column += tabWidth - (column % tabWidth)
    else column += { utf16: character.length, 'code-point': 1, byte: Buffer.byteLength(character), unknown: NaN }[unit]
    at += character.length
  }
  return { line, column: column + firstColumn }
}

const anyPlace = fc.tuple(anyText, anyCoordinates, fc.nat(), fc.nat()).map(([text, coordinates, a, b]) => {
  // Between two characters, and not inside of a line break.
  const { lineBreaks } = coordinates
  const places = [...text.matchAll(/(?<![\uD800-\uDBFF])(?![\uDC00-\uDFFF])/g)]
    .map(({ index }) => index)
    .filter((index) => lineBreaks === 'lf' || text.slice(index - 1, index + 1) !== '\r\n')
    .filter((index) => index > 0 || !text.startsWith('\uFEFF') || coordinates.countsByteOrderMark)
  const [start, end] = [places[a % places.length]!, places[b % places.length]!].toSorted((left, right) => left - right)
  return { text, coordinates, start: start!, end: end! }
})

describe('the columns of a tool', () => {
  it('lead back to the same characters, whatever a tool counts', () => {
    fc.assert(
      fc.property(anyPlace, ({ text, coordinates, start, end }) => {
        const [from, to] = [printed(text, start, coordinates), printed(text, end, coordinates)]
        const place = { line: from.line, column: from.column, endLine: to.line, endColumn: to.column }
        const range = createLocator(text, coordinates).range(place)
        const [expected, expectedEnd] = [printed(text, start, plain), printed(text, end, plain)]
        expect(range).toEqual({
          startLine: expected.line,
          startColumn: expected.column,
          endLine: expectedEnd.line,
          endColumn: expectedEnd.column,
        })
      }),
      { numRuns: runs },
    )
  })

  it('lead back to the same characters from bytes', () => {
    fc.assert(
      fc.property(anyPlace, ({ text, coordinates, start, end }) => {
        const [offset, last] = [start, end].map((index) => Buffer.byteLength(text.slice(0, index))) as [number, number]
        const range = createLocator(text, coordinates).span({ offset, length: last - offset })
        const [expected, expectedEnd] = [printed(text, start, plain), printed(text, end, plain)]
        expect(range).toEqual({
          startLine: expected.line,
          startColumn: expected.column,
          endLine: expectedEnd.line,
          endColumn: expectedEnd.column,
        })
      }),
      { numRuns: runs },
    )
  })

  it('never leave the file and never end before they start, whatever is printed', () => {
    const anyNumber = fc.oneof(fc.integer(), fc.integer({ min: -2, max: 30 }), fc.double(), fc.constantFrom(null, undefined))
    const anyPrinted = fc.record({
      line: fc.oneof(fc.integer(), fc.integer({ min: 0, max: 8 }), fc.double()),
      column: anyNumber,
      endLine: anyNumber,
      endColumn: anyNumber,
    })
    fc.assert(
      fc.property(fc.option(anyText), anyCoordinates, anyPrinted, (text, coordinates, place) => {
        const range = createLocator(text, coordinates).range(place)
        if (range === null) return
        const { startLine, startColumn, endLine, endColumn } = range
        expect(startLine).toBeGreaterThanOrEqual(1)
        expect(endLine).toBeGreaterThanOrEqual(startLine)
        if (text === null) return
        const lines = text.replace(/^\uFEFF/, '').split('\n')
        expect(endLine).toBeLessThanOrEqual(lines.length)
        if (startColumn !== null) expect(lines[startLine - 1]!.length + 2).toBeGreaterThanOrEqual(startColumn)
        if (endColumn !== null) expect(lines[endLine - 1]!.length + 2).toBeGreaterThanOrEqual(endColumn)
        if (startColumn !== null && endColumn !== null && startLine === endLine) expect(endColumn).toBeGreaterThanOrEqual(startColumn)
      }),
      { numRuns: runs },
    )
  })

  it('are not told where they would be inside of a character', () => {
    const locator = createLocator('a😀b', { ...plain, unit: 'byte' })
    expect(locator.range({ line: 1, column: 4 })).toEqual({ startLine: 1, startColumn: null, endLine: 1, endColumn: null })
    expect(locator.span({ offset: 2, length: 1 })).toBe(null)
    expect(locator.span({ offset: 2, length: 1, line: 1 })).toEqual({ startLine: 1, startColumn: null, endLine: 1, endColumn: null })
  })

  it('are lines alone without the text of the file', () => {
    const locator = createLocator(null, { ...plain, firstLine: 0 })
    const range = locator.range({ line: 4, column: 3, endLine: 6, endColumn: 1 })
    expect(range).toEqual({ startLine: 5, startColumn: null, endLine: 7, endColumn: null })
    expect(locator.span({ offset: 1, length: 1 })).toBe(null)
  })

  it('are lines alone where the tool tells no column', () => {
    const locator = createLocator('a\nb\nc\n', plain)
    expect(locator.range({ line: 2, endLine: 3 })).toEqual({ startLine: 2, startColumn: null, endLine: 3, endColumn: null })
    expect(locator.range({ line: 2, column: 1, endLine: 9, endColumn: 1 })).toEqual({
      startLine: 2,
      startColumn: 1,
      endLine: 2,
      endColumn: null,
    })
  })

  it('are told behind ASCII alone where nobody knows what a tool counts', () => {
    const locator = createLocator('ab😀c\n', { ...plain, unit: 'unknown' })
    expect(locator.range({ line: 1, column: 2, endLine: 1, endColumn: 3 })).toEqual({
      startLine: 1,
      startColumn: 2,
      endLine: 1,
      endColumn: 3,
    })
    expect(locator.range({ line: 1, column: 4 })).toEqual({ startLine: 1, startColumn: null, endLine: 1, endColumn: null })
    expect(createLocator('\uFEFFab', { ...plain, unit: 'unknown' }).range({ line: 1, column: 2 })?.startColumn).toBe(null)
  })

  it('count the last column in where a tool does', () => {
    const locator = createLocator('abc\n', { ...plain, isEndInclusive: true })
    expect(locator.range({ line: 1, column: 1, endLine: 1, endColumn: 3 })).toEqual({
      startLine: 1,
      startColumn: 1,
      endLine: 1,
      endColumn: 4,
    })
  })

  it('name the last line for one behind it', () => {
    expect(createLocator('a\nb', plain).range({ line: 9 })).toEqual({ startLine: 2, startColumn: null, endLine: 2, endColumn: null })
  })

  it('find the last of very many spans in a long file at once', () => {
    const text = 'é😀 x\n'.repeat(50_000)
    const locator = createLocator(text, plain)
    const last = Buffer.byteLength(text) - 2
    for (let count = 0; count < 20_000; count++) locator.span({ offset: last, length: 1 })
    expect(locator.span({ offset: last, length: 1 })).toEqual({ startLine: 50_000, startColumn: 5, endLine: 50_000, endColumn: 6 })
  })
})
