import fc from 'fast-check'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Report } from '../../src/domain/report.ts'
import { terminalLine } from '../../src/domain/trust-terminal.ts'
import { pretty } from '../../src/reporters/pretty.ts'
import { displayWidth } from '../../src/reporters/text-layout.ts'
import { findingWith, reportArbitrary, reportWith, textArbitrary } from '../helpers/report-arbitrary.ts'
import { optionsWith, readLinesFrom } from '../helpers/reporter-options.ts'

const render = (report: Report, changes = {}) => pretty(report, optionsWith({ width: 72, ...changes }))
const invoice = `import { mean } from './mean.ts'

export function average(items: readonly Item[]): number {
\tconst total = sum(items)
\treturn total / items.length
}

export const rest = 1
`
const finding = findingWith({ region: { path: 'src/invoice.ts', startLine: 5, endLine: 5 }, evidence: '\treturn total / items.length\r' })
/** The rows of the excerpt of the only finding. */
const excerptOf = (changes: Parameters<typeof findingWith>[0], files: Record<string, string> = { 'src/invoice.ts': invoice }) =>
  render(reportWith({ findings: [{ ...finding, ...changes }] }), { readLines: readLinesFrom(files) })
    .split('\n')
    .filter((row) => row.includes('│'))

it('shows findings file by file with their source, and sums the run up', () => {
  const report = reportWith({
    findings: [
      { ...finding, replacement: '\treturn mean(items)' },
      findingWith({
        rule: 'check/secrets',
        severity: 'warning',
        confidence: 1,
        title: 'A secret in the code',
        message: 'Take it out of the code, and revoke it: it is in the history as soon as it is committed.',
        region: { path: 'src/config.ts', startLine: 1, endLine: 1 },
        evidence: "export const apiKey = 'sk-live-9f8e7d6c'",
      }),
      findingWith({ suppressed: { by: 'baseline', reason: '' } }),
    ],
  })
  const readLines = readLinesFrom({
    'src/invoice.ts': invoice,
    'src/config.ts': "export const apiKey = 'sk-live-9f8e7d6c'\nexport const a = 1",
  })
  expect(render(report, { readLines })).toMatchInlineSnapshot(`
    "── src/invoice.ts ──────────────────────────────────────────────────────

      error: Division by an empty list
      src/invoice.ts:5  review/boundary, 87 % sure  a1

            3 │ export function average(items: readonly Item[]): number {
            4 │   const total = sum(items)
        >   5 │   return total / items.length
        +     │   return mean(items)
            6 │ }

      When \`items\` is empty the average is \`NaN\`.

    ── src/config.ts ───────────────────────────────────────────────────────

      warning: A secret in the code
      src/config.ts:1  check/secrets  a1

        >   1 │ export const apiKey = '******'

      Take it out of the code, and revoke it: it is in the history as soon
      as it is committed.

    ✖ 1 error, 1 warning
      One finding in 12 changed lines of 1 file.
      1 suppressed: 1 baseline
      qwen3-coder (local) · 2 requests
      12,345 tokens in (9,800 cached), 456 out · 4.2 s · 55 tokens/s
    "
  `)
})

