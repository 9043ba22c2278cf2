import type { Diagnostic } from '../../domain/diagnostic.ts'
import { AppError } from '../../domain/errors.ts'
import { newDiagnostics } from '../../domain/new-diagnostics.ts'
import type { SyntaxProblem } from '../../syntax/problems-of.ts'
import { compareTests, type TestComparison } from '../../test-runners/compare-tests.ts'
import { executedTests, type TestReport } from '../../test-runners/run-tests.ts'
import type { CopyChange } from '../../workspace/transaction.ts'
import { type Observation, observe } from './observe.ts'
import type { Workbench } from './workbench.ts'

export interface VerifyRequest {
  /** Snapshot of the copy before anything was changed. */
  start: string
  files: readonly CopyChange[]
  /** The project's own test command, for code whose tests no adapter finds. */
  testCommand: string | null
  /** Milliseconds that one command may take. */
  commandTimeout: number
  signal: AbortSignal
}

/** What linters and tests say about a change that they did not say before it. */
export interface VerifiedChange {
  /** `unavailable`: something should have been run, and there is no place to run it. */
  verdict: 'passed' | 'failed' | 'unavailable'
  /** Where files follow their grammar less than before. */
  broken: readonly { path: string; problem: SyntaxProblem }[]
  /** That looked at the files. */
  linters: readonly string[]
  fresh: readonly Diagnostic[]
  /** Linters that could look before the change and cannot any more, a sentence each. */
  lost: readonly string[]
  /** How many complaints went away. */
  gone: number
  /** Null: no test belongs to the files. */
  tests: (TestComparison & { executedBefore: number; executedAfter: number }) | null
  notRun: readonly { what: string; reason: string }[]
}

/** Holds a change of the copy against what the copy was: the parsers, the project's linters and the related tests look at both. */
export async function verify(request: VerifyRequest, bench: Workbench): Promise<VerifiedChange> {
  const { transaction } = bench
  const paths = request.files.map(({ path }) => path)
  const changed = await transaction.snapshot()
  try {
    const after = await observe(paths, bench, request)
    await transaction.restore(request.start)
    const before = await observe(paths, bench, request)
    return compare(before, after)
  } catch (error) {
    if (error instanceof AppError && error.code === 'SANDBOX_UNAVAILABLE') return unavailable(error)
    throw error
  } finally {
    // Also takes away what linters and tests have left behind.
    await transaction.restore(changed)
  }
}

function unavailable(error: AppError): VerifiedChange {
  const notRun = [{ what: 'linters and tests', reason: error.message }]
  return { verdict: 'unavailable', broken: [], linters: [], fresh: [], lost: [], gone: 0, tests: null, notRun }
}

function compare(before: Observation, after: Observation): VerifiedChange {
  const [old, now] = [before, after].map(({ lint, lineOf }) => ({ diagnostics: lint.diagnostics, lineOf })) as [Side, Side]
  // What one state could not be checked for says nothing about the other.
  const bothChecked = ({ tool }: Diagnostic) => !failedIn(before).has(tool) && !failedIn(after).has(tool)
  const fresh = newDiagnostics(old, now).filter(bothChecked)
  const gone = newDiagnostics(now, old).filter(bothChecked).length
  const broken = brokenBy(before, after)
  const tests = testsOf(before.tests, after.tests)
  const lost = after.lint.failed
    .filter(({ linter }) => !failedIn(before).has(linter))
    .map(({ linter, directory, reason }) => `${named(linter, directory)} cannot look any more: ${reason}`)
  const isWorse =
    broken.length > 0 ||
    lost.length > 0 ||
    fresh.some(({ severity }) => severity === 'error') ||
    (tests !== null && tests.newlyFailing.length + tests.lost.length > 0)
  return {
    verdict: isWorse ? 'failed' : isUntested(after) ? 'unavailable' : 'passed',
    broken,
    linters: [...new Set(after.lint.checked.map(({ linter }) => linter))],
    fresh,
    lost,
    gone,
    tests,
    notRun: notRunIn(after),
  }
}

type Side = Parameters<typeof newDiagnostics>[0]

const failedIn = ({ lint }: Observation) => new Set(lint.failed.map(({ linter }) => linter))

function brokenBy(before: Observation, after: Observation): VerifiedChange['broken'] {
  return [...after.syntax].flatMap(([path, problems]) => {
    const [first] = problems ?? []
    const isWorse = (problems?.length ?? 0) > (before.syntax.get(path)?.length ?? 0)
    return first && isWorse ? [{ path, problem: first }] : []
  })
}

const noTests: TestReport = { runs: [], command: null, unclaimed: [] }

/** Tests that the change took away with their files are missed as well. */
function testsOf(before: TestReport | null, after: TestReport | null): VerifiedChange['tests'] {
  if (before === null && after === null) return null
  const [old, now] = [before ?? noTests, after ?? noTests]
  return { ...compareTests(old, now), executedBefore: executedTests(old).length, executedAfter: executedTests(now).length }
}

/** Tests belong to the files, and no runner of them works where commands run: nobody has tried the change out. */
const isUntested = ({ tests }: Observation) =>
  tests !== null && tests.command === null && tests.runs.length > 0 && tests.runs.every(({ outcome }) => outcome.status === 'failed')

function notRunIn({ lint, tests }: Observation): VerifiedChange['notRun'] {
  const linters = lint.failed.map(({ linter, directory, reason }) => ({ what: named(linter, directory), reason }))
  const runs = (tests?.runs ?? []).flatMap(({ use, outcome }) =>
    outcome.status === 'ran' ? [] : [{ what: named(use.runner, use.directory), reason: outcome.reason }],
  )
  return [...linters, ...runs]
}

const named = (tool: string, directory: string) => (directory === '.' ? tool : `${tool} in ${directory}`)
