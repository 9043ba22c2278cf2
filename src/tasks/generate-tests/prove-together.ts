import type { Coverage } from '../../test-runners/coverage/coverage.ts'
import { executedTests } from '../../test-runners/run-tests.ts'
import type { ExecutedTest } from '../../test-runners/test-runner.ts'
import { type Baseline, coverageOf, runSuite } from './baseline.ts'
import type { ProvingPlace } from './proving.ts'
import { suiteProblems } from './suite-problems.ts'

/** How the whole suite goes with all the tests that were kept. */
export interface Together {
  /** Sentences that say why the new tests cannot stay; empty: all is well. */
  problems: readonly string[]
  executed: number
  durationMs: number
  /** Measured once more; null where it cannot be. */
  coverage: Coverage | null
}

/** A test that was kept. Among others of its file it may stand in another suite than on its own, and be called after that. */
export interface Expected {
  name: string
  isIt(test: ExecutedTest): boolean
}

/** Runs the whole suite on the first copy, in which the kept tests are: everything that was executed still is, and passes, and so do they. */
export async function proveTogether(
  expected: readonly Expected[],
  { baseline, ...place }: ProvingPlace & { baseline: Baseline },
): Promise<Together> {
  const startedAt = performance.now()
  const plain = await runSuite(place)
  const durationMs = performance.now() - startedAt
  const executed = executedTests(plain)
  const passed = executed.filter(({ status }) => status === 'passed')
  const absent = expected
    .filter(({ isIt }) => !passed.some(isIt))
    .map(({ name }) => `${JSON.stringify(name)} is not executed, or fails, when the whole suite runs.`)
  const problems = [...suiteProblems(baseline, plain), ...absent]
  const isMeasured = problems.length === 0 && baseline.coverage !== null
  return {
    problems,
    executed: executed.length,
    durationMs,
    coverage: isMeasured ? coverageOf(await runSuite(place, { measures: true })) : null,
  }
}
