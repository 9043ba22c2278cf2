import type { TestOutcome, TestRequest, TestRunner, TestRunnerUse } from './test-runner.ts'

/** Runs tests again where the project lacks what would tell what they execute. */
export async function withoutMeasuring(runner: TestRunner, use: TestRunnerUse, request: TestRequest): Promise<TestOutcome> {
  const outcome = await runner.test(use, { ...request, measures: false })
  return outcome.status === 'ran' ? { ...outcome, coverage: null } : outcome
}
