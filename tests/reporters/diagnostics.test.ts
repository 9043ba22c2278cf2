import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Report } from '../../src/domain/report.ts'
import { gitlab } from '../../src/reporters/gitlab.ts'
import { rdjson } from '../../src/reporters/rdjson.ts'
import { liveMarkdown } from '../helpers/live-markdown.ts'
import { findingWith, reportArbitrary, reportWith } from '../helpers/report-arbitrary.ts'
import { optionsWith } from '../helpers/reporter-options.ts'

/** Reviewdog's DiagnosticResult, as its protocol buffers define it (proto/rdf/reviewdog.proto). */
const position = z.strictObject({ line: z.int().positive(), column: z.int().positive().optional() })
const range = z.strictObject({ start: position, end: position.optional() })
const namedSource = z.strictObject({ name: z.string(), url: z.string().optional() })
const rdjsonSchema = z.strictObject({
  source: namedSource,
  diagnostics: z.array(
    z.strictObject({
      message: z.string().min(1),
      location: z.strictObject({ path: z.string().min(1), range: range.optional() }),
      severity: z.enum(['UNKNOWN_SEVERITY', 'ERROR', 'WARNING', 'INFO']),
      source: namedSource,
      code: z.strictObject({ value: z.string(), url: z.string().optional() }),
      suggestions: z.array(z.strictObject({ range, text: z.string() })).optional(),
    }),
  ),
})

/** GitLab's Code Quality report, as its documentation of custom tools lists it. */
const gitlabSchema = z.array(
  z.strictObject({
    description: z.string().min(1),
    check_name: z.string().min(1),
    fingerprint: z.string().min(1),
    severity: z.enum(['info', 'minor', 'major', 'critical', 'blocker']),
    location: z.strictObject({
      path: z.string().min(1),
      lines: z.strictObject({ begin: z.int().positive(), end: z.int().positive().optional() }),
    }),
  }),
)

describe('rdjson', () => {
  const diagnosticsOf = (report: Report) => rdjsonSchema.parse(JSON.parse(rdjson(report, optionsWith()))).diagnostics

  it('suggests the replacement for the lines of the finding', () => {
    const finding = findingWith({ region: { path: 'a b.ts', startLine: 2, endLine: 3 }, replacement: 'x\n' })
    const lines = { start: { line: 2 }, end: { line: 3 } }
    expect(diagnosticsOf(reportWith({ findings: [finding] }))).toEqual([
      {
        message: 'Division by an empty list\n\nWhen `items` is empty the average is `NaN`.',
        location: { path: 'a b.ts', range: lines },
        severity: 'ERROR',
        source: { name: 'qwen3' },
        code: { value: 'review/boundary' },
        suggestions: [{ range: lines, text: 'x' }],
      },
    ])
  })

  it('has no range for a whole file, and nothing that is suppressed', () => {
    const whole = findingWith({ region: { path: 'logo.png', startLine: null, endLine: null }, replacement: 'x', severity: 'note' })
    const hidden = findingWith({ suppressed: { by: 'refuted', reason: '' } })
    const [only, ...others] = diagnosticsOf(reportWith({ findings: [whole, hidden] }))
    expect(only).toMatchObject({ location: { path: 'logo.png' }, severity: 'INFO' })
    expect(only).not.toHaveProperty('suggestions')
    expect(others).toEqual([])
  })

  it('is valid for any report, and its messages are safe to post', () => {
    fc.assert(
      fc.property(reportArbitrary, (report) => {
        for (const { message } of diagnosticsOf(report)) expect(liveMarkdown(message)).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})

describe('gitlab', () => {
  const issuesOf = (report: Report) => gitlabSchema.parse(JSON.parse(gitlab(report, optionsWith())))

  it('says what, where and how bad', () => {
    expect(issuesOf(reportWith())).toEqual([
      {
        description: 'Division by an empty list: When `items` is empty the average is `NaN`.',
        check_name: 'review/boundary',
        fingerprint: '0123456789abcdef0123456789abcdef',
        severity: 'critical',
        location: { path: 'src/invoice.ts', lines: { begin: 42, end: 42 } },
      },
    ])
  })

  it('puts what concerns a whole file at its first line', () => {
    const finding = findingWith({ region: { path: 'logo.png', startLine: null, endLine: null } })
    expect(issuesOf(reportWith({ findings: [finding] }))[0]?.location).toEqual({ path: 'logo.png', lines: { begin: 1 } })
  })

  it('is valid for any report, with fingerprints that are unique', () => {
    fc.assert(
      fc.property(reportArbitrary, (report) => {
        const fingerprints = issuesOf(report).map(({ fingerprint }) => fingerprint)
        expect(new Set(fingerprints).size).toBe(fingerprints.length)
      }),
      { numRuns: 300 },
    )
    const twins = reportWith({ findings: ['a', 'a', 'a-2', 'a'].map((fingerprint) => findingWith({ fingerprint })) })
    expect(issuesOf(twins).map(({ fingerprint }) => fingerprint)).toEqual(['a', 'a-2', 'a-2-2', 'a-3'])
  })
})
