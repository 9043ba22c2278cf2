import { AppError } from '../../domain/errors.ts'
import { compareTests } from '../../test-runners/compare-tests.ts'
import { relatedTests } from '../../test-runners/related-tests.ts'
import { executedTests, runTests, type TestReport } from '../../test-runners/run-tests.ts'
import type { Workbench } from '../verify/workbench.ts'
import type { Refused } from './edit.ts'
import { takenBack } from './taken-back.ts'

export interface TestSetup {
  bench: Workbench
  /** The project's own test command, for code whose tests no adapter finds. */
  testCommand: string | null
  /** Milliseconds that one command may take. */
  timeout: number
  signal: AbortSignal
}

/** The tests that guard some files, as they went before a change. */
export interface GuardingTests {
  files: readonly string[]
  before: TestReport
}

/** Runs the tests that a change of these files may break; null where there are none. Throws `SANDBOX_UNAVAILABLE`. */
export async function guardingTests(paths: readonly string[], setup: TestSetup): Promise<GuardingTests | null> {
  const files = await relatedTests(paths, await setup.bench.project())
  if (files.length === 0 && setup.testCommand === null) return null
  return { files, before: await runFiles(files, setup) }
}

/** Runs them again after a change: none may be worse, and no fewer may be executed. */
export async function gateTests(
  { files, before }: GuardingTests,
  setup: TestSetup,
): Promise<{ refused: Refused | null; after: TestReport }> {
  const after = await runFiles(files, setup)
  const reason = worseThan(before, after)
  return { refused: reason === null ? null : { gate: 'tests', reason }, after }
}

async function runFiles(files: readonly string[], { bench, testCommand, timeout, signal }: TestSetup): Promise<TestReport> {
  const command = testCommand === null ? {} : { testCommand: ['sh', '-c', testCommand] }
  const project = await bench.project()
  // What tests leave behind is no part of a repair.
  return takenBack(bench.transaction, () => runTests(project, files, { run: bench.run, timeout, signal, ...command }))
}

/** Whether there is a test that passes, and so would have told of something worse. */
export const havePassed = (report: TestReport): boolean =>
  executedTests(report).some(({ status }) => status === 'passed') || report.command?.status === 'passed'

/** Why tests guard less than they seem to, as they were before anything was changed; null where they all pass. */
export function weaknessOf({ files, before }: GuardingTests): string | null {
  const broken = before.runs.flatMap(({ outcome }) =>
    outcome.status === 'ran' ? outcome.broken.map(({ reason }) => reason) : [outcome.reason],
  )
  if (broken[0] !== undefined) return `could not be run before anything was changed: ${broken[0].replace(/\n.*/s, '')}`
  if (before.runs.length === 0 && before.command === null) return `could not be run: no runner is known for ${files.slice(0, 3).join(', ')}`
  const failing = executedTests(before).filter(({ status }) => status === 'failed')
  const named = failing.slice(0, 3).map(({ name }) => JSON.stringify(name))
  const more = failing.length > named.length ? ` and ${failing.length - named.length} more` : ''
  if (failing.length > 0) return `failed already before anything was changed: ${named.join(', ')}${more}`
  return before.command?.status === 'failed' ? `failed already before anything was changed: ${before.command.argv.join(' ')}` : null
}

/** Why the second run of some tests does not let a change through; null where it is no worse than the first. */
export const worseThan = (before: TestReport, after: TestReport): string | null => unrunnable(after) ?? worse(before, after)

/** What could not be run says nothing, before or after. */
function unrunnable({ runs, command, unclaimed }: TestReport): string | null {
  const [failed] = runs.flatMap(({ outcome }) => (outcome.status === 'failed' ? [outcome.reason] : []))
  if (failed !== undefined) return `The tests could not be run: ${failed}`
  if (runs.length === 0 && command === null)
    return `The tests could not be run: no runner is known for ${unclaimed.slice(0, 3).join(', ')}.`
  return null
}

const maxFailure = 1500

function worse(before: TestReport, after: TestReport): string | null {
  const { newlyFailing, missing, lost } = compareTests(before, after)
  const [failing] = newlyFailing
  if (failing) return `The test ${JSON.stringify(failing.id)} fails now:\n${failing.failure.slice(0, maxFailure)}`
  const [gone] = missing
  if (gone) return `The test ${JSON.stringify(gone.id)} is not executed any more.`
  const [old, now] = [executedTests(before).length, executedTests(after).length]
  if (now < old) return `${now} tests were executed, and ${old} before.`
  return lost[0]?.slice(0, maxFailure) ?? null
}

/** Why commands cannot be run here; anything else that went wrong stays what it is. */
export function sandboxProblem(error: unknown): string | null {
  return error instanceof AppError && error.code === 'SANDBOX_UNAVAILABLE' ? error.message : null
}
