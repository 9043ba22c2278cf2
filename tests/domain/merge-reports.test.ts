import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyBaseline, baselineOf } from '../../src/domain/baseline.ts'
import { AppError } from '../../src/domain/errors.ts'
import type { DraftFinding } from '../../src/domain/finding.ts'
import { identify } from '../../src/domain/fingerprint.ts'
import { mergeReports, type NamedReport } from '../../src/domain/merge-reports.ts'
import type { CoveredFile, Notice, Report } from '../../src/domain/report.ts'
import { isInShard, shardNotice, shardOf } from '../../src/domain/shard.ts'
import { reviewWording } from '../../src/tasks/review/merge-wording.ts'
import { claimNotices, noModel, summaryOf, unseenNotice } from '../../src/tasks/review/notices.ts'
import { comparePaths } from '../../src/workspace/path-bytes.ts'
import { hostilePaths } from '../helpers/hostile-texts.ts'
import { findingWith, reportWith, textArbitrary } from '../helpers/report-arbitrary.ts'

const wording = { ...reviewWording, comparePaths }
const merge = (reports: readonly Report[]) => mergeReports(reports.map(named), wording)
const named = (report: Report, index: number): NamedReport => ({ name: `${index + 1}.json`, report })

/** What two reports must agree in. */
const contract = ({ timing: _timing, usage: _usage, engine: _engine, ...rest }: Report) => rest

interface Looked {
  drafts: readonly DraftFinding[]
  files: readonly CoveredFile[]
  /** Of each path: parts of it that the model was asked about, that it did not see, and claims about it that do not hold. */
  tallies: ReadonlyMap<string, { asked: number; unseen: number; unanchored: number; malformed: number; withoutModel: number }>
  change: string
  accepted: ReadonlySet<string>
}

/** What a review of some files reports, written by the functions that write it in a review. */
function reportOf({ drafts, files, tallies, change, accepted }: Looked, notices: readonly Notice[]): Report {
  const coverage = { changedLines: total(files, 'changedLines'), seenLines: total(files, 'seenLines'), files: [...files] }
  const completeness = files.some(({ skipped }) => skipped?.expected === false) ? ('partial' as const) : ('complete' as const)
  const tally = (key: 'asked' | 'unseen' | 'unanchored' | 'malformed' | 'withoutModel') =>
    files.reduce((sum, { path }) => sum + (tallies.get(path)?.[key] ?? 0), 0)
  const findings = identify(drafts)
  return reportWith({
    findings: applyBaseline(findings, baselineOf(findings.filter(({ title }) => accepted.has(title)))),
    coverage,
    completeness,
    summary: summaryOf({ change: { description: change, files }, findings: drafts, coverage, completeness }),
    notices: [
      ...notices,
      ...(tally('withoutModel') > 0 ? [noModel(tally('withoutModel'))] : []),
      ...(tally('unseen') > 0
        ? [unseenNotice({ unseen: tally('unseen'), asked: tally('asked'), reasons: ['it was late'], hint: '' })]
        : []),
      ...claimNotices({ unanchored: tally('unanchored'), malformed: tally('malformed') }),
    ],
  })
}

const total = (files: readonly CoveredFile[], key: 'changedLines' | 'seenLines') => files.reduce((sum, file) => sum + file[key], 0)

function shardsOf(looked: Looked, count: number, notices: readonly Notice[]): Report[] {
  return Array.from({ length: count }, (_, index) => {
    const shard = { index: index + 1, count }
    const files = looked.files.filter(({ path }) => isInShard(path, shard))
    const asked = files.reduce((sum, { path }) => sum + (looked.tallies.get(path)?.asked ?? 0), 0)
    const drafts = looked.drafts.filter(({ region }) => isInShard(region.path, shard))
    return reportOf({ ...looked, files, drafts }, [shardNotice(shard, asked), ...notices])
  })
}

