import { runTests, executedTests, type TestReport } from '../../../test-runners/run-tests.ts'
import { slotsOf } from '../prove-batch.ts'
import { watchTree } from '../prove-tree.ts'
import type { Proving } from '../prove.ts'
import { leftSomething } from '../failure.ts'
import { isOwnTest, rejected, type Rejection, type Trial } from '../trial.ts'
import { suiteProblems } from '../suite-problems.ts'
import type { Filter } from './filter.ts'

/** With it, the whole suite executes and passes what it did, and the new test as well. Who is to blame is found out by halves. */
export const keepsSuite: Filter = {
  name: 'suite',
  async judge(trials, proving) {
    const rejections = new Map<Trial, Rejection>()
    const pending = inPlaces(trials)
    for (let group = pending.shift(); group; group = pending.shift()) {
      const reason = await suiteWith(group, proving)
      const [only] = group
      if (reason === null || only === undefined) continue
      if (group.length === 1) rejections.set(only, reason)
      else pending.push(group.slice(0, Math.ceil(group.length / 2)), group.slice(Math.ceil(group.length / 2)))
    }
    return rejections
  },
}

/** Groups whose files have different places. */
function inPlaces(trials: readonly Trial[]): Trial[][] {
  const groups: Trial[][] = []
  for (const trial of trials) {
    const group = groups.find((known) => new Set(slotsOf([...known, trial])).size > known.length)
    if (group) group.push(trial)
    else groups.push([trial])
  }
  return groups
}

async function suiteWith(
  group: readonly Trial[],
  { benches: [bench], baseline, commandTimeout, signal }: Proving,
): Promise<Rejection | null> {
  const slots = slotsOf(group)
  // At its own place a candidate stands with the tests of its file.
  const textAt = ({ candidate, alone }: Trial, slot: string) => (slot === candidate.placement.path ? candidate.text : alone)
  const files = new Map(group.map((trial, index) => [slots[index] ?? '', textAt(trial, slots[index] ?? '')]))
  const { result: report, left } = await watchTree(bench.transaction, { files, watches: true, usual: baseline.leaves }, async () =>
    runTests(await bench.project(), [], { run: bench.run, timeout: commandTimeout, signal }),
  )
  if (left.length > 0) return leftSomething(left)
  const [problem] = suiteProblems(baseline, report)
  if (problem !== undefined) return rejected('suite', `With it, the whole suite is not what it was: ${problem}`)
  const absent = group.find((trial, index) => !isExecuted(trial, slots[index] ?? '', report))
  return absent ? rejected('suite', 'It is not executed, or fails, when the whole suite runs.') : null
}

function isExecuted(trial: Trial, slot: string, report: TestReport): boolean {
  const own = executedTests(report).filter((test) => (test.file === slot || test.file === null) && isOwnTest(trial, test))
  return own.length > 0 && own.every(({ status }) => status === 'passed')
}
