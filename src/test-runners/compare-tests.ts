import { executedTests, type TestReport } from './run-tests.ts'
import type { ExecutedTest } from './test-runner.ts'

export interface TestComparison {
  /** Fail now and did not before; also those that are new. */
  newlyFailing: readonly ExecutedTest[]
  /** Were executed before and are not any more, whether deleted, skipped, or kept from running. */
  missing: readonly ExecutedTest[]
  newlyPassing: readonly ExecutedTest[]
  /** Runs and commands that had an answer before and have none, or a worse one, now; one sentence each. */
  lost: readonly string[]
}

/** What two runs of the same tests differ in, test by test: equal numbers may hide one that broke behind one that was repaired. */
export function compareTests(before: TestReport, after: TestReport): TestComparison {
  const [old, now] = [byId(before), byId(after)]
  const wasNot = (status: ExecutedTest['status']) => (test: ExecutedTest) => test.status === status && old.get(test.id)?.status !== status
  return {
    newlyFailing: [...now.values()].filter(wasNot('failed')),
    missing: [...old.values()].filter(({ id }) => !now.has(id)),
    newlyPassing: [...now.values()].filter((test) => test.status === 'passed' && old.get(test.id)?.status === 'failed'),
    lost: [...lostRuns(before, after), ...lostFiles(before, after), ...lostCommand(before, after)],
  }
}

/** Whether the second run is in no respect worse. */
export function isNotWorse({ newlyFailing, missing, lost }: TestComparison): boolean {
  return newlyFailing.length === 0 && missing.length === 0 && lost.length === 0
}

const byId = (report: TestReport) => new Map(executedTests(report).map((test) => [test.id, test]))

const keyOf = ({ use }: TestReport['runs'][number]) => `${use.runner} in ${use.directory}`

function lostRuns(before: TestReport, after: TestReport): string[] {
  const failedBefore = new Set(before.runs.filter(({ outcome }) => outcome.status === 'failed').map(keyOf))
  return after.runs.flatMap((run) =>
    run.outcome.status === 'failed' && !failedBefore.has(keyOf(run)) ? [`${keyOf(run)} failed: ${run.outcome.reason}`] : [],
  )
}

function lostFiles(before: TestReport, after: TestReport): string[] {
  const known = new Set(brokenFiles(before).map(({ scope }) => scope))
  return brokenFiles(after)
    .filter(({ scope }) => !known.has(scope))
    .map(({ scope, reason }) => `The tests of ${scope} cannot be run: ${reason}`)
}

const brokenFiles = ({ runs }: TestReport) => runs.flatMap(({ outcome }) => (outcome.status === 'ran' ? outcome.broken : []))

function lostCommand({ command: old }: TestReport, { command: now }: TestReport): string[] {
  return old?.status === 'passed' && now?.status === 'failed' ? [`${now.argv.join(' ')} passed before and fails now: ${now.reason}`] : []
}
