import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../src/domain/diagnostic.ts'
import { newDiagnostics } from '../../src/domain/new-diagnostics.ts'

const diagnostic = (line: number, message = 'x is unused.', more: Partial<Diagnostic> = {}): Diagnostic => ({
  tool: 'eslint',
  rule: 'no-unused-vars',
  severity: 'error',
  path: 'a.ts',
  range: { startLine: line, startColumn: 1, endLine: line, endColumn: 2 },
  message,
  isFatal: false,
  isFixable: false,
  ...more,
})
const side = (text: string, ...diagnostics: Diagnostic[]) => ({
  diagnostics,
  lineOf: (_path: string, line: number) => text.split('\n')[line - 1],
})

describe('newDiagnostics', () => {
  it('knows a complaint again on a line that has moved and was indented', () => {
    expect(newDiagnostics(side('const x = 1', diagnostic(1)), side('\n\n  const x = 1', diagnostic(3)))).toEqual([])
  })

  it('tells one that came from one that went, though their number is the same', () => {
    const came = diagnostic(1, 'y is unused.')
    expect(newDiagnostics(side('const x = 1', diagnostic(1)), side('const y = 1', came))).toEqual([came])
  })

  it('counts equal complaints about equal lines', () => {
    const twice = side('f()\nf()', diagnostic(1), diagnostic(2))
    expect(newDiagnostics(side('f()', diagnostic(1)), twice)).toHaveLength(1)
    expect(newDiagnostics(twice, side('f()', diagnostic(1)))).toEqual([])
  })

  it('does not take line numbers in a message for a difference', () => {
    expect(newDiagnostics(side('a', diagnostic(1, 'Declared on line 7.')), side('a', diagnostic(1, 'Declared on line 9.')))).toEqual([])
  })

  it('compares what is said about a whole file by its message', () => {
    const whole = diagnostic(1, 'Not formatted.', { range: null })
    expect(newDiagnostics(side('', whole), side('x', whole))).toEqual([])
  })

  it('finds nothing new in the same, and everything against nothing', () => {
    const some = fc.array(fc.record({ line: fc.integer({ min: 1, max: 4 }), message: fc.constantFrom('a', 'b', 'c') }))
    fc.assert(
      fc.property(some, (drafts) => {
        const all = side('one\ntwo\none\nfour', ...drafts.map(({ line, message }) => diagnostic(line, message)))
        expect(newDiagnostics(all, all)).toEqual([])
        expect(newDiagnostics(side(''), all)).toHaveLength(drafts.length)
      }),
    )
  })
})
