import { gainedCoverage } from '../../../test-runners/coverage/coverage.ts'
import { killsAmong } from '../prove-mutants.ts'
import { onBenches, runTrials } from '../prove-batch.ts'
import type { Proving } from '../prove.ts'
import { headline } from '../failure.ts'
import { rejected, type Rejection, type Trial } from '../trial.ts'
import type { Filter } from './filter.ts'

/** It reaches a line or a way through the code that no test reached, or notices a defect that none noticed. */
export const gains: Filter = {
  name: 'gain',
  async judge(trials, proving) {
    const rejections = new Map<Trial, Rejection>()
    const failures = await measureAll(trials, proving)
    for (const [trial, failure] of failures) rejections.set(trial, failure)
    const left = trials.filter((trial) => !rejections.has(trial))
    const kills = await killsAmong(left, ({ candidate }) => [...candidate.target.survivors], { ...proving, isEnough: () => false })
    for (const trial of left) {
      trial.killed = kills.get(trial) ?? []
      if (trial.killed.length === 0 && trial.gained.lines.length + trial.gained.branches.length === 0)
        rejections.set(trial, gainedNothing(trial, proving))
    }
    return rejections
  },
}

/** What each reaches on its own: of several at once nobody could say who it was. */
async function measureAll(trials: readonly Trial[], proving: Proving): Promise<ReadonlyMap<Trial, Rejection>> {
  const { coverage } = proving.baseline
  const rejections = new Map<Trial, Rejection>()
  if (coverage === null) return rejections
  await onBenches(trials, proving, async (trial, place) => {
    const run = (await runTrials([trial], { form: 'alone', measures: true, watches: false }, place)).get(trial)
    const failed = run?.tests.find(({ status }) => status === 'failed')
    if (failed)
      rejections.set(
        trial,
        rejected('stable', `It does not pass every time: it failed when its coverage was measured: ${headline(failed.failure)}`),
      )
    const { path } = trial.candidate.target
    const gained = run?.coverage ? gainedCoverage(coverage, run.coverage).find((file) => file.path === path) : undefined
    if (gained) trial.gained = { lines: gained.lines, branches: gained.branches }
  })
  return rejections
}

function gainedNothing({ candidate: { target } }: Trial, { baseline }: Proving): Rejection {
  const { missing, survivors, name } = target
  const what = [
    ...(missing.lines.length > 0 ? [`lines ${missing.lines.slice(0, 10).join(', ')} of ${target.path}`] : []),
    ...(missing.branches.length > 0 ? [`the branches ${missing.branches.slice(0, 6).join(', ')}`] : []),
    ...(survivors.size > 0 ? ['defects that no test notices yet'] : []),
  ]
  const reason =
    baseline.coverage === null
      ? 'It notices no defect that went unnoticed before, and coverage cannot be measured here.'
      : 'It reaches no line and no branch that was not reached before, and notices no defect that went unnoticed.'
  const open = what.length > 0 ? ` Still open are ${what.join(', ')}: call ${name} with input that leads there.` : ''
  return rejected('gain', reason, `The test passes, but adds nothing to the tests that exist.${open}`)
}
