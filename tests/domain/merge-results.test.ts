import { describe, expect, it } from 'vitest'
import type { GenerateTestsResult } from '../../src/domain/generated-tests.ts'
import { mergeResults, summaryOfResult } from '../../src/domain/merge-results.ts'
import type { TriedMutant } from '../../src/domain/mutation.ts'
import type { FixResult } from '../../src/domain/result.ts'

const position = { line: 1, column: 1 }

const mutant = (path: string, status: TriedMutant['status']): TriedMutant => ({
  path,
  mutator: 'BooleanLiteral',
  start: position,
  end: position,
  original: 'true',
  replacement: 'false',
  status,
  killedBy: [],
  reason: '',
})

const target = (path: string, outcome: 'fixed' | 'not-kept'): FixResult['targets'][number] => ({
  tool: 'oxlint',
  rule: 'eqeqeq',
  severity: 'error',
  path,
  line: 2,
  message: 'Expected ===',
  outcome,
  by: 'model',
  attempts: 1,
  verifiedBy: ['linter'],
  gate: null,
  reason: '',
})

const fixed = (path: string, commit: string | null): FixResult => ({
  task: 'fix',
  targets: [target(path, 'fixed')],
  files: [{ path, kind: 'modified' }],
  applied: [{ id: path, commit }],
})

const generated = (path: string, before: number | null): GenerateTestsResult => ({
  task: 'generate-tests',
  targets: [{ name: 'add', path, startLine: 1, endLine: 3, outcome: 'improved', reason: '' }],
  candidates: [
    {
      target: `${path} add`,
      path: 'add.test.ts',
      name: 'adds',
      attempt: 1,
      outcome: 'kept',
      filter: null,
      reason: '',
      gained: { lines: 1, branches: 0 },
      killed: ['1'],
    },
  ],
  filters: [{ filter: 'parse', asked: 2, rejected: 1 }],
  coverage: [],
  mutants: [
    { ...mutant(path, 'Killed'), id: '1' },
    { ...mutant(path, 'Survived'), id: '2' },
  ],
  score: { before, after: 50 },
  possibleBugs: [],
  suite: { executedBefore: 3, executedAfter: path === 'a.ts' ? 4 : 5, durationMs: 10 },
  files: [{ path: 'add.test.ts', kind: path === 'a.ts' ? 'added' : 'modified' }],
  applied: { id: path, commit: null },
})

const merged = (task: string, ...results: readonly (FixResult | GenerateTestsResult | { task: string })[]) =>
  mergeResults(
    task,
    results.map((result) => ({ result, summary: result.task })),
  )

describe('mergeResults', () => {
  it('joins repairs', () => {
    const result = merged('fix', fixed('a.js', null), fixed('b.js', null))
    expect(result).toEqual({
      task: 'fix',
      targets: [target('a.js', 'fixed'), target('b.js', 'fixed')],
      files: [
        { path: 'a.js', kind: 'modified' },
        { path: 'b.js', kind: 'modified' },
      ],
      applied: [
        { id: 'a.js', commit: null },
        { id: 'b.js', commit: null },
      ],
    })
    expect(summaryOfResult(result)).toMatch(/^2 of 2 problems repaired; applied in 2 steps/)
  })

  it.each([
    [[fixed('a.js', 'c1'), fixed('b.js', 'c2')], '2 of 2 problems repaired; 2 commits'],
    [[fixed('a.js', null)], '1 of 1 problem repaired; `agent undo` takes it back'],
    [[{ ...fixed('a.js', null), applied: [] }], '1 of 1 problem would be repaired'],
    [[{ ...fixed('a.js', null), targets: [target('a.js', 'not-kept')], applied: [] }], '0 of 1 problem repaired, 1 left'],
    [[{ ...fixed('a.js', null), targets: [], applied: [] }], 'there is nothing to repair'],
  ])('says how repairs can be taken back (%#)', (results, sentence) => {
    expect(summaryOfResult(merged('fix', ...results))).toBe(sentence)
  })

  it('counts the mutants of all parts', () => {
    const part = (path: string, ...statuses: TriedMutant['status'][]) => ({
      task: 'mutate',
      mutants: statuses.map((status) => mutant(path, status)),
      counts: { killed: 0, survived: 0, noCoverage: 0, invalid: 0, pending: 0 },
      score: null,
      tests: 2,
    })
    const result = merged('mutate', part('a.ts', 'Killed', 'Killed'), part('b.ts', 'Survived', 'CompileError'))
    expect(result).toMatchObject({ counts: { killed: 2, survived: 1, noCoverage: 0, invalid: 1, pending: 0 }, score: 66.7, tests: 4 })
    expect(summaryOfResult(result)).toBe('tests notice 2 of 3 defects (66.7 %)')
    expect(summaryOfResult(merged('mutate', part('a.ts')))).toContain('no code here to break')
    expect(summaryOfResult(merged('mutate', part('a.ts', 'CompileError')))).toBe('none of 1 defect was tried')
  })

  it('joins generated tests, with mutants that are told apart', () => {
    const result = merged('generate-tests', generated('a.ts', 0), generated('b.ts', 50)) as GenerateTestsResult
    expect(result).toMatchObject({
      filters: [{ filter: 'parse', asked: 4, rejected: 2 }],
      score: { before: 25, after: 50 },
      suite: { executedBefore: 3, executedAfter: 5, durationMs: 20 },
      files: [{ path: 'add.test.ts', kind: 'added' }],
      applied: { id: 'b.ts' },
    })
    expect(result.mutants.map(({ id }) => id)).toEqual(['1-1', '1-2', '2-1', '2-2'])
    expect(result.candidates.map(({ killed }) => killed)).toEqual([['1-1'], ['2-1']])
    expect(summaryOfResult(result)).toBe('2 tests kept of 2 answers; tests notice 50 % of the defects, 25 % before')
    expect(merged('generate-tests', generated('a.ts', null))).toMatchObject({
      score: { before: null },
      mutants: [{ id: '1' }, { id: '2' }],
    })
  })

  it('joins explanations', () => {
    const part = (about: string) => ({ task: 'explain', about, claims: [], dropped: 1 })
    const result = merged('explain', part('a.ts'), part('b.ts'))
    expect(result).toEqual({ task: 'explain', about: 'a.ts, b.ts', claims: [], dropped: 2 })
    expect(summaryOfResult(result)).toMatch(/^0 statements/)
  })

  it('lists what cannot be joined, also when shards have listed it before', () => {
    const one = merged('run', { task: 'run' })
    expect(one).toEqual({ task: 'batch', of: 'run', parts: [{ summary: 'run', result: { task: 'run' } }] })
    const both = mergeResults('run', [
      { result: one, summary: '' },
      { result: one, summary: '' },
    ])
    expect(both).toMatchObject({ parts: [{ summary: 'run' }, { summary: 'run' }] })
    expect(summaryOfResult(both)).toBe('2 runs')
    expect(merged('review', { task: 'review' })).toEqual({ task: 'review' })
    expect(summaryOfResult(null)).toBe('there is nothing to do')
  })
})
