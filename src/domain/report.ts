import { z } from 'zod'
import { findingSchema } from './finding.ts'
import { resultSchema } from './result.ts'

const count = z.int().nonnegative()

export const noticeSchema = z.strictObject({
  code: z.string().describe('Closed, upper-case: an error code where the notice tells of a failure'),
  message: z.string(),
  hint: z.string(),
})

const coveredFileSchema = z.strictObject({
  path: z.string(),
  changedLines: count,
  seenLines: count,
  skipped: z.strictObject({ reason: z.string(), expected: z.boolean() }).nullable(),
})

export const coverageSchema = z.strictObject({ changedLines: count, seenLines: count, files: z.array(coveredFileSchema) })

const engineInfoSchema = z.strictObject({
  kind: z.enum(['local', 'endpoint', 'daemon', 'none']),
  model: z.string(),
  digest: z.string().nullable(),
  seed: z.int(),
})

export const usageSchema = z.strictObject({
  requests: count,
  inputTokens: count,
  cachedInputTokens: count,
  outputTokens: count,
  cacheHits: count,
})

export const timingSchema = z.strictObject({
  totalMs: z.number().nonnegative(),
  firstTokenMs: z.number().nonnegative(),
  promptTokensPerSecond: z.number().nonnegative(),
  tokensPerSecond: z.number().nonnegative(),
})

/** Everything one task run produced. Reporters render it; nothing else is printed. */
export const reportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  tool: z.strictObject({ name: z.literal('coding-agent'), version: z.string() }),
  task: z.string(),
  completeness: z.enum(['complete', 'partial']).describe('partial: findings are real, the search was not exhaustive'),
  summary: z.string(),
  findings: z.array(findingSchema),
  patch: z.string().describe('Unified diff, empty when nothing was proposed or changed'),
  coverage: coverageSchema,
  result: resultSchema.nullable().describe('What a task has beyond findings'),
  engine: engineInfoSchema,
  usage: usageSchema,
  timing: timingSchema,
  notices: z.array(noticeSchema),
})

export type Report = z.infer<typeof reportSchema>
export type Notice = z.infer<typeof noticeSchema>
export type Coverage = z.infer<typeof coverageSchema>
export type CoveredFile = z.infer<typeof coveredFileSchema>
export type ReportUsage = z.infer<typeof usageSchema>
export type Timing = z.infer<typeof timingSchema>