describe('an excerpt', () => {
  it('marks the lines of the finding among their neighbours', () => {
    expect(excerptOf({})).toMatchInlineSnapshot(`
      [
        "        3 │ export function average(items: readonly Item[]): number {",
        "        4 │   const total = sum(items)",
        "    >   5 │   return total / items.length",
        "        6 │ }",
      ]
    `)
  })

  it('leaves out blank lines at its edges', () => {
    expect(
      excerptOf({
        region: { path: 'src/invoice.ts', startLine: 3, endLine: 6 },
        evidence: 'export function average(items: readonly Item[]): number {',
      })[0],
    ).toContain("1 │ import { mean } from './mean.ts'")
    expect(
      excerptOf({ region: { path: 'src/blank.ts', startLine: 2, endLine: 2 }, evidence: 'a' }, { 'src/blank.ts': '\na\n\n\n' }),
    ).toEqual(['    >   2 │ a'])
  })

  it('shows the evidence alone where the file cannot be read or says something else', () => {
    const alone = ['    >   5 │   return total / items.length']
    expect(excerptOf({}, {})).toEqual(alone)
    expect(excerptOf({}, { 'src/invoice.ts': invoice.replace('total /', 'sum /') })).toEqual(alone)
    expect(excerptOf({}, { 'src/invoice.ts': 'short' })).toEqual(alone)
  })

  it('shows the lines of the file where there is no evidence', () => {
    expect(excerptOf({ evidence: '' })).toEqual(excerptOf({}))
  })

  it('shows the first lines of a long region and counts the rest', () => {
    const long = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`)
    const region = { path: 'long.ts', startLine: 3, endLine: 20 }
    const rows = excerptOf({ region, evidence: long.slice(2, 20).join('\n') }, { 'long.ts': long.join('\n') })
    expect(rows).toHaveLength(2 + 8 + 1)
    expect(rows.at(-1)).toBe('          │ … 10 more lines')
    expect(excerptOf({ region, evidence: long.slice(2, 20).join('\n') }, {}).at(-1)).toBe('          │ … 10 more lines')
  })

  it('has no line numbers for a whole file', () => {
    expect(excerptOf({ region: { path: 'x', startLine: null, endLine: null }, evidence: 'a\nb\n', replacement: 'c' })).toEqual([
      '    >     │ a',
      '    >     │ b',
    ])
  })

  it('shows what would replace the lines, or says to remove them', () => {
    expect(excerptOf({ replacement: 'a\nb\n' }, {})).toEqual([
      '    >   5 │   return total / items.length',
      '    +     │ a',
      '    +     │ b',
    ])
    expect(render(reportWith({ findings: [findingWith({ replacement: '' })] }))).toContain('\n  Suggested: remove line 42.\n')
  })

  it('of a secret has no neighbours, since they may be more of it', () => {
    const key = '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\n-----END KEY-----'
    const region = { path: 'key.pem', startLine: 1, endLine: 1 }
    expect(excerptOf({ rule: 'check/secrets', region, evidence: '-----BEGIN KEY-----' }, { 'key.pem': key })).toEqual([
      '    >   1 │ -----BEGIN KEY-----',
    ])
  })

  it('cuts long lines at the width', () => {
    expect(displayWidth(excerptOf({ evidence: 'x'.repeat(500) }, {})[0]!)).toBe(72)
  })
})

it('shows what was executed to prove a finding', () => {
  const proven = findingWith({ proof: { kind: 'executed', detail: 'the new test fails' } })
  expect(render(reportWith({ findings: [proven] }))).toContain('\n  Shown by running it: the new test fails\n')
})

describe('what follows the findings', () => {
  const tail = (changes: Parameters<typeof reportWith>[0], options = {}) => render(reportWith({ findings: [], ...changes }), options)

  it('of a clean run is calm', () => {
    expect(tail({ summary: 'No findings in 12 changed lines of 1 file.' })).toMatchInlineSnapshot(`
      "✔ No findings in 12 changed lines of 1 file.
        qwen3-coder (local) · 2 requests
        12,345 tokens in (9,800 cached), 456 out · 4.2 s · 55 tokens/s
      "
    `)
  })

  it('tells failures, facts, what was not seen and why, and what was left out', () => {
    const skipped = (reason: string) => ({ changedLines: 0, seenLines: 0, skipped: { reason, expected: true } })
    const report = tail({
      completeness: 'partial',
      summary: '',
      notices: [
        {
          code: 'ENGINE_TIMEOUT',
          message: 'No answer from http://127.0.0.1:8080 in 5000 ms.',
          hint: 'Start it with `agent daemon start`, or set engine.url to where it is.',
        },
        { code: 'DROPPED', message: 'One claim had no anchor.', hint: '' },
      ],
      coverage: {
        changedLines: 1250,
        seenLines: 20,
        files: [
          { path: 'src/huge.ts', changedLines: 1230, seenLines: 0, skipped: { reason: 'larger than the context', expected: false } },
          { path: 'a.lock', ...skipped('lock file') },
          { path: 'b.lock', ...skipped('lock file') },
          { path: 'c.min.js', ...skipped('minified') },
          { path: 'd.png', ...skipped('binary') },
          { path: 'e.ts', ...skipped('excluded') },
        ],
      },
      engine: { kind: 'none', model: '', digest: null, seed: 0 },
      usage: { requests: 0, inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, cacheHits: 3 },
      timing: { totalMs: 312, firstTokenMs: 0, promptTokensPerSecond: 0, tokensPerSecond: 0 },
    })
    expect(report).toMatchInlineSnapshot(`
      "failed: No answer from http://127.0.0.1:8080 in 5000 ms.
        (ENGINE_TIMEOUT)
        Start it with \`agent daemon start\`, or set engine.url to where it is.

      notice: One claim had no anchor. (DROPPED)

      not seen: 1,230 of 1,250 changed lines
        src/huge.ts, 1,230 lines
          larger than the context

      ▲ incomplete: no findings
        5 files left out: lock file (2), minified (1), binary (1), and for 1
        more reason
        no model · 3 from the cache · 312 ms
      "
    `)
  })

  it('lists ten unseen files and counts the rest', () => {
    const files = Array.from({ length: 12 }, (_, index) => ({ path: `${index}.ts`, changedLines: 1, seenLines: 0, skipped: null }))
    expect(tail({ coverage: { changedLines: 12, seenLines: 0, files } })).toContain('\n  and 2 more files\n')
  })

  it.each([
    [999, '999 ms'],
    [59_900, '59.9 s'],
    [59_970, '1 min 0 s'],
    [192_300, '3 min 12 s'],
  ])('gives %i ms as %s', (totalMs, text) => {
    expect(tail({ timing: { totalMs, firstTokenMs: 0, promptTokensPerSecond: 0, tokensPerSecond: 0 } })).toContain(` · ${text}\n`)
  })
})

