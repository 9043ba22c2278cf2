import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../../../src/domain/diagnostic.ts'
import { showHidden } from '../../../../src/domain/trust.ts'
import { lintFacts } from '../../../../src/tasks/review/linting/lint-facts.ts'
import type { ToolReport } from '../../../../src/tasks/review/linting/linted-change.ts'

const diagnostic = (more: Partial<Diagnostic> = {}, startLine = 3): Diagnostic => ({
  tool: 'eslint',
  rule: 'no-var',
  severity: 'warning',
  path: 'a.js',
  range: { startLine, startColumn: 1, endLine: startLine, endColumn: 4 },
  message: 'Unexpected var.',
  isFatal: false,
  isFixable: false,
  ...more,
})

const heard = (...fresh: readonly Diagnostic[]): ToolReport[] => [
  { linter: 'eslint', checked: ['a.js'], diagnostics: fresh, fresh, failures: [], stoppedAfter: null, isFinal: true, programs: [] },
]
const unit = { path: 'a.js', anchors: [3, 4, 5].map((line) => ({ line, text: '' })) }
const facts = (...fresh: readonly Diagnostic[]) =>
  lintFacts(unit, heard(...fresh))
    .split('\n')
    .slice(2, -1)

describe('facts for the model', () => {
  it('are those of its own lines, in their order', () => {
    const others = [diagnostic({}, 9), diagnostic({ path: 'b.js' }), diagnostic({ range: null })]
    expect(facts(diagnostic({ message: 'late' }, 5), ...others, diagnostic({ rule: null, message: 'early' }))).toEqual([
      'line 3 eslint: early',
      'line 5 eslint/no-var: late',
    ])
    expect(lintFacts(unit, heard(...others))).toBe('')
  })

  it('are the gravest where there are too many', () => {
    const mild = Array.from({ length: 20 }, () => diagnostic())
    const shown = facts(...mild, diagnostic({ severity: 'error', message: 'grave' }, 5))
    expect([shown.length, shown.at(-1)]).toEqual([8, 'line 5 eslint/no-var: grave'])
  })

  it('are short, one line each, and hide nothing, whatever a tool says', () => {
    const text = fc.string({ unit: 'binary', maxLength: 2_000 })
    fc.assert(
      fc.property(text, text, (rule, message) => {
        const lines = facts(diagnostic({ rule, message }))
        expect(lines).toHaveLength(1)
        expect(lines[0]!.length).toBeLessThanOrEqual(250)
        expect(showHidden(lines[0]!)).toBe(lines[0])
      }),
    )
  })
})
