import fc from 'fast-check'
import type { Log, Run } from 'sarif'
import { describe, expect, it } from 'vitest'
import type { Report } from '../../src/domain/report.ts'
import { sarif } from '../../src/reporters/sarif.ts'
import { hostilePaths, hostileTexts } from '../helpers/hostile-texts.ts'
import { findingWith, reportArbitrary, reportWith } from '../helpers/report-arbitrary.ts'
import { optionsWith } from '../helpers/reporter-options.ts'
import { expectValidSarif } from '../helpers/validate-sarif.ts'

const render = (report: Report, changes = {}) => sarif(report, optionsWith(changes))
const runOf = (report: Report, changes = {}): Run => (JSON.parse(render(report, changes)) as Log).runs[0]!
const resultOf = (changes = {}) => runOf(reportWith({ findings: [findingWith(changes)] })).results![0]!

describe('a result', () => {
  it('says what, where and since when', () => {
    expect(resultOf()).toEqual({
      ruleId: 'review/boundary',
      ruleIndex: 0,
      level: 'error',
      message: { text: 'Division by an empty list. When `items` is empty the average is `NaN`.' },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'src/invoice.ts', uriBaseId: 'SRCROOT' },
            region: { startLine: 42, endLine: 42, snippet: { text: '  return total / items.length' } },
          },
        },
      ],
      partialFingerprints: {
        primaryLocationLineHash: '0123456789abcdef0123456789abcdef',
        'codingAgentFingerprint/v1': '0123456789abcdef0123456789abcdef',
      },
      suppressions: [],
      rank: 87,
      properties: {
        id: 'a1',
        source: { kind: 'model', name: 'qwen3', rule: 'boundary' },
        proof: { kind: 'model', detail: '' },
      },
    })
  })

  it('carries its replacement as a fix of whole lines', () => {
    expect(
      resultOf({ region: { path: 'a b.ts', startLine: 2, endLine: 3 }, replacement: 'one\ntwo\n' }).fixes?.[0]?.artifactChanges,
    ).toEqual([
      {
        artifactLocation: { uri: 'a%20b.ts', uriBaseId: 'SRCROOT' },
        replacements: [{ deletedRegion: { startLine: 2, endLine: 3 }, insertedContent: { text: 'one\ntwo' } }],
      },
    ])
  })

  it('removes lines together with their newline', () => {
    expect(resultOf({ replacement: '' }).fixes?.[0]?.artifactChanges[0]?.replacements).toEqual([
      { deletedRegion: { startLine: 42, startColumn: 1, endLine: 43, endColumn: 1 }, insertedContent: { text: '' } },
    ])
  })

  it('about a whole file stands at its first line, where viewers and GitHub want one, and has no fix', () => {
    const result = resultOf({ region: { path: 'logo.png', startLine: null, endLine: null }, replacement: 'x' })
    expect(result.locations?.[0]?.physicalLocation?.region).toEqual({ startLine: 1, endLine: 1 })
    expect(result.fixes).toBeUndefined()
  })

  it.each([
    ['inline', 'inSource'],
    ['baseline', 'external'],
    ['confidence', 'external'],
    ['refuted', 'external'],
  ])('suppressed by %s is suppressed %s', (by, kind) => {
    expect(resultOf({ suppressed: { by, reason: 'known' } }).suppressions).toEqual([
      { kind, status: 'accepted', justification: `${by}: known` },
    ])
  })

  it('without a confidence has no rank', () => {
    expect(resultOf({ confidence: null })).not.toHaveProperty('rank')
  })
})

describe('the rules', () => {
  it('are those of the results, each once, with a sentence of help', () => {
    const findings = ['review/null', 'check/secrets', 'review/null', 'eslint/no-undef', 'review/unknown'].map((rule) =>
      findingWith({ rule }),
    )
    const describeRule = (rule: string) => ({ 'review/null': 'A missing value is used', 'check/secrets': ' Ends already. ' })[rule]
    const rules = runOf(reportWith({ findings }), { describeRule }).tool.driver.rules!
    expect(rules.map(({ id, name, shortDescription, properties }) => [id, name, shortDescription?.text, properties?.tags])).toEqual([
      ['check/secrets', 'CheckSecrets', 'Ends already.', ['security', 'check']],
      ['eslint/no-undef', 'EslintNoUndef', "The tool 'eslint' reports its rule 'no-undef'.", ['eslint']],
      ['review/null', 'ReviewNull', 'A missing value is used.', ['review']],
      ['review/unknown', 'ReviewUnknown', "The review found a defect of the kind 'unknown'.", ['review']],
    ])
    expect(rules[0]?.help?.text).toContain("'agent-ignore[check/secrets]: reason'")
  })

  it('have a name even where the id has no letters', () => {
    expect(runOf(reportWith({ findings: [findingWith({ rule: '-/ä' })] })).tool.driver.rules?.[0]?.name).toBe('Rule')
    expect(runOf(reportWith({ findings: [findingWith({ rule: 'check/x' })] })).tool.driver.rules?.[0]?.fullDescription?.text).toBe(
      "The check 'x' found a problem.",
    )
  })
})

