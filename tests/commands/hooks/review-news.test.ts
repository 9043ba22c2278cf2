import { describe, expect, it } from 'vitest'
import { combineReports } from '../../../src/commands/hooks/combine-reports.ts'
import { oneLine, withHint } from '../../../src/commands/hooks/one-line.ts'
import { type ReviewedFor, reviewNews } from '../../../src/commands/hooks/review-news.ts'
import type { Finding } from '../../../src/domain/finding.ts'
import type { Report } from '../../../src/domain/report.ts'

const reviewed: ReviewedFor = {
  stops: 'commit',
  flags: '--staged',
  flagsAfterwards: '--commit HEAD',
  maxTime: 10_000,
  isTimeOver: false,
  failOnFor: () => 'error',
}

const finding = (path: string, more: Partial<Finding> = {}): Finding => ({
  id: path,
  fingerprint: path,
  rule: 'review/null',
  severity: 'error',
  confidence: null,
  title: 'It may be null',
  message: 'Nobody checks it.',
  region: { path, startLine: 3, endLine: 3 },
  evidence: 'value.length',
  source: { kind: 'model', name: 'm', rule: 'null' },
  proof: { kind: 'model', detail: '' },
  replacement: null,
  suppressed: null,
  ...more,
})

const unseen = (path: string, reason: string) => ({ path, changedLines: 2, seenLines: 0, skipped: { reason, expected: false } })

function report(more: Partial<Report> = {}): Report {
  return {
    schemaVersion: 1,
    tool: { name: 'coding-agent', version: '0' },
    task: 'review',
    completeness: more.coverage ? 'partial' : 'complete',
    summary: '',
    findings: [],
    patch: '',
    coverage: { changedLines: 0, seenLines: 0, files: [] },
    result: { task: 'review' },
    engine: { kind: 'none', model: '', digest: null, seed: 0 },
    usage: { requests: 0, inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, cacheHits: 0 },
    timing: { totalMs: 0, firstTokenMs: 0, promptTokensPerSecond: 0, tokensPerSecond: 0 },
    notices: [],
    ...more,
  } as Report
}

const news = (of: Report, more: Partial<ReviewedFor> = {}) => reviewNews(of, { ...reviewed, ...more }, { color: false, width: 80 })
const covered = (...files: ReturnType<typeof unseen>[]) => ({ changedLines: 2, seenLines: 0, files })

