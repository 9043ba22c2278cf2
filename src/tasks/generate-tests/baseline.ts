import { AppError } from '../../domain/errors.ts'
import { plural } from '../../domain/plural.ts'
import { compareTests } from '../../test-runners/compare-tests.ts'
import { type Coverage, mergeCoverage } from '../../test-runners/coverage/coverage.ts'
import { executedTests, runTests, type TestReport } from '../../test-runners/run-tests.ts'
import type { ExecutedTest } from '../../test-runners/test-runner.ts'
import { watchTree } from './prove-tree.ts'
import type { ProvingPlace } from './proving.ts'

/** How the whole suite goes before anything is added to it. */
export interface Baseline {
  /** Every test that is executed, each of which passes twice. */
  executed: readonly ExecutedTest[]
  /** What they reach; null where the tools of the project measure nothing. */
  coverage: Coverage | null
  /** Milliseconds that the whole suite takes without measuring. */
  durationMs: number
  /** What the suite itself leaves in the tree, such as a lock file or a report, which is no new test's fault. */
  leaves?: readonly string[]
}

/** Runs the whole suite twice, once measured. Throws `TESTS_RED` where it fails, is not stable, or cannot be run, and `SANDBOX_UNAVAILABLE`. */
export async function takeBaseline(place: ProvingPlace): Promise<Baseline> {
  const measured = await runSuite(place, { measures: true })
  // A tool that measures may itself be what fails.
  const isUsable = measured.runs.length > 0 && measured.runs.every(({ outcome }) => outcome.status !== 'failed')
  const first = isUsable ? measured : await runSuite(place)
  refuseRed(first)
  const startedAt = performance.now()
  const { result: second, left } = await watchSuite(place, { watches: true })
  const durationMs = performance.now() - startedAt
  refuseUnstable(first, second)
  return { executed: executedTests(second), coverage: isUsable ? coverageOf(measured) : null, durationMs, leaves: left }
}

/** Every test of the copy; what they leave behind is taken away again. */
export async function runSuite(place: ProvingPlace, manner: Suite['manner'] = {}): Promise<TestReport> {
  return (await watchSuite(place, { manner, watches: false })).result
}

interface Suite {
  manner?: { measures?: boolean }
  watches: boolean
}

function watchSuite({ benches: [bench], commandTimeout, signal }: ProvingPlace, { manner = {}, watches }: Suite) {
  return watchTree(bench.transaction, { files: new Map(), watches }, async () =>
    runTests(await bench.project(), [], { run: bench.run, timeout: commandTimeout, signal, manner }),
  )
}

/** What several runners reach together; null where one of them cannot tell. */
export function coverageOf({ runs }: TestReport): Coverage | null {
  const all = runs.map(({ outcome }) => (outcome.status === 'ran' ? (outcome.coverage ?? null) : null)).filter((one) => one !== null)
  return all.length === 0 ? null : mergeCoverage(all)
}

function refuseRed(report: TestReport): void {
  const { runs, command } = report
  if (runs.length === 0) {
    throw new AppError(
      'TESTS_RED',
      `No test runner was found in this repository${command ? ` that tells its tests apart (${command.argv.join(' ')} does not)` : ''}.`,
      {
        hint: 'New tests are proved by vitest, jest, mocha, node --test, pytest, go test, cargo test, Maven or Gradle: set one of them up first.',
      },
    )
  }
  const unstarted = runs.find(({ outcome }) => outcome.status === 'failed')
  if (unstarted?.outcome.status === 'failed') {
    throw new AppError(
      'TESTS_RED',
      `The tests do not run as they are: ${unstarted.use.runner} could not be run: ${unstarted.outcome.reason}`,
      {
        hint: 'A sandbox sees this repository and the programs of the system, and nothing of your home folder: install what the tests need there, or use --sandbox host if you trust this code.',
      },
    )
  }
  const troubles = runs.flatMap(({ outcome }) =>
    outcome.status === 'ran' ? outcome.broken.map(({ scope, reason }) => `${scope} cannot be loaded: ${firstLine(reason)}`) : [],
  )
  if (troubles[0] !== undefined) throw red(`The tests do not run as they are: ${troubles[0]}`)
  const failing = executedTests(report).filter(({ status }) => status === 'failed')
  if (failing.length > 0)
    throw red(`${plural(failing.length, 'test')} of this repository already ${failing.length === 1 ? 'fails' : 'fail'}: ${named(failing)}.`)
}

function refuseUnstable(first: TestReport, second: TestReport): void {
  const { newlyFailing, missing, lost } = compareTests(first, second)
  const known = new Set(executedTests(first).map(({ id }) => id))
  const appeared = executedTests(second).filter(({ id }) => !known.has(id))
  const changing = [...newlyFailing, ...missing, ...appeared]
  if (changing.length > 0) {
    throw red(`${plural(changing.length, 'test')} of this repository did not end the same way twice: ${named(changing)}.`)
  }
  if (lost[0] !== undefined) throw red(`The tests did not end the same way twice: ${lost[0]}`)
}

const red = (message: string) =>
  new AppError('TESTS_RED', message, { hint: 'Make them pass every time first: what a new test proves is held against them.' })

const maxNamed = 5

function named(tests: readonly Pick<ExecutedTest, 'id'>[]): string {
  const shown = [...new Set(tests.map(({ id }) => id))]
  const more = shown.length > maxNamed ? ` and ${shown.length - maxNamed} more` : ''
  return `${shown.slice(0, maxNamed).join('; ')}${more}`
}

const firstLine = (text: string) =>
  text
    .split('\n')
    .find((line) => line.trim() !== '')
    ?.trim() ?? ''