const paths = fc.uniqueArray(
  fc.oneof(
    fc.constantFrom(...hostilePaths),
    fc.integer({ min: 0, max: 30 }).map((number) => `src/file-${number}.ts`),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  ),
  { maxLength: 25 },
)
const few = fc.nat({ max: 3 })
const lookedArbitrary: fc.Arbitrary<Looked> = paths.chain((names) =>
  fc.record({
    drafts: fc.array(
      fc
        .record({
          path: fc.constantFrom(...(names.length > 0 ? names : ['none.ts'])),
          line: fc.option(fc.integer({ min: 1, max: 6 })),
          rule: fc.constantFrom('review/null', 'check/secrets', 'review/boundary'),
          title: fc.constantFrom('One', 'Two', 'Three'),
          evidence: fc.constantFrom('a()', 'b()', 'a( )', ''),
          suppressed: fc.option(fc.constant({ by: 'duplicate' as const, reason: 'Says the same.' }), { freq: 5 }),
        })
        .map(({ path, line, rule, title, evidence, suppressed }): DraftFinding => {
          const {
            id: _id,
            fingerprint: _fingerprint,
            ...draft
          } = findingWith({
            rule,
            title,
            evidence,
            suppressed,
            region: { path, startLine: line, endLine: line },
          })
          return draft
        }),
      { maxLength: names.length === 0 ? 0 : 25 },
    ),
    files: fc
      .tuple(
        ...names.map((path) =>
          fc.record({
            path: fc.constant(path),
            changedLines: fc.nat({ max: 2000 }),
            seenLines: fc.nat({ max: 2000 }),
            skipped: fc.option(fc.record({ reason: fc.constantFrom('generated', 'binary'), expected: fc.boolean() }), { freq: 3 }),
          }),
        ),
      )
      .map((files) => files.toSorted((a, b) => comparePaths(a.path, b.path))),
    tallies: fc
      .tuple(
        ...names.map((path) =>
          fc
            .record({ seen: few, unseen: few, unanchored: few, malformed: few, withoutModel: few })
            .map(({ seen, ...counts }) => [path, { ...counts, asked: seen + counts.unseen }] as const),
        ),
      )
      .map((entries) => new Map(entries)),
    change: fc.oneof(fc.constantFrom('staged changes', 'a (b) c', 'x); 3 of the lines were seen'), textArbitrary),
    accepted: fc.subarray(['One', 'Two']).map((titles) => new Set(titles)),
  }),
)

