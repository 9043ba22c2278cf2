import fc from 'fast-check'
import { type Finding, suppressors } from '../../src/domain/finding.ts'
import { type Report, reportSchema } from '../../src/domain/report.ts'
import { severities } from '../../src/domain/severity.ts'
import { hostilePaths, hostileTexts } from './hostile-texts.ts'

/** Hostile, random and plain text, alone and mixed. */
export const textArbitrary: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.lorem({ maxCount: 20 }),
  fc.array(fc.constantFrom(...hostileTexts, ' ', '\n', '`', '``', '(', 'word'), { maxLength: 6 }).map((parts) => parts.join('')),
  fc.string({
    unit: fc.constantFrom('`', ' ', '\n', '-', '#', '@', 'a', '\\', '<', '~', '*', '_', ':', '(', ')', '.', '/'),
    maxLength: 40,
  }),
)

export const pathArbitrary: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...hostilePaths),
  fc.constantFrom('src/index.ts', 'src/billing/invoice.ts', 'README.md'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
)

const some = (text: fc.Arbitrary<string>) => text.map((value) => (value === '' ? 'x' : value))
const count = fc.nat({ max: 100_000 })
const ratio = fc.double({ min: 0, max: 1, noNaN: true })
const positive = fc.integer({ min: 1, max: 5000 })

const findingArbitrary: fc.Arbitrary<Finding> = fc.record({
  id: some(textArbitrary),
  fingerprint: fc.oneof(
    fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: 8, maxLength: 32 }),
    some(textArbitrary),
  ),
  rule: fc.oneof(
    fc.constantFrom(
      'review/boundary',
      'check/secrets',
      'check/focused-tests',
      'eslint/no-undef',
      '@scope.tool/a/b',
      'review/\u202e::[x](y)<b>`',
    ),
    fc.constantFrom('review/secret', 'oxlint/eslint(no-debugger)'),
  ),
  severity: fc.constantFrom(...severities),
  confidence: fc.option(ratio),
  title: some(textArbitrary).map((text) => text.slice(0, 80)),
  message: some(textArbitrary),
  region: fc.record({ path: pathArbitrary, startLine: fc.option(positive), endLine: fc.option(positive) }),
  evidence: textArbitrary,
  source: fc.record({ kind: fc.constantFrom('model', 'linter', 'check', 'test'), name: textArbitrary, rule: textArbitrary }),
  proof: fc.record({ kind: fc.constantFrom('executed', 'static', 'model'), detail: textArbitrary }),
  replacement: fc.option(textArbitrary),
  suppressed: fc.option(fc.record({ by: fc.constantFrom(...suppressors), reason: textArbitrary }), { freq: 2 }),
})

/** Any report the schema allows: more than a task writes, since `agent merge` and `agent publish` read reports of others. */
export const reportArbitrary: fc.Arbitrary<Report> = fc.record({
  schemaVersion: fc.constant(1 as const),
  tool: fc.record({ name: fc.constant('coding-agent' as const), version: fc.constantFrom('0.1.0', '1.2.3-rc.1+5', 'dev', '') }),
  task: fc.oneof(fc.constantFrom('review', 'fix'), textArbitrary),
  completeness: fc.constantFrom('complete', 'partial'),
  summary: textArbitrary,
  findings: fc.array(findingArbitrary, { maxLength: 8 }),
  patch: textArbitrary,
  coverage: fc.record({
    changedLines: count,
    seenLines: count,
    files: fc.array(
      fc.record({
        path: pathArbitrary,
        changedLines: count,
        seenLines: count,
        skipped: fc.option(fc.record({ reason: textArbitrary, expected: fc.boolean() })),
      }),
      { maxLength: 5 },
    ),
  }),
  result: fc.constant(null),
  engine: fc.record({
    kind: fc.constantFrom('local', 'endpoint', 'daemon', 'none'),
    model: textArbitrary,
    digest: fc.option(textArbitrary),
    seed: fc.integer(),
  }),
  usage: fc.record({ requests: count, inputTokens: count, cachedInputTokens: count, outputTokens: count, cacheHits: count }),
  timing: fc.record({
    totalMs: ratio.map((share) => share * 1e7),
    firstTokenMs: ratio,
    promptTokensPerSecond: ratio,
    tokensPerSecond: ratio.map((share) => share * 500),
  }),
  notices: fc.array(
    fc.record({
      code: fc.oneof(fc.constantFrom('MODEL_MISSING', 'ENGINE_FAILED', 'DEADLINE'), textArbitrary),
      message: textArbitrary,
      hint: textArbitrary,
    }),
    {
      maxLength: 3,
    },
  ),
})

/** A finding that has everything, to be changed where a test needs it. */
export function findingWith(changes: Partial<Finding> = {}): Finding {
  return {
    id: 'a1',
    fingerprint: '0123456789abcdef0123456789abcdef',
    rule: 'review/boundary',
    severity: 'error',
    confidence: 0.87,
    title: 'Division by an empty list',
    message: 'When `items` is empty the average is `NaN`.',
    region: { path: 'src/invoice.ts', startLine: 42, endLine: 42 },
    evidence: '  return total / items.length',
    source: { kind: 'model', name: 'qwen3', rule: 'boundary' },
    proof: { kind: 'model', detail: '' },
    replacement: null,
    suppressed: null,
    ...changes,
  }
}

/** A complete report of a review, to be changed where a test needs it; it is checked against the schema. */
export function reportWith(changes: Partial<Report> = {}): Report {
  return reportSchema.parse({
    schemaVersion: 1,
    tool: { name: 'coding-agent', version: '0.1.0' },
    task: 'review',
    completeness: 'complete',
    summary: 'One finding in 12 changed lines of 1 file.',
    findings: [findingWith()],
    patch: '',
    coverage: { changedLines: 12, seenLines: 12, files: [{ path: 'src/invoice.ts', changedLines: 12, seenLines: 12, skipped: null }] },
    result: { task: 'review' },
    engine: { kind: 'local', model: 'qwen3-coder', digest: null, seed: 0 },
    usage: { requests: 2, inputTokens: 12_345, cachedInputTokens: 9800, outputTokens: 456, cacheHits: 0 },
    timing: { totalMs: 4210, firstTokenMs: 300, promptTokensPerSecond: 900, tokensPerSecond: 55.2 },
    notices: [],
    ...changes,
  })
}
