import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anchorQuote } from '../../src/domain/anchor.ts'

const lines = [
  { line: 10, text: '  const port = Number(text)' },
  { line: 11, text: '  if (port > 65535) {' },
  { line: 12, text: '    return null' },
  { line: 13, text: '  }' },
  { line: 20, text: '    return null' },
  { line: 40, text: '    return null' },
]
const at = (quote: string, line: number | null = null) => anchorQuote(quote, line, lines)?.startLine ?? null

describe('anchorQuote', () => {
  it.each([
    ['the line itself', '  const port = Number(text)'],
    ['without its indentation', 'const port = Number(text)'],
    ['with other white space', 'const  port =\tNumber(text) '],
    ['with the number and mark of the prompt', '   10 +   const port = Number(text)'],
    ['with a diff mark', '+  const port = Number(text)'],
    ['with a line number and a bar', '10 | const port = Number(text)'],
    ['in backticks', '`const port = Number(text)`'],
    ['a part of it', 'Number(text)'],
  ])('finds a quote: %s', (_name, quote) => {
    expect(at(quote)).toBe(10)
  })

  it('names the lines of a quote of several lines, and keeps them verbatim', () => {
    expect(anchorQuote('if (port > 65535) {\nreturn null', 1, lines)).toEqual({
      startLine: 11,
      endLine: 12,
      evidence: '  if (port > 65535) {\n    return null',
    })
  })

  it.each([
    ['text that is not there', 'const host = text', 10],
    ['too little to name a place', '}', 13],
    ['nothing', '', 10],
    ['a part of too few characters', 'null', 12],
  ])('refuses %s', (_name, quote, line) => {
    expect(at(quote, line)).toBeNull()
  })

  it('chooses between equal lines by the line named, if only one is near', () => {
    expect([at('return null', 12), at('return null', 22), at('return null', 37)]).toEqual([12, 20, 40])
  })

  it('refuses to choose when none is near, when several are, or when no line was named', () => {
    const close = [...lines, { line: 14, text: '    return null' }]
    expect([at('return null', 30), at('return null'), anchorQuote('return null', 13, close)]).toEqual([null, null, null])
  })

  it('never points at another line than the one quoted, whatever the noise', () => {
    const code = fc.array(fc.stringMatching(/^[ ]{0,4}[a-c]{0,3}[ =({]{0,2}[a-c]{1,4}[;)}]{0,1}$/), { minLength: 1, maxLength: 30 })
    const noise = fc.constantFrom(
      (text: string) => text,
      (text: string) => text.trim(),
      (text: string) => `${text}  `,
      (text: string) => text.replaceAll(' ', '  '),
    )
    fc.assert(
      fc.property(code, fc.nat(), fc.integer({ min: -5, max: 5 }), noise, (texts, pick, shift, change) => {
        const file = texts.map((text, index) => ({ line: index + 1, text }))
        const wanted = file[pick % file.length]!
        const found = anchorQuote(change(wanted.text), wanted.line + shift, file)
        if (!found) return true
        const squeeze = (text: string) => text.replaceAll(/\s/g, '')
        return squeeze(found.evidence).includes(squeeze(wanted.text))
      }),
    )
  })
})
