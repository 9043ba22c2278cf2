import { z } from 'zod'
import { failureText, type Gathered } from './conclude.ts'
import { jsonOrNull } from './json-or-null.ts'

const assertionSchema = z.looseObject({
  fullName: z.string().optional(),
  ancestorTitles: z.array(z.string()).catch([]),
  title: z.string(),
  status: z.string(),
  duration: z.number().nullish().catch(null),
  failureMessages: z.array(z.string()).catch([]),
})

const reportSchema = z.looseObject({
  testResults: z.array(
    z.looseObject({
      name: z.string(),
      status: z.string(),
      message: z.string().nullish().catch(null),
      assertionResults: z.array(assertionSchema),
    }),
  ),
})

/** The JSON report of Jest, which Vitest writes as well; null for text that is none. A name is the titles of its groups and its own, one space between. */
export function readJestReport(text: string, pathOf: (path: string) => string | null): Gathered | null {
  const report = reportSchema.safeParse(jsonOrNull(text))
  if (!report.success) return null
  const files = report.data.testResults.map((result) => ({ ...result, file: pathOf(result.name) }))
  const executed = files.flatMap(({ file, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'passed' || status === 'failed')
      .map(({ ancestorTitles, title, status, duration, failureMessages }) => ({
        file,
        name: [...ancestorTitles, title].join(' '),
        status: status === 'passed' ? ('passed' as const) : ('failed' as const),
        durationMs: duration ?? null,
        failure: failureText(failureMessages.join('\n\n')),
      })),
  )
  // A file that fails without a failed test of its own: an import, a syntax error, or a hook of the whole file.
  const isBroken = ({ status, assertionResults }: (typeof files)[number]) =>
    status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed')
  return {
    tests: executed,
    skipped: files.flatMap(({ assertionResults }) => assertionResults).length - executed.length,
    broken: files
      .filter(isBroken)
      .map(({ name, file, message }) => ({ scope: file ?? name, file, reason: failureText(message ?? '') || 'It cannot be loaded.' })),
  }
}
