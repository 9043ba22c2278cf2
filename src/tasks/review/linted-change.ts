import { z } from 'zod'
import { severities } from '../../domain/severity.ts'

const place = z.strictObject({
  startLine: z.int(),
  startColumn: z.int().nullable(),
  endLine: z.int(),
  endColumn: z.int().nullable(),
})

const diagnosticSchema = z.strictObject({
  tool: z.string(),
  rule: z.string().nullable(),
  severity: z.enum(severities),
  path: z.string(),
  range: place.nullable(),
  message: z.string(),
  isFatal: z.boolean(),
  isFixable: z.boolean(),
})

/** What one linter said about a change. */
const toolReportSchema = z.strictObject({
  linter: z.string(),
  /** The files that it looked at. */
  checked: z.array(z.string()),
  /** All that it says about them, for what the model claims of them. */
  diagnostics: z.array(diagnosticSchema),
  /** Those on lines of the change that it did not say about the base. */
  fresh: z.array(diagnosticSchema),
  /** Why it could not say all that it should: a sentence for each reason. */
  failures: z.array(z.string()),
  /** Milliseconds after which it was stopped; null where it was not. */
  stoppedAfter: z.number().nullable(),
  /** Whether it would say the same again. */
  isFinal: z.boolean(),
  /** What is run: relative to the root, or a name that is looked for on PATH. */
  programs: z.array(z.string()),
})

/** What the project's linters said about a change, in the order in which they ran. */
export const lintedChangeSchema = z.array(toolReportSchema)

export type ToolReport = z.infer<typeof toolReportSchema>
export type LintedChange = readonly ToolReport[]
