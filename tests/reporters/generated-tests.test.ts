import { describe, expect, it } from 'vitest'
import { type GenerateTestsResult, testFilters } from '../../src/domain/generated-tests.ts'
import type { Report } from '../../src/domain/report.ts'
import { measureLines, targetLines, yieldLine } from '../../src/reporters/generated-tests-lines.ts'
import { markdown } from '../../src/reporters/markdown.ts'
import { pretty } from '../../src/reporters/pretty.ts'

const share = (covered: number, total: number) => ({ covered, total })
const result: GenerateTestsResult = {
  task: 'generate-tests',
  targets: [
    { name: 'shipping', path: 'src/price.ts', startLine: 6, endLine: 8, outcome: 'improved', reason: '' },
    { name: 'discount', path: 'src/price.ts', startLine: 1, endLine: 4, outcome: 'unchanged', reason: 'assert: It asserts nothing.' },
    { name: 'half', path: 'src/more.ts', startLine: 1, endLine: 2, outcome: 'not-attempted', reason: 'The limit of 1 test was reached.' },
  ],
  candidates: [
    {
      target: 'src/price.ts shipping',
      path: 'tests/price.test.ts',
      name: 'is free',
      attempt: 1,
      outcome: 'kept',
      filter: null,
      reason: 'kept: reaches 1 line that no test reached',
      gained: { lines: 1, branches: 0 },
      killed: ['m'],
    },
    {
      target: 'src/price.ts discount',
      path: 'tests/price.test.ts',
      name: null,
      attempt: 1,
      outcome: 'rejected',
      filter: 'assert',
      reason: 'It asserts nothing.',
      gained: { lines: 0, branches: 0 },
      killed: [],
    },
  ],
  filters: testFilters.map((filter) => ({ filter, asked: 2, rejected: filter === 'assert' ? 1 : 0 })),
  coverage: [
    { path: 'src/price.ts', lines: { before: share(2, 4), after: share(3, 4) }, branches: { before: share(0, 0), after: share(0, 0) } },
  ],
  mutants: [],
  score: { before: 25, after: 75 },
  possibleBugs: [],
  suite: { executedBefore: 1, executedAfter: 2, durationMs: 10 },
  files: [{ path: 'tests/price.test.ts', kind: 'modified' }],
  applied: null,
}
const patch =
  'diff --git a/tests/price.test.ts b/tests/price.test.ts\n--- a/tests/price.test.ts\n+++ b/tests/price.test.ts\n@@ -1 +1,2 @@\n one\n+two\n'

const reportOf = (more: Partial<GenerateTestsResult> = {}, ownPatch = patch): Report => ({
  schemaVersion: 1,
  tool: { name: 'coding-agent', version: '0.0.0' },
  task: 'generate-tests',
  completeness: 'complete',
  summary: '1 test kept',
  findings: [],
  patch: ownPatch,
  coverage: { changedLines: 0, seenLines: 0, files: [] },
  result: { ...result, ...more },
  engine: { kind: 'endpoint', model: 'm', digest: null, seed: 0 },
  usage: { requests: 2, inputTokens: 10, cachedInputTokens: 0, outputTokens: 5, cacheHits: 0 },
  timing: { totalMs: 10, firstTokenMs: 1, promptTokensPerSecond: 1, tokensPerSecond: 1 },
  notices: [],
})

describe('a run that wrote tests', () => {
  it('says for each function what was kept, or why nothing was', () => {
    expect(targetLines(result).map(({ name, details }) => [name, details])).toEqual([
      ['src/price.ts:6 shipping', ['is free: reaches 1 line that no test reached']],
      ['src/price.ts:1 discount', ['assert: It asserts nothing.']],
      ['src/more.ts:1 half', ['The limit of 1 test was reached.']],
    ])
  })

  it('says what was before and what is after', () => {
    expect(measureLines(result).map(({ path, text }) => `${path}: ${text}`)).toEqual([
      'src/price.ts: lines 2/4 → 3/4',
      'null: defects noticed: 25 % → 75 %',
      'null: suite: 1 test → 2 tests, all pass',
    ])
    expect(
      measureLines({
        ...result,
        coverage: [],
        score: { before: null, after: null },
        suite: { executedBefore: 0, executedAfter: 0, durationMs: 0 },
      }),
    ).toEqual([])
  })

  it('says what took tests out', () => {
    expect(yieldLine(result)).toBe('1 of 2 written tests kept; taken out: 1 by assert')
    expect(yieldLine({ ...result, filters: [] })).toBeNull()
  })

  it('shows the patch where nothing was applied, and the files where it was', () => {
    const show = (report: Report) => pretty(report, { color: false, width: 100 } as Parameters<typeof pretty>[1])
    expect(show(reportOf())).toContain(
      '✔ src/price.ts:6 shipping\n    is free: reaches 1 line that no test reached\n✖ src/price.ts:1 discount',
    )
    expect(show(reportOf())).toContain('\n+two')
    expect(show(reportOf({ applied: { id: '1', commit: null } }))).toContain('  +1 -0  tests/price.test.ts')
  })

  it('is told in Markdown as well', () => {
    const text = markdown(reportOf(), {} as Parameters<typeof markdown>[1])
    expect(text).toContain('- `src/price.ts:1 discount`: no test kept\n  - assert: It asserts nothing.')
    expect(text).toContain('- defects noticed: 25 % → 75 %')
    expect(text).toContain('```diff\n')
  })
})