describe('the report of all shards', () => {
  it('is equal to that of the whole run, in whatever order the parts are named', () => {
    const early = [{ code: 'CONFIG_IGNORED', message: 'AGENT_X is not a variable of agent.', hint: '' }]
    fc.assert(
      fc.property(lookedArbitrary, fc.integer({ min: 1, max: 6 }), fc.infiniteStream(fc.nat()), (looked, count, random) => {
        const parts = shardsOf(looked, count, early)
        const shuffled = parts.map((part) => ({ part, key: random.next().value })).toSorted((a, b) => a.key - b.key)
        expect(contract(merge(shuffled.map(({ part }) => part)))).toEqual(contract(reportOf(looked, early)))
      }),
      { numRuns: 400 },
    )
  })

  it('numbers findings anew whose fingerprints begin alike in two shards', () => {
    const [one, two] = [pathIn(1), pathIn(2)]
    const finding = (path: string, fingerprint: string) =>
      findingWith({ id: 'abcdefabcd', fingerprint, region: { path, startLine: 1, endLine: 1 } })
    const merged = merge([part(1, { findings: [finding(one, 'abcdefabcd-1')] }), part(2, { findings: [finding(two, 'abcdefabcd-2')] })])
    expect(merged.findings.map(({ id }) => id)).toEqual(['abcdefabcd', 'abcdefabcd-1'])
  })

  it('tells what any shard told, once, and in the order of a whole run', () => {
    const [a, b, c] = ['A', 'B', 'C'].map((code) => ({ code, message: code, hint: '' })) as [Notice, Notice, Notice]
    const codes = (...lists: Notice[][]) =>
      merge(lists.map((notices, index) => part(index + 1, { notices }, lists.length))).notices.map(({ code }) => code)
    expect(codes([a, c], [a, b, c])).toEqual(['A', 'B', 'C'])
    expect(codes([c], [b, c], [a, b])).toEqual(['A', 'B', 'C'])
    expect(codes([a], [b], [a])).toEqual(['A', 'B'])
  })

  it('keeps the failure of one shard, and is partial as that shard is', () => {
    const failure = { code: 'ENGINE_UNREACHABLE', message: 'No answer.', hint: 'Start it.' }
    const merged = merge([part(1), part(2, { completeness: 'partial', coverage: covering(pathIn(2)), notices: [failure] })])
    expect(merged).toMatchObject({ completeness: 'partial', notices: [failure] })
    expect(merged.summary).toBe('No findings in 1 changed line of 1 file (staged changes); 1 of the lines were seen.')
  })

  it('adds up what was used, takes the time of the slowest, and the speed over all', () => {
    const timing = { totalMs: 4000, firstTokenMs: 300, promptTokensPerSecond: 100, tokensPerSecond: 10 }
    const usage = { requests: 1, inputTokens: 100, cachedInputTokens: 10, outputTokens: 30, cacheHits: 2 }
    const idle = { timing: { totalMs: 90, firstTokenMs: 0, promptTokensPerSecond: 0, tokensPerSecond: 0 } }
    const merged = merge([
      part(1, { timing, usage }, 3),
      part(2, { timing: { ...timing, totalMs: 5000, firstTokenMs: 200, tokensPerSecond: 30 }, usage }, 3),
      part(3, { ...idle, usage: { requests: 0, inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, cacheHits: 1 } }, 3),
    ])
    expect(merged.usage).toEqual({ requests: 2, inputTokens: 200, cachedInputTokens: 20, outputTokens: 60, cacheHits: 5 })
    expect(merged.timing).toEqual({ totalMs: 5000, firstTokenMs: 200, promptTokensPerSecond: 100, tokensPerSecond: 15 })
    expect(merge([part(1, idle, 1)]).timing).toEqual(idle.timing)
  })

  it('says so where shards had different engines, and not where one had nothing to ask', () => {
    const engine = { kind: 'endpoint', model: 'qwen', digest: null, seed: 0 } as const
    const merged = (...engines: Report['engine'][]) => merge(engines.map((own, index) => part(index + 1, { engine: own }, engines.length)))
    const unnamed = { ...engine, model: '' }
    expect(merged(unnamed, engine)).toMatchObject({ engine, notices: [] })
    const none = { kind: 'none', model: '', digest: null, seed: 0 } as const
    const different = merged(none, engine, { ...engine, model: 'phi' }, engine, unnamed)
    expect([different.engine, different.notices.map(({ code, message }) => [code, message])]).toEqual([
      engine,
      [
        [
          'ENGINES_DIFFER',
          'The shards were not reviewed by the same model: no model in 1; qwen (endpoint, seed 0) in 2, 4; phi (endpoint, seed 0) in 3; an unnamed model (endpoint, seed 0) in 5.',
        ],
      ],
    ])
  })
})

