import { z } from 'zod'
import { generateTestsResultSchema } from './generated-tests.ts'
import { mutateResultSchema } from './mutation.ts'
import { severities } from './severity.ts'

const count = z.int().nonnegative()

const changedFileSchema = z.strictObject({ path: z.string(), kind: z.enum(['added', 'modified', 'deleted']) })

export const verificationSchema = z.strictObject({
  verdict: z
    .enum(['passed', 'failed', 'unavailable'])
    .describe('failed: something is worse than before; unavailable: what should have been run could not be'),
  linters: z.array(z.string()).describe('That looked at the files concerned, before and after'),
  newDiagnostics: count.describe('What they say now and did not say before'),
  goneDiagnostics: count,
  tests: z
    .strictObject({
      executedBefore: count,
      executedAfter: count,
      newlyFailing: z.array(z.string()),
      missing: z.array(z.string()).describe('Executed before, and not any more'),
    })
    .nullable()
    .describe('null: no test belongs to the files concerned'),
  notRun: z.array(z.strictObject({ what: z.string(), reason: z.string() })),
})

/** What `agent run` has beyond findings. */
export const runResultSchema = z.strictObject({
  task: z.literal('run'),
  ending: z
    .enum(['done', 'step-limit', 'budget', 'no-progress', 'unreadable', 'truncated', 'failed'])
    .describe('failed: something broke after files had been changed, and `notices` say what'),
  reason: z.string().describe('Why it ended, where it did not end by itself'),
  text: z.string().describe('What the model said at the end'),
  steps: count,
  calls: z.array(z.strictObject({ tool: z.string(), isError: z.boolean() })),
  files: z.array(changedFileSchema),
  verification: verificationSchema.nullable().describe('null: nothing was changed'),
  applied: z.strictObject({ id: z.string(), commit: z.string().nullable() }).nullable().describe('null: the tree is as it was'),
})

export const citedClaimSchema = z.strictObject({
  text: z.string(),
  path: z.string(),
  startLine: z.int().positive(),
  endLine: z.int().positive(),
  evidence: z.string().describe('The cited lines, verbatim'),
})

/** What `agent explain` has beyond findings. */
export const explainResultSchema = z.strictObject({
  task: z.literal('explain'),
  about: z.string(),
  claims: z.array(citedClaimSchema),
  dropped: count.describe('Claims whose citation does not hold'),
})

/** What `agent fix` has beyond findings. */
export const fixResultSchema = z.strictObject({
  task: z.literal('fix'),
  targets: z
    .array(
      z.strictObject({
        tool: z.string(),
        rule: z.string().nullable(),
        severity: z.enum(severities),
        path: z.string(),
        line: z.int().positive().nullable().describe('Before anything was repaired; null: the whole file'),
        message: z.string(),
        outcome: z.enum(['fixed', 'not-kept', 'not-attempted']),
        by: z.enum(['linter', 'model']).nullable().describe('Who repaired it; null: nobody'),
        attempts: count.describe('Answers of the model'),
        verifiedBy: z
          .array(z.enum(['linter', 'check', 'model', 'tests']))
          .describe('Who says that it is gone, or looked at the repair; only `model`: no linter looked, and no test ran that passes'),
        gate: z
          .enum(['answer', 'place', 'size', 'syntax', 'suppression', 'test-kept', 'target', 'diagnostics', 'tests', 'scope'])
          .nullable()
          .describe('What the last repair did not pass'),
        reason: z.string().describe('Why it was not kept, or not attempted'),
      }),
    )
    .describe('One entry for each problem that was to be repaired'),
  files: z.array(changedFileSchema),
  applied: z
    .array(z.strictObject({ id: z.string(), commit: z.string().nullable() }))
    .describe('Empty: the tree is as it was. Several where each repair has its commit'),
})

/** What `agent commit-message` has beyond findings. */
export const commitMessageResultSchema = z.strictObject({
  task: z.literal('commit-message'),
  message: z.string().nullable().describe('The whole message, checked; null: none was written'),
  type: z.string().nullable(),
  scope: z.string().nullable(),
  subject: z.string().nullable(),
  body: z.string().nullable(),
  breaking: z.string().nullable().describe('What the change proves to break'),
  change: z.string().describe('The staged change in words, made without a model'),
  attempts: count.describe('Answers of the model; 0 where none was asked for'),
  problems: z.array(z.string()).describe('Why the last answer was refused'),
})

/** One schema for each task that says more than its findings. */
export const resultSchema = z.union([
  runResultSchema,
  explainResultSchema,
  fixResultSchema,
  commitMessageResultSchema,
  mutateResultSchema,
  generateTestsResultSchema,
  z.looseObject({ task: z.string() }),
])

export type Verification = z.infer<typeof verificationSchema>
export type RunResult = z.infer<typeof runResultSchema>
export type FixResult = z.infer<typeof fixResultSchema>
export type ExplainResult = z.infer<typeof explainResultSchema>
export type CommitMessageResult = z.infer<typeof commitMessageResultSchema>
export type CitedClaim = z.infer<typeof citedClaimSchema>
