import { posix } from 'node:path'
import { z } from 'zod'
import { conclude, failureText, type Gathered } from './conclude.ts'
import { readIstanbul } from './coverage/istanbul.ts'
import { javaScriptUses } from './javascript-packages.ts'
import { jsonOrNull } from './json-or-null.ts'
import { literally } from './name-pattern.ts'
import { runWithReport } from './run-with-report.ts'
import type { TestRunner, TestRunnerUse } from './test-runner.ts'
import { withoutReport } from './without-report.ts'

const isTestFile = (path: string) => /(^|\/)test\/.+\.[cm]?[jt]s$|\.(test|spec)\.[cm]?[jt]sx?$/.test(path)

/** Mocha looks at what a group holds only when it comes to run it, which is after the hooks of the whole run. */
const shuffler = `
// A linear congruential generator (https://en.wikipedia.org/wiki/Linear_congruential_generator) is as good as it has to be.
let state = Number(process.env.AGENT_TEST_SHUFFLE) >>> 0
const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
function mix(list) {
  for (let last = list.length - 1; last > 0; last--) {
    const chosen = Math.floor(next() * (last + 1))
    ;[list[last], list[chosen]] = [list[chosen], list[last]]
  }
}
function mixAll(suite) {
  mix(suite.tests)
  mix(suite.suites)
  suite.suites.forEach(mixAll)
}
exports.mochaHooks = { beforeAll() { mixAll(this.test.parent) } }
`

/** c8 is only ever the project's own, and where it has none, nothing is measured. */
const measuring = `
c8=$1
folder=$2
shift 2
command -v "$c8" > /dev/null || exec "$@"
exec "$c8" --reporter=json "--reports-dir=$folder/coverage" "--temp-directory=$folder/c8" --check-coverage=false "$@"
`

export const mocha: TestRunner = {
  name: 'mocha',
  isTestFile,
  mayHoldTests: (path) => /\.[cm]?[jt]sx?$/.test(path),
  detect: async (project) => (await javaScriptUses(project, 'mocha', isTestFile)).map(({ use }) => use),

  async test(use, request) {
    const { files, name, measures = false, shuffle } = request
    const result = await runWithReport(use, request, {
      ...(shuffle !== undefined && shufflingWith(shuffle)),
      ...(measures && { wrap: (commandLine, { folder }) => ['sh', '-c', measuring, 'sh', besides(use), folder, ...commandLine] }),
      args: ({ folder, report }) => [
        '--reporter=json',
        `--reporter-option=output=${report}`,
        ...(shuffle === undefined ? [] : [`--require=${folder}/${shufflerName}`]),
        ...(name === undefined ? [] : [`--grep=^${literally(name)}$`]),
        // The project's configuration may add more files; `conclude` keeps what was asked for.
        ...(files.length === 0 ? [] : ['--', ...files.map((file) => posix.relative(use.directory, file))]),
      ],
    })
    if (typeof result === 'string') return { status: 'failed', reason: result }
    const gathered = result.report === null ? null : readMochaReport(result.report, result.pathOf)
    const foundNone = /No test files found/i.test(result.output)
    if (!gathered) return withoutReport(use, result, foundNone)
    return conclude(gathered, {
      ...result,
      runner: use.runner,
      foundNone,
      files,
      ...(measures && { coverage: result.measured === null ? null : readIstanbul(result.measured, result.pathOf) }),
    })
  },
}

const shufflerName = 'agent-shuffle.cjs'

const shufflingWith = (seed: number) => ({
  plugin: { name: shufflerName, text: shuffler },
  environment: () => ({ AGENT_TEST_SHUFFLE: String(seed) }),
})

/** c8 as it is installed beside Mocha, or as Mocha itself is found on PATH. */
const besides = ({ program }: TestRunnerUse) => (program.at(-1) ?? '').replace(/mocha$/, 'c8')

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
