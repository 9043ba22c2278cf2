import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../../../src/domain/diagnostic.ts'
import { findingSchema } from '../../../../src/domain/finding.ts'
import { identify } from '../../../../src/domain/fingerprint.ts'
import { lintFindings } from '../../../../src/tasks/review/linting/lint-findings.ts'
import { lintLimits } from '../../../../src/tasks/review/linting/lint-change.ts'
import { wasRun } from '../../../../src/tasks/review/was-run.ts'
import type { ToolReport } from '../../../../src/tasks/review/linting/linted-change.ts'
import { markDuplicates } from '../../../../src/tasks/review/duplicates.ts'
import { reviewOptionsSchema } from '../../../../src/tasks/review/options.ts'
import { configurableChecks } from '../../../../src/tasks/review/configurable-checks.ts'
import { checkFinding, draftFinding } from '../../../helpers/drafts.ts'

const lines = [
  ['context', 9, 'function long() {'],
  ['added', 10, '  first()\r'],
  ['added', 11, '  second()'],
  ['context', 12, '}'],
] as const

const file = {
  path: 'a.js',
  oldPath: null,
  status: 'modified' as const,
  kind: 'text' as const,
  oldMode: '100644',
  newMode: '100644',
  size: 1,
  encoding: 'utf8' as const,
  omitted: null,
  addedLines: 2,
  removedLines: 0,
  hunks: [
    {
      oldStart: 9,
      oldLines: 2,
      newStart: 9,
      newLines: 4,
      lines: lines.map(([kind, newLine, text]) => ({ kind, newLine, text, oldLine: null, endsWithoutNewline: false })),
    },
  ],
}

const range = (startLine: number, endLine: number, endColumn: number | null = null) => ({ startLine, startColumn: 1, endLine, endColumn })
const diagnostic = (more: Partial<Diagnostic>): Diagnostic => ({
  tool: 'eslint',
  rule: 'some-rule',
  severity: 'warning',
  path: 'a.js',
  range: range(10, 10),
  message: 'It is so.',
  isFatal: false,
  isFixable: false,
  ...more,
})
const heard = (fresh: readonly Diagnostic[], more: Partial<ToolReport> = {}): ToolReport => ({
  linter: 'eslint',
  checked: ['a.js'],
  diagnostics: fresh,
  fresh,
  failures: [],
  stoppedAfter: null,
  isFinal: true,
  programs: [],
  ...more,
})
const placeOf = (more: Partial<Diagnostic>) => {
  const [finding] = lintFindings([heard([diagnostic(more)])], { files: [file] })
  return [finding?.region.startLine, finding?.region.endLine, finding?.evidence]
}

describe('a finding of a linter', () => {
  it.each<[string, Partial<Diagnostic>, unknown[]]>([
    ['one line', {}, [10, 10, '  first()']],
    ['two lines', { range: range(10, 11) }, [10, 11, '  first()\n  second()']],
    ['a line with its end', { range: range(10, 11, 1) }, [10, 10, '  first()']],
    ['more than the change shows', { range: range(9, 400) }, [9, 12, 'function long() {\n  first()\r\n  second()\n}'.replace('\r', '')]],
    ['what begins before the change', { range: range(1, 11) }, [10, 11, '  first()\n  second()']],
    ['a whole file', { range: null }, [null, null, '']],
  ])('points at the lines of the change: %s', (_name, more, expected) => {
    expect(placeOf(more)).toEqual(expected)
  })

  it('fits the report, whatever the tool says', () => {
    const hostile = [
      diagnostic({ message: '\u001b[31mred\u001b[0m\nand more' }),
      diagnostic({ message: '' }),
      diagnostic({ message: 'x'.repeat(2_000), rule: 'a rule with\nspaces' }),
      diagnostic({ rule: null }),
    ]
    const findings = identify(lintFindings([heard(hostile)], { files: [file] }))
    for (const finding of findings) expect(findingSchema.safeParse(finding)).toMatchObject({ success: true })
    expect(findings.map(({ rule }) => rule)).toContain('eslint/problem')
    expect(JSON.stringify(findings)).not.toContain('\\u001b')
  })
})

