import { type Manner, onBenches, runTrials, type TrialRun } from '../prove-batch.ts'
import type { Proving } from '../prove.ts'
import { headline, leftSomething } from '../failure.ts'
import { rejected, type Rejection, type Trial } from '../trial.ts'
import type { Filter } from './filter.ts'

/** Time zones on both sides of the date line, with half hours, and with summer time in either half of the year. */
const zones = ['America/New_York', 'Asia/Kolkata', 'Pacific/Auckland', 'Pacific/Pago_Pago', 'Europe/Berlin']

/** It passes every time: by turns alone and with the other tests of its file, in another order, time zone and seed. */
export const isStable: Filter = {
  name: 'stable',
  async judge(trials, proving) {
    const rejections = new Map<Trial, Rejection>()
    const rounds = Array.from({ length: proving.repeat }, (_, index) => index)
    // Rounds go on at once, and what failed in one is in none of the next.
    for (let from = 0; from < rounds.length; from += proving.benches.length) {
      const left = trials.filter((trial) => !rejections.has(trial))
      if (left.length === 0) break
      const now = rounds.slice(from, from + proving.benches.length)
      const results = await onBenches(now, proving, (round, place) => runTrials(left, mannerOf(round), place))
      for (const [index, runs] of results.entries()) {
        for (const [trial, run] of runs) {
          const rejection = judgeRound(run, now[index] ?? 0, proving)
          if (rejection && !rejections.has(trial)) rejections.set(trial, rejection)
        }
      }
    }
    return rejections
  },
}

function mannerOf(round: number): Manner {
  const seed = 1 + round * 7919
  const environment = { TZ: zones[round % zones.length] ?? 'UTC', PYTHONHASHSEED: String(seed) }
  return { form: round % 2 === 0 ? 'whole' : 'alone', shuffle: seed, environment }
}

function judgeRound(run: TrialRun, round: number, { repeat }: Proving): Rejection | null {
  if (run.left.length > 0) return leftSomething(run.left)
  const { form, environment } = mannerOf(round)
  const how = `${form === 'alone' ? 'alone' : 'with the other tests of its file in another order'}, TZ=${environment?.TZ ?? ''}`
  const failed = run.tests.find(({ status }) => status === 'failed')
  if (failed) {
    return rejected(
      'stable',
      `It does not pass every time: it passed, and failed in run ${round + 1} of ${repeat} (${how}): ${headline(failed.failure)}`,
      `The test passed, and then failed (${how}):\n${headline(failed.failure)}\nIt must not depend on chance, time, the order of tests or what others leave behind.`,
    )
  }
  if (run.tests.length > 0) return null
  const why = run.isOver ? 'it did not end' : `it was not executed: ${run.reason.slice(0, 300)}`
  return rejected('stable', `It does not pass every time: in run ${round + 1} of ${repeat} (${how}) ${why}`)
}
