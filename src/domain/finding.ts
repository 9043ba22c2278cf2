import { z } from 'zod'
import { severities } from './severity.ts'

export const regionSchema = z.strictObject({
  path: z.string().min(1).describe('Path relative to the repository root, with forward slashes'),
  startLine: z.int().positive().nullable().describe('First line, 1-based; null: the whole file'),
  endLine: z.int().positive().nullable().describe('Last line, inclusive; null: the whole file'),
})

export const suppressors = ['baseline', 'inline', 'config', 'confidence', 'refuted', 'duplicate'] as const

export const findingSchema = z.strictObject({
  id: z.string().min(1).describe('Stable within the report'),
  fingerprint: z.string().min(1).describe('Stable across line shifts, formatting and rebase'),
  rule: z
    .string()
    .regex(/^[\w.@-]+\/\S+$/)
    .describe('review/<category>, check/<name> or <tool>/<its rule>'),
  severity: z.enum(severities),
  confidence: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .describe('1 for checks and linters; from token probabilities where the engine gives them'),
  title: z.string().min(1).max(80),
  message: z.string().min(1).describe('What fails, when, and why'),
  region: regionSchema,
  evidence: z.string().describe('The source lines it points at, verbatim'),
  source: z.strictObject({ kind: z.enum(['model', 'linter', 'check', 'test']), name: z.string(), rule: z.string() }),
  proof: z.strictObject({ kind: z.enum(['executed', 'static', 'model']), detail: z.string() }),
  replacement: z.string().nullable().describe('Text for the region'),
  suppressed: z.strictObject({ by: z.enum(suppressors), reason: z.string() }).nullable(),
})

export type Region = z.infer<typeof regionSchema>
export type Finding = z.infer<typeof findingSchema>

/** A finding before it has an identity in its report: what checks, linters and model answers produce. */
export type DraftFinding = Omit<Finding, 'id' | 'fingerprint' | 'suppressed'> & Partial<Pick<Finding, 'suppressed'>>
