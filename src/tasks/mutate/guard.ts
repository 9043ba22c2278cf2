import { compareTests } from '../../test-runners/compare-tests.ts'
import { relatedTests } from '../../test-runners/related-tests.ts'
import { executedTests, runTests, type TestReport } from '../../test-runners/run-tests.ts'
import type { Workbench } from '../verify/workbench.ts'
import type { MutateRequest } from './mutate.ts'

/** The tests of a file, and how they go without a mutant. */
export interface Guard {
  files: readonly string[]
  /** What went the same way twice. */
  before: TestReport
  /** Tests that did not. */
  unsteady: readonly string[]
  /** Milliseconds that they took. */
  duration: number
}

export interface Place {
  bench: Workbench
  request: Pick<MutateRequest, 'testCommand' | 'commandTimeout'>
  signal: AbortSignal
}

/** Runs the tests that belong to a file, twice where they can judge; null where none do. Throws `SANDBOX_UNAVAILABLE`. */
export async function guardOf(path: string, place: Place): Promise<Guard | null> {
  const project = await place.bench.project()
  const files = await relatedTests([path], project)
  if (files.length === 0 && place.request.testCommand === null) return null
  const startedAt = performance.now()
  const before = await runGuard(files, place, place.request.commandTimeout)
  const guard = { files, before, unsteady: [], duration: performance.now() - startedAt }
  if (unusable(guard) !== null) return guard
  return { ...guard, ...steadyOf(before, await runGuard(files, place, place.request.commandTimeout)) }
}

/** Why the tests of a file cannot judge a mutant; null when they can. */
export function unusable({ before, unsteady }: Pick<Guard, 'before' | 'unsteady'>): string | null {
  const failed = before.runs.find(({ outcome }) => outcome.status === 'failed')
  if (failed?.outcome.status === 'failed') return failed.outcome.reason
  if (before.command) return before.command.status === 'passed' ? null : before.command.reason
  if (executedTests(before).some(({ status }) => status === 'passed')) return null
  return unsteady.length > 0 ? 'None of them ends the same way twice.' : 'No test passes without a mutant either.'
}

/** A test that fails now and then would be taken for one that notices. */
function steadyOf(before: TestReport, again: TestReport): Pick<Guard, 'before' | 'unsteady'> {
  const { newlyFailing, newlyPassing, missing } = compareTests(before, again)
  const changing = new Set([...newlyFailing, ...newlyPassing, ...missing].map(({ id }) => id))
  const runs = before.runs.map((run, index) => {
    const other = again.runs[index]?.outcome
    // What cannot be run the second time is no ground to stand on either.
    if (run.outcome.status !== 'ran' || other?.status === 'failed') return { ...run, outcome: other ?? run.outcome }
    return { ...run, outcome: { ...run.outcome, tests: run.outcome.tests.filter(({ id }) => !changing.has(id)) } }
  })
  const command = again.command?.status === 'failed' ? again.command : before.command
  return { before: { ...before, runs, command }, unsteady: [...changing] }
}

/** What is left behind by one run must not be there in the next. */
export async function runGuard(files: readonly string[], { bench, request, signal }: Place, timeout: number): Promise<TestReport> {
  const { transaction } = bench
  const start = await transaction.snapshot()
  try {
    const command = request.testCommand === null ? {} : { testCommand: ['sh', '-c', request.testCommand] }
    return await runTests(await bench.project(), files, { run: bench.run, timeout, signal, ...command })
  } finally {
    await transaction.restore(start)
  }
}
