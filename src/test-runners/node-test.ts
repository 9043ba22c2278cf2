import { posix } from 'node:path'
import { z } from 'zod'
import { readLcov } from './coverage/lcov.ts'
import { conclude, failureText, type Gathered, type GatheredTest } from './conclude.ts'
import { javaScriptUses } from './javascript-packages.ts'
import { jsonOrNull } from './json-or-null.ts'
import { literally } from './name-pattern.ts'
import { runWithReport } from './run-with-report.ts'
import { type BrokenTests, inOrder, type TestRunner } from './test-runner.ts'
import { withoutReport } from './without-report.ts'

const isTestFile = (path: string) =>
  /(^|\/)test\/.+\.[cm]?[jt]s$|(^|\/)(.+[._-])?test\.[cm]?[jt]s$|(^|\/)test-[^/]+\.[cm]?[jt]s$/.test(path)

/** None of the built-in reporters tells file, groups and kind of every test; this one passes on what Node itself knows, one JSON object a line. */
const reporter = `export default async function* (events) {
  for await (const { type, data } of events) {
    if (!['test:start', 'test:pass', 'test:fail'].includes(type)) continue
    const { name, nesting, file, entryFile, skip, todo, details = {} } = data
    const { error } = details
    const cause = error?.cause ?? error
    const message = error && String((typeof cause === 'object' && cause?.stack) || (typeof cause === 'object' && cause?.message) || cause)
    yield JSON.stringify({
      type, name, nesting, file: file ?? null, isEntry: entryFile === undefined, isSkipped: Boolean(skip ?? todo) || skip === '' || todo === '',
      isSuite: details.type === 'suite', duration: details.duration_ms ?? null, failureType: error?.failureType ?? null, message: message ?? '',
    }) + '\\n'
  }
  yield JSON.stringify({ type: 'end' }) + '\\n'
}`

const reporterUrl = `data:text/javascript,${encodeURIComponent(reporter)}`

export const nodeTest: TestRunner = {
  name: 'node-test',
  isTestFile,
  mayHoldTests: (path) => /\.[cm]?[jt]s$/.test(path),
  detect: async (project) => (await javaScriptUses(project, 'node-test', isTestFile)).map(({ use }) => use),

  async test(use, request) {
    const { files, name, measures = false, shuffle } = request
    const result = await runWithReport(use, request, {
      args: ({ report, coverage }) => [
        '--test',
        `--test-reporter=${reporterUrl}`,
        `--test-reporter-destination=${report}`,
        ...(measures ? ['--experimental-test-coverage', '--test-reporter=lcov', `--test-reporter-destination=${coverage}/lcov`] : []),
        ...(shuffle === undefined ? [] : ['--test-randomize', `--test-random-seed=${shuffle >>> 0}`]),
        ...(name === undefined ? [] : [`--test-name-pattern=^${literally(name)}$`]),
        ...(files.length === 0 ? [] : ['--', ...files.map((file) => posix.relative(use.directory, file))]),
      ],
    })
    if (typeof result === 'string') return { status: 'failed', reason: result }
    // Many a Node cannot change the order, neither of the files nor of the tests in them.
    if (shuffle !== undefined && /bad option: --test-random/.test(result.output)) return await nodeTest.test(use, inOrder(request))
    const gathered = result.report === null ? null : readEvents(result.report, result.pathOf)
    const foundNone = /Could not find/.test(result.output) && files.length === 0
    if (!gathered) return withoutReport(use, result, foundNone)
    return conclude(gathered, {
      ...result,
      runner: use.runner,
      foundNone,
      files,
      ...(measures && { coverage: result.measured === null ? null : readLcov(result.measured, result.pathOf) }),
    })
  },
}

const eventSchema = z.looseObject({
  type: z.enum(['test:start', 'test:pass', 'test:fail']),
  name: z.string(),
  nesting: z.int().nonnegative(),
  file: z.string().nullable(),
  isEntry: z.boolean(),
  isSkipped: z.boolean(),
  isSuite: z.boolean(),
  duration: z.number().nullable(),
  failureType: z.string().nullable(),
  message: z.string(),
})

type Event = z.infer<typeof eventSchema>

interface Gathering {
  tests: GatheredTest[]
  skipped: number
  broken: BrokenTests[]
}

function readEvents(text: string, pathOf: (path: string) => string | null): Gathered | null {
  const lines = text.trimEnd().split('\n').map(jsonOrNull)
  // Without its last line, the runner was ended while it was reporting.
  if (!z.looseObject({ type: z.literal('end') }).safeParse(lines.pop()).success) return null
  const events = z.array(eventSchema).safeParse(lines)
  if (!events.success) return null
  const titles = new Map<string | null, string[]>()
  const gathered: Gathering = { tests: [], skipped: 0, broken: [] }
  for (const event of events.data) {
    const path = titles.get(event.file) ?? []
    // Starts come from the outside inwards, so that the groups of a test are the last ones started above it.
    const groups = path.slice(0, event.nesting)
    titles.set(event.file, [...groups, event.name])
    if (event.type !== 'test:start') add(gathered, event, { file: event.file === null ? null : pathOf(event.file), groups })
  }
  return gathered
}

function add(gathered: Gathering, event: Event, { file, groups }: { file: string | null; groups: readonly string[] }): void {
  const isPassed = event.type === 'test:pass'
  if (isFileItself(event)) {
    // Node takes a file without a test in it for a test that passes.
    if (!isPassed) gathered.broken.push({ scope: file ?? event.name, file, reason: failureText(event.message) || 'It cannot be loaded.' })
    return
  }
  if (event.isSkipped) return void gathered.skipped++
  // A group is no test, but its hooks may fail.
  if (event.isSuite && (isPassed || event.failureType === 'subtestsFailed')) return
  gathered.tests.push({
    file,
    name: [...groups, event.name].join(' '),
    status: isPassed ? 'passed' : 'failed',
    durationMs: event.duration,
    failure: isPassed ? '' : failureText(event.message),
  })
}

function isFileItself({ name, nesting, file, isEntry }: Event): boolean {
  return nesting === 0 && isEntry && file !== null && (file === name || file.endsWith(`/${name.replace(/^\.\//, '')}`))
}