describe('colours', () => {
  it('change nothing but the colours', () => {
    fc.assert(
      fc.property(reportArbitrary, (report) => {
        expect(stripVTControlCharacters(render(report, { color: true }))).toBe(render(report))
      }),
    )
  })

  it.each([
    ['error', '\u001b[31m'],
    ['warning', '\u001b[33m'],
    ['note', '\u001b[34m'],
  ] as const)('tell an %s', (severity, code) => {
    expect(render(reportWith({ findings: [findingWith({ severity })] }), { color: true })).toContain(`${code}\u001b[1m${severity}`)
  })
})

it('keeps within the width of the terminal, down to forty columns', () => {
  fc.assert(
    fc.property(
      reportArbitrary,
      fc.option(fc.array(textArbitrary, { maxLength: 9 }), { nil: undefined }),
      fc.integer({ min: 40, max: 110 }),
      (report, source, width) => {
        const rows = render(report, { width, readLines: () => source }).split('\n')
        // The locator stays whole, since terminals open it on a click; the mark that breaks a command comes after the layout.
        const locators = report.findings.map(({ rule }) => rule)
        const widthOf = (row: string) => displayWidth(row.replaceAll('\t', ' ').replaceAll('¦', ''))
        const tooLong = rows.filter((row) => widthOf(row) > width && !locators.some((rule) => row.includes(terminalLine(rule))))
        expect(tooLong).toEqual([])
      },
    ),
    { numRuns: 300 },
  )
})

it.each([Number.NaN, 0, 10, 1e9])('is readable at a claimed width of %d', (width) => {
  const widest = Math.max(
    ...render(reportWith(), { width })
      .split('\n')
      .map((row) => displayWidth(row)),
  )
  expect(widest).toBeGreaterThanOrEqual(40)
  expect(widest).toBeLessThanOrEqual(110)
})
