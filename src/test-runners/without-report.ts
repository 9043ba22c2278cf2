import { lastPart } from './conclude.ts'
import type { TestOutcome, TestRunnerUse } from './test-runner.ts'

/** A runner that has written no report, or not the one it should: nothing to execute where it says so, else a crash. */
export function withoutReport(use: TestRunnerUse, { code, output }: { code: number; output: string }, foundNone: boolean): TestOutcome {
  if (foundNone) return { status: 'not-run', reason: `${use.runner} found no test to execute.` }
  return { status: 'failed', reason: `${use.runner} ended with ${code} and without a report: ${lastPart(output)}` }
}