describe('reports that make no whole', () => {
  it.each<[string, () => Report[], RegExp]>([
    ['none at all', () => [], /There is no report/],
    ['a report of a whole run', () => [reportWith()], /1\.json is not the report of a shard/],
    ['a shard too few', () => [part(1, {}, 3), part(3, {}, 3)], /The report of shard 2 is missing: there are 2 of 3/],
    ['many too few', () => [part(7, {}, 999_999)], /shards 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 999988 more are missing/],
    ['the same twice', () => [part(1), part(1)], /1\.json and 2\.json are both of shard 1 of 2/],
    ['one too many', () => [part(1), part(2), part(2)], /2\.json and 3\.json are both of shard 2/],
    ['another number of shards', () => [part(1), part(2, {}, 3)], /2\.json is of one of 3 shards, and 1\.json is of one of 2/],
    ['another task', () => [part(1), part(2, { task: 'fix' })], /2\.json is of agent fix, and 1\.json is of agent review/],
    ['another version', () => [part(1), part(2, { tool: { name: 'coding-agent', version: '9.9.9' } })], /by version 9\.9\.9/],
    ['another change', () => [part(1, {}, 2, 'a..b'), part(2, {}, 2, 'a..c')], /different changes: 1\.json of a\.\.b, 2\.json of a\.\.c/],
    ['a summary of something else', () => [part(1), part(2, { summary: 'Nothing.' })], /summary of 2\.json does not say/],
    [
      'a file of another shard',
      () => [part(1, { findings: [findingWith({ region: whole(pathIn(2)) })] }), part(2)],
      /1\.json says that it is of/,
    ],
    ['a covered file of another shard', () => [part(1), part(2, { coverage: covering(pathIn(1)) })], /2\.json .* which is not a file of/],
  ])('are refused, naming the file: %s', (_name, reports, message) => {
    const error = caught(() => merge(reports()))
    expect(error).toMatchObject({ code: 'REPORT_INVALID', exitCode: 2, message: expect.stringMatching(message) })
  })

  it('never print what a path hides', () => {
    const error = caught(() =>
      merge([part(1, { findings: [findingWith({ region: whole(`\u001b[2J${pathIn(2, '\u001b[2J')}`) })] }), part(2)]),
    )
    expect(error.message).not.toContain('\u001b')
  })

  it('are merged or refused with a sentence, whatever their notices and summaries say', () => {
    const anything = fc.record({
      code: fc.constantFrom('SHARD', 'UNITS_UNSEEN', 'MODEL_MISSING', 'X'),
      message: textArbitrary,
      hint: textArbitrary,
    })
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 4 }), textArbitrary, (notices, summary) => {
        try {
          merge([part(1, { notices }), part(2, { summary })])
        } catch (error) {
          expect(error).toBeInstanceOf(AppError)
        }
      }),
    )
  })
})

describe('the mark of a shard', () => {
  it('is read as it was written', () => {
    const shards = fc
      .integer({ min: 1, max: 999_999 })
      .chain((count) => fc.record({ index: fc.integer({ min: 1, max: count }), count: fc.constant(count) }))
    fc.assert(
      fc.property(shards, fc.nat({ max: 999_999 }), (shard, questions) => {
        expect(shardOf([{ code: 'X', message: '', hint: '' }, shardNotice(shard, questions)])).toEqual({ ...shard, questions })
      }),
    )
  })

  it.each(['This is shard 3 of 2.', 'This is shard 0 of 2.', 'This is shard 1 of 2', 'This is shard 1 of 2.\n', ''])(
    'is not read from %j',
    (message) => {
      expect(shardOf([{ code: 'SHARD', message, hint: '' }])).toBeNull()
    },
  )
})

/** The report of one shard of a review that found nothing. */
function part(index: number, changes: Partial<Report> = {}, count = 2, change = 'staged changes'): Report {
  const coverage = changes.coverage ?? { changedLines: 0, seenLines: 0, files: [] }
  const completeness = changes.completeness ?? 'complete'
  return reportWith({
    findings: [],
    coverage,
    summary: summaryOf({ change: { description: change, files: ['a file'] }, findings: [], coverage, completeness }),
    ...changes,
    notices: [shardNotice({ index, count }, 0), ...(changes.notices ?? [])],
  })
}

function pathIn(index: number, prefix = ''): string {
  for (let number = 0; ; number++) if (isInShard(`${prefix}${number}.ts`, { index, count: 2 })) return `${number}.ts`
}

const whole = (path: string) => ({ path, startLine: null, endLine: null })
const covering = (path: string) => ({ changedLines: 1, seenLines: 1, files: [{ path, changedLines: 1, seenLines: 1, skipped: null }] })

function caught(act: () => unknown): AppError {
  try {
    act()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('Nothing was thrown.')
}
