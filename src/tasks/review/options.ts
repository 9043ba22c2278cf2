import { z } from 'zod'
import { timeoutSchema } from '../../domain/quantity-schema.ts'
import { failOnLevels, type Severity, severities } from '../../domain/severity.ts'

/** What the configuration has to know of a check, or of a category that the model may report. */
export interface ConfigurableCheck {
  name: string
  summary: string
  /** Undefined where the model says how severe each finding is. */
  defaultSeverity?: Severity | 'off' | undefined
}

const failOn = z.enum(failOnLevels).describe('The mildest severity that ends a run with exit code 1')
const minConfidence = z
  .number()
  .min(0)
  .max(1)
  .describe('Findings that are less certain are marked as suppressed; those without a number are kept')
const maxFindings = z.int().min(1).max(20).describe('Findings that the model may report per unit')
const linters = z.boolean().describe('Whether the linters of the repository are run and their reports merged')
const checkSeverity = z.enum([...severities, 'off'])

/** The `review` section of the configuration. */
export function reviewOptionsSchema(checks: readonly ConfigurableCheck[]) {
  return z.strictObject({
    failOn: failOn.default('error'),
    minConfidence: minConfidence.default(0),
    maxTime: timeoutSchema.prefault('5m').describe('When a run stops asking and reports what it has'),
    maxFindings: maxFindings.default(5),
    checks: z
      .strictObject(Object.fromEntries(checks.map((check) => [check.name, severityOf(check)])))
      .prefault({})
      .describe('Checks and the categories of the model: the severity each reports with, or off'),
    linters: linters.default(true),
  })
}

/** What `paths` may override for the files that match. */
export function reviewOverrideSchema(checks: readonly ConfigurableCheck[]) {
  return z.strictObject({
    failOn: failOn.exactOptional(),
    minConfidence: minConfidence.exactOptional(),
    maxFindings: maxFindings.exactOptional(),
    checks: z
      .strictObject(Object.fromEntries(checks.map(({ name, summary }) => [name, checkSeverity.exactOptional().describe(summary)])))
      .exactOptional()
      .describe('Severity of single checks, or off'),
    linters: linters.exactOptional(),
  })
}

function severityOf({ summary, defaultSeverity }: ConfigurableCheck) {
  const described = checkSeverity.describe(summary)
  return defaultSeverity === undefined ? described.exactOptional() : described.default(defaultSeverity)
}

export type ReviewOptions = z.infer<ReturnType<typeof reviewOptionsSchema>>
export type ReviewOverride = z.infer<ReturnType<typeof reviewOverrideSchema>>
