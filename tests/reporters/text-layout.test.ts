import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutStart, cutText, displayWidth, wrapText } from '../../src/reporters/text-layout.ts'
import { textArbitrary } from '../helpers/report-arbitrary.ts'

const widths = fc.integer({ min: 4, max: 120 })
const visible = (text: string) => text.replaceAll(/\s/g, '')

describe('the width of a text', () => {
  it.each([
    ['abc', 3],
    ['ä', 1],
    ['a\u0308', 1],
    ['漢字', 4],
    ['한글', 4],
    ['🎉', 2],
    ['❤\ufe0f', 1],
    ['ａ', 2],
    ['', 0],
  ])('of %j is %i columns', (text, columns) => {
    expect(displayWidth(text)).toBe(columns)
  })
})

describe('wrapping', () => {
  it.each([
    ['one two three', 8, ['one two', 'three']],
    ['one\n\ntwo', 8, ['one', '', 'two']],
    ['  indented text here', 10, ['  indented', '  text', '  here']],
    ['abcdefghij', 4, ['abcd', 'efgh', 'ij']],
    ['漢字かな', 5, ['漢字', 'かな']],
    ['', 8, ['']],
  ])('%j in %i columns gives %j', (text, width, rows) => {
    expect(wrapText(text, width)).toEqual(rows)
  })

  it('keeps every character, and every row within its width', () => {
    fc.assert(
      fc.property(textArbitrary, widths, (text, width) => {
        const rows = wrapText(text, width)
        expect(visible(rows.join(''))).toBe(visible(text))
        expect(rows.filter((row) => displayWidth(row) > width)).toEqual([])
      }),
      { numRuns: 500 },
    )
  })
})

describe('cutting', () => {
  it.each([
    ['abcdef', 4, 'abc…', '…def'],
    ['abcd', 4, 'abcd', 'abcd'],
    ['漢字かな', 6, '漢字…', '…かな'],
    ['a🎉b🎉', 4, 'a🎉…', '…b🎉'],
  ])('%j to %i columns leaves %j or %j', (text, width, head, tail) => {
    expect([cutText(text, width), cutStart(text, width)]).toEqual([head, tail])
  })

  it('keeps within the width', () => {
    fc.assert(
      fc.property(textArbitrary, widths, (text, width) => {
        expect(displayWidth(cutText(text, width))).toBeLessThanOrEqual(width)
        expect(displayWidth(cutStart(text, width))).toBeLessThanOrEqual(width)
      }),
    )
  })
})
