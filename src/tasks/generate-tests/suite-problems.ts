import { executedTests, type TestReport } from '../../test-runners/run-tests.ts'
import type { Baseline } from './baseline.ts'

const maxFailure = 600

/** In which respects a run of the whole suite is worse than it was, a sentence each. New tests are not looked at. */
export function suiteProblems({ executed }: Pick<Baseline, 'executed'>, report: TestReport): string[] {
  const now = new Map(executedTests(report).map((test) => [test.id, test]))
  const unrunnable = report.runs.flatMap(({ use, outcome }) => {
    if (outcome.status === 'failed') return [`${use.runner} could not be run: ${outcome.reason.slice(0, maxFailure)}`]
    return outcome.status === 'ran'
      ? outcome.broken.map(({ scope, reason }) => `${scope} cannot be loaded: ${reason.slice(0, maxFailure)}`)
      : []
  })
  const failing = executed.flatMap(({ id }) => {
    const test = now.get(id)
    return test?.status === 'failed' ? [`${JSON.stringify(id)} fails: ${test.failure.slice(0, maxFailure)}`] : []
  })
  const missing = executed.filter(({ id }) => !now.has(id)).map(({ id }) => `${JSON.stringify(id)} is not executed any more.`)
  return [...unrunnable, ...failing, ...missing]
}
