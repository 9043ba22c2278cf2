import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../../src/domain/diagnostic.ts'
import { readOwnSarif } from '../../../src/tasks/fix/own-sarif.ts'
import { isReported, problemsOf, readReportedProblems } from '../../../src/tasks/fix/reported-problem.ts'
import { tellTargets } from '../../../src/tasks/fix/tell-target.ts'
import { newTarget, rangeOf } from '../../../src/tasks/fix/target.ts'
import { checked, claim } from './fix-run.ts'

const result = (
  parts: Record<string, unknown> = {},
  region: Record<string, unknown> = { startLine: 3, endLine: 4, snippet: { text: 'a\nb' } },
) => ({
  ruleId: 'review/null',
  level: 'error',
  message: { text: 'It is null.' },
  locations: [{ physicalLocation: { artifactLocation: { uri: 'src/a%20b.ts' }, region } }],
  properties: { source: { kind: 'model', name: 'm', rule: 'null' }, proof: { kind: 'model', detail: 'x' } },
  ...parts,
})
const log = (...results: unknown[]) => ({ runs: [{ tool: { driver: { name: 'coding-agent' } }, results }] })

describe('a SARIF file of ours', () => {
  it('gives back what the review knew', () => {
    expect(readOwnSarif(log(result()))).toMatchObject([
      {
        rule: 'review/null',
        severity: 'error',
        title: 'It is null.',
        region: { path: 'src/a b.ts', startLine: 3, endLine: 4 },
        evidence: 'a\nb',
        source: { kind: 'model' },
      },
    ])
  })

  it('leaves out what is suppressed, cuts a long title, and knows a whole file from its first line', () => {
    const long = 'x'.repeat(100)
    const whole = result({ message: { text: long } }, { startLine: 1, endLine: 1 })
    const [only, ...others] = readOwnSarif(log(result({ suppressions: [{ kind: 'external' }] }), whole)) ?? []
    expect([only?.title.length, only?.region.startLine, only?.evidence, others]).toEqual([80, null, '', []])
  })

  it('takes a name that cannot be decoded as it is', () => {
    const odd = result({
      locations: [{ physicalLocation: { artifactLocation: { uri: '%E0%A4%A' }, region: { startLine: 1, endLine: 1 } } }],
    })
    expect(readOwnSarif(log(odd))?.[0]?.region.path).toBe('%E0%A4%A')
  })

  it('is none where anybody else wrote it, or where it is anything else', () => {
    const foreign = { runs: [{ tool: { driver: { name: 'Scanner' } }, results: [result()] }] }
    expect([readOwnSarif(foreign), readOwnSarif({ runs: [] }), readOwnSarif(undefined)]).toEqual([null, null, null])
    fc.assert(fc.property(fc.jsonValue(), (value) => readOwnSarif(value) === null))
  })
})

describe('a problem that was reported', () => {
  const diagnostic: Diagnostic = {
    tool: 'check',
    rule: 'secrets',
    severity: 'error',
    path: 'a.js',
    range: rangeOf(9, 9),
    message: '',
    isFatal: false,
    isFixable: false,
  }
  const [problem] = problemsOf([checked('secrets', 'a.js', 2, "  key = '******'")])

  it('is known again by its line, its text, or what masking leaves of that', () => {
    const at = (startLine: number) => ({ ...diagnostic, range: rangeOf(startLine, startLine) })
    expect(isReported(problem!, at(2), () => 'anything')).toBe(true)
    expect(isReported(problem!, at(9), () => "key = 'hunter2'")).toBe(true)
    expect(isReported(problem!, at(9), () => 'other')).toBe(false)
    expect(isReported(problem!, at(9), () => undefined)).toBe(false)
    expect(isReported({ ...problem!, evidence: null }, at(9), () => '')).toBe(false)
  })

  it('is another one where rule, path or tool differ, or only one is about the whole file', () => {
    for (const parts of [{ rule: 'syntax' }, { rule: null }, { path: 'b.js' }, { tool: 'eslint' }, { range: null }])
      expect(isReported(problem!, { ...diagnostic, ...parts }, () => "key = '******'")).toBe(false)
    const [whole] = problemsOf([checked('secrets', 'a.js', null, '')])
    expect(isReported(whole!, { ...diagnostic, range: null }, () => undefined)).toBe(true)
  })

  it('is nobody’s problem where it is suppressed', () => {
    expect(problemsOf([{ ...claim('a.js', 1, 'x'), suppressed: { by: 'inline', reason: '' } }])).toEqual([])
  })

  it('reaches at least its own line, whatever the report says', () => {
    expect(problemsOf([{ ...claim('a.js', 4, 'x'), region: { path: 'a.js', startLine: 4, endLine: null } }])[0]?.told.range).toEqual(
      rangeOf(4, 4),
    )
  })

  it('is not read from what is no report', async () => {
    const reading = readReportedProblems('{"a":1', { name: 'x.json', root: '/', readText: async () => null })
    await expect(reading).rejects.toMatchObject({ code: 'REPORT_INVALID', message: expect.stringContaining('x.json') })
  })
})

describe('what is told of a problem', () => {
  const told = { ...problemsOf([claim('a.js', 1, 'x')])[0]!.told, tool: 'eslint', rule: 'eqeqeq' }

  it('is that the time was over where nothing became of it, and of what was passed over, why', () => {
    const [target, passed] = tellTargets(
      {
        targets: [newTarget({ told, evidence: 'x', current: told })],
        passedOver: [{ told, finding: null, why: 'other', reason: 'No.' }],
      },
      null,
    )
    expect([target?.why, target?.remaining, target?.entry.reason]).toEqual(['budget', null, 'the time was over'])
    expect(passed).toMatchObject({
      why: 'other',
      remaining: { evidence: '', rule: 'eslint/eqeqeq', proof: { kind: 'executed', detail: 'No.' } },
    })
  })
})
