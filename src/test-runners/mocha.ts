import { posix } from 'node:path'
import { z } from 'zod'
import { conclude, failureText, type Gathered } from './conclude.ts'
import { javaScriptUses } from './javascript-packages.ts'
import { jsonOrNull } from './json-or-null.ts'
import { literally } from './name-pattern.ts'
import { runWithReport } from './run-with-report.ts'
import type { TestRunner } from './test-runner.ts'
import { withoutReport } from './without-report.ts'

const isTestFile = (path: string) => /(^|\/)test\/.+\.[cm]?[jt]s$|\.(test|spec)\.[cm]?[jt]sx?$/.test(path)

export const mocha: TestRunner = {
  name: 'mocha',
  isTestFile,
  mayHoldTests: (path) => /\.[cm]?[jt]sx?$/.test(path),
  detect: async (project) => (await javaScriptUses(project, 'mocha', isTestFile)).map(({ use }) => use),

  async test(use, request) {
    const { files, name, measures = false } = request
    const result = await runWithReport(use, request, {
      args: ({ report }) => [
        '--reporter=json',
        `--reporter-option=output=${report}`,
        ...(name === undefined ? [] : [`--grep=^${literally(name)}$`]),
        // The project's configuration may add more files; `conclude` keeps what was asked for.
        ...(files.length === 0 ? [] : ['--', ...files.map((file) => posix.relative(use.directory, file))]),
      ],
    })
    if (typeof result === 'string') return { status: 'failed', reason: result }
    const gathered = result.report === null ? null : readMochaReport(result.report, result.pathOf)
    const foundNone = /No test files found/i.test(result.output)
    if (!gathered) return withoutReport(use, result, foundNone)
    return conclude(gathered, { ...result, runner: use.runner, foundNone, files, ...(measures && { coverage: null }) })
  },
}

const testSchema = z.looseObject({
  fullTitle: z.string(),
  file: z.string().nullish().catch(null),
  duration: z.number().nullish().catch(null),
  err: z.looseObject({ stack: z.string().optional().catch(undefined), message: z.string().optional().catch(undefined) }).catch({}),
})

const reportSchema = z.looseObject({ passes: z.array(testSchema), failures: z.array(testSchema), pending: z.array(z.unknown()) })

function readMochaReport(text: string, pathOf: (path: string) => string | null): Gathered | null {
  const report = reportSchema.safeParse(jsonOrNull(text))
  if (!report.success) return null
  const toTest = ({ fullTitle, file, duration, err }: z.infer<typeof testSchema>, status: 'passed' | 'failed') => ({
    file: file == null ? null : pathOf(file),
    name: fullTitle,
    status,
    durationMs: duration ?? null,
    failure: status === 'failed' ? failureText(err.stack ?? err.message ?? 'It failed without a message.') : '',
  })
  const { passes, failures, pending } = report.data
  return {
    tests: [...passes.map((test) => toTest(test, 'passed')), ...failures.map((test) => toTest(test, 'failed'))],
    skipped: pending.length,
    broken: [],
  }
}
