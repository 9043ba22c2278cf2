import { z } from 'zod'
import { countSchema } from './parse-output.ts'

const messageSchema = z.object({
  text: z.string().optional(),
  markdown: z.string().optional(),
  id: z.string().optional(),
  arguments: z.array(z.string()).default([]),
})

const artifactLocationSchema = z.object({
  uri: z.string().optional(),
  uriBaseId: z.string().optional(),
  index: z.int().min(-1).optional(),
})

const regionSchema = z.object({
  startLine: countSchema.optional(),
  startColumn: countSchema.optional(),
  endLine: countSchema.optional(),
  endColumn: countSchema.optional(),
  byteOffset: z.int().min(-1).optional(),
  byteLength: countSchema.optional(),
})

const levelSchema = z.enum(['none', 'note', 'warning', 'error'])

const messageStringsSchema = z.record(z.string(), z.object({ text: z.string() }))

const resultSchema = z.object({
  ruleId: z.string().optional(),
  ruleIndex: z.int().min(-1).optional(),
  rule: z.object({ id: z.string().optional(), index: z.int().min(-1).optional(), toolComponent: z.unknown().optional() }).optional(),
  kind: z.enum(['pass', 'open', 'informational', 'notApplicable', 'review', 'fail']).default('fail'),
  level: levelSchema.optional(),
  message: messageSchema,
  locations: z
    .array(
      z.object({
        physicalLocation: z.object({ artifactLocation: artifactLocationSchema.optional(), region: regionSchema.optional() }).optional(),
      }),
    )
    .default([]),
  suppressions: z.array(z.object({ status: z.enum(['accepted', 'underReview', 'rejected']).default('accepted') })).default([]),
  baselineState: z.enum(['new', 'unchanged', 'updated', 'absent']).optional(),
})

const runSchema = z.object({
  tool: z.object({
    driver: z.object({
      name: z.string().min(1),
      rules: z
        .array(
          z.object({
            id: z.string(),
            messageStrings: messageStringsSchema.optional(),
            defaultConfiguration: z.object({ level: levelSchema.optional() }).optional(),
          }),
        )
        .default([]),
      globalMessageStrings: messageStringsSchema.optional(),
    }),
  }),
  columnKind: z.enum(['utf16CodeUnits', 'unicodeCodePoints']).optional(),
  newlineSequences: z.array(z.string()).default(['\r\n', '\n']),
  originalUriBaseIds: z.record(z.string(), z.object({ uri: z.string().optional(), uriBaseId: z.string().optional() })).default({}),
  artifacts: z.array(z.object({ location: artifactLocationSchema.optional() })).default([]),
  invocations: z.array(z.object({ executionSuccessful: z.boolean() })).default([]),
  results: z.array(resultSchema).nullish(),
})

/** What is read of a SARIF file; what else it may hold is passed over. */
export const sarifSchema = z.object({ version: z.string().startsWith('2.1'), runs: z.array(runSchema) })

export type SarifRun = z.infer<typeof runSchema>
export type SarifResult = z.infer<typeof resultSchema>
export type SarifRegion = z.infer<typeof regionSchema>
export type SarifArtifactLocation = z.infer<typeof artifactLocationSchema>