describe('what a hook tells of a review', () => {
  it('shows ten findings, and counts the others', () => {
    const findings = Array.from({ length: 12 }, (_, index) => finding(`${index}.ts`))
    const { code, text } = news(report({ findings }))
    expect([code, text.match(/It may be null/g)?.length]).toEqual([1, 10])
    expect(text).toContain('agent: 12 errors stop this commit. 2 findings more than shown.\n')
  })

  it('counts what is milder beside what stops, and shows only that', () => {
    const findings = [finding('a.ts'), finding('b.ts', { severity: 'note' }), finding('c.ts', { severity: 'warning' })]
    expect(news(report({ findings })).text).toContain('agent: 1 error stops this commit (2 milder ones do not).\n')
    expect(news(report({ findings: findings.slice(0, 2) })).text).toContain('(1 milder one does not).')
    expect(news(report({ findings })).text).not.toContain('b.ts')
  })

  it('judges each finding by the threshold of its path', () => {
    const findings = [finding('legacy/a.ts')]
    const { code, text } = news(report({ findings }), { failOnFor: (path) => (path.startsWith('legacy/') ? 'never' : 'error') })
    expect([code, text]).toEqual([
      0,
      'agent: 1 error, which does not stop the commit: legacy/a.ts:3 It may be null. See agent review --commit HEAD\n',
    ])
  })

  it('names a finding of a whole file by the file', () => {
    const { text } = news(report({ findings: [finding('a.bin', { region: { path: 'a.bin', startLine: null, endLine: null } })] }))
    expect(text).toMatch(/^a\.bin {2}error {2}review\/null\n/)
  })

  it('never shows a secret', () => {
    const secret = 'AKIAIOSFODNN7EXAMPLE'
    const { text } = news(report({ findings: [finding('a.ts', { rule: 'check/secrets', evidence: `const key = "${secret}"` })] }))
    expect(text).toContain('a.ts:3')
    expect(text).not.toContain(secret)
  })

  it('lets no text of a repository or a model take effect in a terminal', () => {
    const evil = '\u001B[2J\u001B]0;owned\u0007\nagent: 0 errors'
    const { text } = news(
      report({
        findings: [finding(`a${evil}.ts`, { title: `t${evil}`.slice(0, 80), message: evil, evidence: evil })],
        coverage: covered(unseen(`b${evil}.ts`, evil)),
      }),
    )
    // oxlint-disable-next-line no-control-regex
    expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001F\u007F-\u009F]/)
    expect(text.split('\n').filter((line) => line.startsWith('agent: 0'))).toEqual([])
  })

  it.each([
    [
      'the files that no time was left for',
      { isTimeOver: true },
      'agent: no time was left within 10s to review a.ts, b.ts, c.ts and 2 more files. Do so with agent review --commit HEAD\n',
    ],
    ['why files were not seen', {}, 'agent: a.ts, b.ts, c.ts and 2 more files of this commit were not reviewed: too long.\n'],
  ])('names %s', (_what, more, text) => {
    const files = ['a.ts', 'b.ts', 'c.ts', 'd.ts', 'e.ts'].map((path) => unseen(path, 'too long'))
    expect(news(report({ coverage: covered(...files) }), more)).toEqual({ code: 4, text })
  })

  it('tells of a failure before what it led to', () => {
    const notices = [
      { code: 'UNITS_UNSEEN', message: 'One part was not seen.', hint: '' },
      { code: 'ENGINE_UNREACHABLE', message: 'It is gone.', hint: 'Start it.' },
    ]
    const { code, text } = news(report({ notices, coverage: covered(unseen('a.ts', 'It is gone.')) }))
    expect([code, text]).toEqual([3, 'agent: a.ts of this commit was not reviewed: It is gone. Start it.\n'])
  })

  it('names the reason of the files, and not what else went wrong', () => {
    const notices = [
      { code: 'LINTER_FAILED', message: 'eslint broke.', hint: 'Repair it.' },
      { code: 'UNITS_UNSEEN', message: '2 of 2 parts of the change were not seen by the model: no answer', hint: 'Ask again.' },
    ]
    const { text } = news(report({ notices, coverage: covered(unseen('a.ts', 'no answer'), unseen('b.ts', 'no answer')) }))
    expect(text).toBe('agent: a.ts, b.ts of this commit were not reviewed: no answer. Ask again.\n')
  })

  it('tells of a missing model before a linter that broke, and of the linter where that is all', () => {
    const broken = { code: 'LINTER_FAILED', message: 'eslint broke.', hint: 'Repair it.' }
    const missing = { code: 'MODEL_MISSING', message: 'There is no model.', hint: '' }
    const both = news(report({ notices: [broken, missing], coverage: covered(unseen('a.ts', 'there is no model')) }))
    expect(both.text).toMatch(/^agent: there is no model, so only the checks looked at a\.ts\. Get one with /)
    expect(news(report({ notices: [broken] })).text).toBe('agent: eslint broke. Repair it.\n')
  })

  it('keeps facts to itself that change nothing', () => {
    expect(news(report({ notices: [{ code: 'FINDINGS_UNANCHORED', message: 'One claim is not shown.', hint: '' }] }))).toEqual({
      code: 0,
      text: '',
    })
  })
})

describe('the reports of one push', () => {
  it('are one, which has each finding once and is finished where all are', () => {
    const first = report({ findings: [finding('a.ts'), finding('b.ts')], coverage: covered(unseen('a.ts', 'x')), completeness: 'complete' })
    const second = report({ findings: [finding('b.ts'), finding('c.ts')], coverage: covered(unseen('b.ts', 'y')) })
    const whole = combineReports(first, [second])
    expect(whole.findings.map(({ region }) => region.path)).toEqual(['a.ts', 'b.ts', 'c.ts'])
    expect([whole.completeness, whole.coverage.changedLines, whole.coverage.files.length]).toEqual(['partial', 4, 2])
    expect(combineReports(first, [first]).completeness).toBe('complete')
  })

  it('keep a finding that one of them accepts and another does not', () => {
    const accepted = finding('a.ts', { suppressed: { by: 'inline', reason: 'a drill' } })
    expect(combineReports(report({ findings: [accepted] }), [report({ findings: [finding('a.ts')] })]).findings).toHaveLength(2)
  })
})

it('puts a full stop between what happened and what to do, where there is none', () => {
  expect([withHint("mkdir '/x'", 'Check /x.'), withHint('It is gone.', 'Start it.'), withHint('Status 404', ''), withHint('Why?')]).toEqual(
    ["mkdir '/x'. Check /x.", 'It is gone. Start it.', 'Status 404', 'Why?'],
  )
})

it('keeps a line one line, and no longer than a line', () => {
  expect(oneLine('a\n  b\t c ')).toBe('agent: a b c\n')
  expect(oneLine('x'.repeat(1000))).toHaveLength('agent: \n'.length + 600)
})