const linterFinding = (name: string, rule: string, title: string) =>
  draftFinding({ rule: `${name}/${rule}`, title, message: title, confidence: 1, source: { kind: 'linter', name, rule } })
const kept = (...findings: Parameters<typeof markDuplicates>[0][number][]) =>
  markDuplicates(findings)
    .filter(({ suppressed }) => !suppressed)
    .map(({ rule }) => rule)

describe('findings that say the same', () => {
  it.each([
    ['no-unused-vars', "'total' is assigned a value but never used.", 'Unused variable `total`', 'The result is dropped.'],
    ['TS2304', "Cannot find name 'parse'.", '`parse` is not defined', 'It throws a ReferenceError.'],
    ['TS2339', "Property 'att' does not exist on type 'string[]'.", '`att` is not a function', 'The call throws.'],
    ['no-debugger', "Unexpected 'debugger' statement.", 'Debugger statement left in code', 'Execution stops at the debugger statement.'],
  ])('are one when the model repeats %s', (rule, told, title, message) => {
    expect(kept(draftFinding({ title, message }), linterFinding('tool', rule, told))).toEqual([`tool/${rule}`])
  })

  it.each([
    ['no-unused-vars', "'total' is assigned a value but never used.", 'Unused variable `other`', 'The result is dropped.'],
    ['TS2339', "Property 'att' does not exist on type 'string[]'.", 'Index is off by one', 'The last `att` is never reached.'],
  ])('are two when the model speaks of something else than %s', (rule, told, title, message) => {
    expect(kept(draftFinding({ title, message }), linterFinding('tool', rule, told))).toHaveLength(2)
  })

  it('are one when two tools have the same rule, or a check of ours has it', () => {
    const rules = [
      linterFinding('eslint', 'no-debugger', "Unexpected 'debugger' statement."),
      linterFinding('oxlint', 'eslint/no-debugger', '`debugger` statement is not allowed'),
      linterFinding('biome', 'lint/suspicious/noDebugger', 'This is an unexpected use of the debugger statement.'),
      checkFinding('debugger-statements'),
    ]
    expect(kept(...rules)).toHaveLength(1)
    expect(kept(linterFinding('eslint', 'no-debugger', 'a'), linterFinding('oxlint', 'no-var', 'a'))).toHaveLength(2)
    expect(kept(linterFinding('eslint', 'no-var', 'a'), linterFinding('eslint', 'no-var', 'b'))).toHaveLength(2)
  })
})

describe('the time that linters may take', () => {
  const options = (maxTime: string) => reviewOptionsSchema(configurableChecks).parse({ maxTime })
  it.each([
    ['10s', 'auto', true, { all: 3_300, each: 3_300 }],
    ['5m', 'named', true, { all: 100_000, each: 60_000 }],
    ['10s', 'none', false, { all: 8_000, each: 8_000 }],
    ['10s', 'auto', false, { all: 8_000, each: 8_000 }],
  ] as const)('is a part of %s (model: %s, there is one: %s)', (maxTime, model, hasEngine, expected) => {
    expect(lintLimits({ model, options: options(maxTime) }, hasEngine)).toEqual(expected)
  })
})

describe('an ignore comment', () => {
  const options = reviewOptionsSchema(configurableChecks).parse({})
  const ran = (rule: string, { linted = [heard([])], model = true, linters = true } = {}) =>
    wasRun({ path: 'a.js', rule }, { ...options, linters }, { hasModelSeen: () => model, linted })

  it('is without effect only where everything ran that it could mean', () => {
    const failed = [heard([], { failures: ['It crashed.'] })]
    expect({
      check: ran('check/secrets', { model: false }),
      category: [ran('null'), ran('null', { model: false }), ran('review/null', { linted: failed })],
      linter: [ran('eslint/no-var', { model: false }), ran('eslint/no-var', { linted: failed }), ran('eslint/no-var', { linters: false })],
      otherLinter: ran('ruff/F401'),
      unnamed: [ran('no-var'), ran('no-var', { model: false }), ran('no-var', { linted: failed }), ran('*', { linted: failed })],
    }).toEqual({
      check: true,
      category: [true, false, true],
      linter: [true, false, false],
      otherLinter: false,
      unnamed: [true, false, false, false],
    })
  })
})