describe('the invocation', () => {
  it('of a complete run was successful', () => {
    expect(runOf(reportWith()).invocations).toEqual([{ executionSuccessful: true, toolExecutionNotifications: [] }])
  })

  it('tells of notices and of what was not seen', () => {
    const report = reportWith({
      completeness: 'partial',
      notices: [
        { code: 'ENGINE_TIMEOUT', message: 'No answer.', hint: 'Start it.' },
        { code: 'DROPPED', message: 'One claim had no anchor.', hint: '' },
      ],
      coverage: {
        changedLines: 30,
        seenLines: 10,
        files: [
          { path: 'a.ts', changedLines: 20, seenLines: 0, skipped: { reason: 'deadline', expected: false } },
          { path: 'b.lock', changedLines: 0, seenLines: 0, skipped: { reason: 'lock file', expected: true } },
        ],
      },
    })
    expect(runOf(report).invocations).toEqual([
      {
        executionSuccessful: false,
        toolExecutionNotifications: [
          { level: 'error', descriptor: { id: 'ENGINE_TIMEOUT' }, message: { text: 'No answer. Start it.' } },
          { level: 'note', descriptor: { id: 'DROPPED' }, message: { text: 'One claim had no anchor.' } },
          {
            level: 'warning',
            descriptor: { id: 'UNSEEN' },
            message: { text: '20 changed lines not looked at: deadline' },
            locations: [{ physicalLocation: { artifactLocation: { uri: 'a.ts', uriBaseId: 'SRCROOT' } } }],
          },
        ],
      },
    ])
  })

  it('lists a hundred unseen files and counts the rest', () => {
    const files = Array.from({ length: 150 }, (_, index) => ({ path: `${index}.ts`, changedLines: 1, seenLines: 0, skipped: null }))
    const notifications = runOf(reportWith({ coverage: { changedLines: 150, seenLines: 0, files } })).invocations?.[0]
      ?.toolExecutionNotifications
    expect(notifications).toHaveLength(101)
    expect(notifications?.at(-1)?.message.text).toBe('50 more files not or not wholly looked at.')
  })
})

it('keeps to what GitHub takes: 25,000 results, those that count and the worst first', () => {
  const many = Array.from({ length: 25_000 }, (_, index) => findingWith({ severity: 'note', id: `n${index}` }))
  const suppressed = findingWith({ id: 's', suppressed: { by: 'baseline', reason: '' } })
  const run = runOf({ ...reportWith(), findings: [suppressed, ...many, findingWith({ id: 'last' })] })
  expect(run.results).toHaveLength(25_000)
  expect(run.results?.[0]?.properties?.['id']).toBe('last')
  expect(run.results?.some(({ properties }) => properties?.['id'] === 's')).toBe(false)
  expect(run.invocations?.[0]?.toolExecutionNotifications?.[0]?.message.text).toBe(
    '2 results left out, because a run may have 25000 at most.',
  )
})

it.each([
  ['1.2.3-rc.1+5', '1.2.3-rc.1+5'],
  ['dev', '0.0.0'],
])('gives version %s as %s, since a version has to be semantic', (version, semanticVersion) => {
  expect(runOf(reportWith({ tool: { name: 'coding-agent', version } })).tool.driver).toMatchObject({ semanticVersion })
})

describe('for the schema of the standard and the official validator', () => {
  it('is clean with everything a report can have', async () => {
    const findings = [
      findingWith({ replacement: 'x' }),
      findingWith({ replacement: '' }),
      findingWith({ rule: 'check/secrets', evidence: "a = 'b'" }),
      findingWith({ suppressed: { by: 'inline', reason: 'known' } }),
      findingWith({ region: { path: 'x', startLine: null, endLine: null }, evidence: '' }),
      findingWith({ region: { path: 'x', startLine: 5, endLine: 2 } }),
      ...hostilePaths.map((path) => findingWith({ region: { path, startLine: 1, endLine: 1 } })),
      ...hostileTexts.map((text) =>
        findingWith({ title: text.slice(0, 80) || 'x', message: text || 'x', evidence: text, replacement: text }),
      ),
    ]
    const notices = hostileTexts.map((text) => ({ code: text, message: text, hint: text }))
    await expect(
      expectValidSarif(
        render(reportWith()),
        render(reportWith({ findings: [] })),
        render(reportWith({ findings, notices, completeness: 'partial' })),
      ),
    ).resolves.toBeUndefined()
  })

  it('is clean for any report', async () => {
    // The validator takes long to start and little for a run.
    const oneLog = (reports: Report[]) =>
      JSON.stringify({ ...JSON.parse(render(reportWith())), runs: reports.map((report) => runOf(report)) })
    await expect(
      expectValidSarif(oneLog(fc.sample(reportArbitrary, { numRuns: 20, seed: 1 })), oneLog(fc.sample(reportArbitrary, 20))),
    ).resolves.toBeUndefined()
  })
})

describe('the check of these tests', () => {
  const broken = (change: (run: Run) => void) => {
    const log = JSON.parse(render(reportWith())) as Log
    change(log.runs[0]!)
    return JSON.stringify(log)
  }

  it('finds what only the schema sees', async () => {
    const text = broken((run) => Object.assign(run.results![0]!, { level: 'critical' }))
    await expect(expectValidSarif(text)).rejects.toThrow(/allowed values/)
  })

  it('finds what only the validator sees', async () => {
    const text = broken((run) => delete run.tool.driver.rules![0]!.help)
    await expect(expectValidSarif(text)).rejects.toThrow(/GH2012/)
  })
})
