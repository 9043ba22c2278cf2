import type { ExecutedTest } from '../../../test-runners/test-runner.ts'
import { onBenches, runTrials, type TrialRun } from '../prove-batch.ts'
import type { Proving } from '../prove.ts'
import { possibleBugIn } from '../possible-bug.ts'
import { rejected, type Rejection, type Trial } from '../trial.ts'
import { leftSomething, tellFailure } from '../failure.ts'
import type { Filter } from './filter.ts'

/** On its own it is really executed, once, and passes. A failure has to come again, also together with the other tests of its file. */
export const executes: Filter = {
  name: 'execute',
  async judge(trials, proving) {
    const first = await runAll(trials, 'alone', proving)
    const rejections = new Map<Trial, Rejection>()
    const failing: { trial: Trial; test: ExecutedTest }[] = []
    const unseen: Trial[] = []
    for (const trial of trials) {
      const run = first.get(trial)
      const rejection = run ? refusalOf(run) : null
      const failed = run?.tests.find(({ status }) => status === 'failed')
      if (rejection) rejections.set(trial, rejection)
      else if (failed) failing.push({ trial, test: failed })
      else if (!run || run.tests.length === 0) unseen.push(trial)
      else note(trial, run.tests, rejections)
    }
    const doubted = [...failing.map(({ trial }) => trial), ...unseen]
    const again = await runAll(doubted, 'whole', proving)
    for (const trial of doubted) {
      const rejection = await judgeAgain(trial, { first: first.get(trial), again: again.get(trial), proving })
      if (rejection) rejections.set(trial, rejection)
    }
    return rejections
  },
}

/** As many pieces as there are copies, so that each has few starts of the runner. */
async function runAll(trials: readonly Trial[], form: 'alone' | 'whole', proving: Proving): Promise<ReadonlyMap<Trial, TrialRun>> {
  const suspects = trials.filter(isSuspect)
  const others = trials.filter((trial) => !suspects.includes(trial))
  const apart = suspects.length <= maxApart ? suspects.map((trial) => [trial]) : [suspects]
  const pieces = [...inParts(others, proving.benches.length), ...apart]
  const parts = await onBenches(pieces, proving, (part, place) => runTrials(part, { form }, place))
  return new Map(parts.flatMap((part) => [...part]))
}

/** To run more of them one by one takes longer than to look for the one by halves. */
const maxApart = 6

/** Who may never end, or leave something behind, spoils a run for all that are in it, and is cheaper to find among few. */
function isSuspect({ candidate: { text, addedLines } }: Trial): boolean {
  const lines = text.split('\n')
  const added = addedLines.map((line) => lines[line - 1] ?? '').join('\n')
  return /\bwhile\b|\bfor\s*(?:\(\s*;|\{)|\bloop\b|write|append|\bopen\s*\(|mkdir|unlink|remove|\brm\w*\s*\(|rename|copyFile|exec|spawn|subprocess|\bsystem\b|sleep/i.test(
    added,
  )
}

/** Neighbours stay together: they share a runner. */
function inParts<Item>(items: readonly Item[], count: number): Item[][] {
  const size = Math.max(1, Math.ceil(items.length / count))
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))
}

function refusalOf(run: TrialRun): Rejection | null {
  if (run.isOver) {
    const reason = 'It does not end: it was stopped at the time limit.'
    return rejected('execute', reason, 'The test never ends. Look for a loop or a wait without an end.')
  }
  return run.left.length > 0 ? leftSomething(run.left) : null
}

function note(trial: Trial, tests: readonly ExecutedTest[], rejections: Map<Trial, Rejection>): void {
  const names = tests.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) trial.names = names
  else rejections.set(trial, rejected('execute', `${JSON.stringify(twice)} is executed more than once: its name is no name of its own.`))
}

interface Twice {
  first: TrialRun | undefined
  again: TrialRun | undefined
  proving: Proving
}

async function judgeAgain(trial: Trial, { first, again, proving }: Twice): Promise<Rejection | null> {
  const refused = again && refusalOf(again)
  if (refused) return refused
  const tests = again?.tests ?? []
  const failed = tests.find(({ status }) => status === 'failed') ?? null
  if (tests.length === 0) return neverExecuted(first, again)
  if (failed) {
    const isSame = first?.tests.some(({ status }) => status === 'failed') ?? false
    return { ...tellFailure(failed), possibleBug: isSame ? await possibleBugIn(trial.candidate, failed) : null }
  }
  trial.names = tests.map(({ name }) => name)
  return dependsOnOthers(trial, proving)
}

function neverExecuted(first: TrialRun | undefined, again: TrialRun | undefined): Rejection {
  const said = again?.reason || first?.reason || ''
  if (said !== '' && !/no test|executed no test|found no test/i.test(said.slice(0, 200))) return tellFailure({ failure: said })
  return rejected(
    'execute',
    'It is not executed: it is skipped, or the runner does not find it.',
    'The runner did not execute the test. It must not be skipped or marked as to be done, and stand where tests stand.',
  )
}

/** It passes in its file and not on its own: by the runner's own means it gets one more chance, because switching others off may be at fault. */
async function dependsOnOthers(trial: Trial, proving: Proving): Promise<Rejection | null> {
  const { benches, ...place } = proving
  for (const name of trial.names) {
    const run = (await runTrials([trial], { form: 'whole', name }, { ...place, bench: benches[0] })).get(trial)
    const failed = run?.tests.find(({ status }) => status === 'failed')
    if (failed || !run || run.tests.length === 0) {
      return rejected(
        'stable',
        'It passes only after other tests of its file: it depends on their order.',
        `The test fails when it runs on its own. It must not rely on what other tests have done before.\n${failed?.failure.slice(0, 600) ?? ''}`,
      )
    }
  }
  return null
}
