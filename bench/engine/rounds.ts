import { spreadOf } from '../../src/tasks/bench/spread.ts'
import type { Spread } from '../../src/tasks/bench/bench-report.ts'
import { withForeignLoad } from './processor-load.ts'

/** What one measurement has to reach: our figure divided by theirs. */
export interface Goal {
  title: string
  unit: 'tokens/s' | 'ms' | 'MB' | 'decodes/token'
  /** Null: told, and nothing promised. */
  atLeast?: number
  atMost?: number
}

export interface Measured extends Goal {
  threads: number
  against: string
  ours: Spread | null
  theirs: Spread | null
  ratio: Spread | null
  rounds: number
  /** In which other programs took little of the processor. */
  quiet: number
  isMet: boolean | null
}

/** By title of the goal: our number and the one it is compared with, taken in the same round. */
export type Pairs = Readonly<Record<string, { ours: number; theirs: number } | null>>

interface Round {
  pairs: Pairs
  foreign: number | null
}

export interface RoundOptions {
  wanted: number
  /** When no further round is begun, by `performance.now()`; `fewest` are made whatever time it is. */
  until: number
  fewest: number
  say(text: string): void
}

/** Other programs with more of the processor than this make a round a loud one, which is made again while there is time. */
const mostForeign = 0.08

/** Makes rounds until enough of them were quiet, or time is up. */
export async function makeRounds(
  measure: (round: number) => Promise<Pairs>,
  { wanted, until, fewest, say }: RoundOptions,
): Promise<Round[]> {
  const rounds: Round[] = []
  const quietOnes = () => rounds.filter(isQuiet).length
  while (quietOnes() < wanted && (rounds.length < fewest || performance.now() < until) && rounds.length < wanted * 3) {
    const { value, foreign } = await withForeignLoad(() => measure(rounds.length))
    rounds.push({ pairs: value, foreign })
    say(`round ${rounds.length}${foreign === null ? '' : `, other programs took ${Math.round(foreign * 100)} % of the processor`}`)
  }
  return rounds
}

/** The figures of a goal: of quiet rounds where there are enough, otherwise of all. */
export function measured(goal: Goal, rounds: readonly Round[], { threads, against }: { threads: number; against: string }): Measured {
  const having = rounds.filter(({ pairs }) => pairs[goal.title] != null)
  const quiet = having.filter(isQuiet)
  const used = quiet.length >= 3 || quiet.length === having.length ? quiet : having
  const pairs = used.flatMap(({ pairs }) => pairs[goal.title] ?? [])
  const ratio = spreadOf(pairs.map(({ ours, theirs }) => ours / theirs))
  return {
    ...goal,
    threads,
    against,
    ours: spreadOf(pairs.map(({ ours }) => ours)),
    theirs: spreadOf(pairs.map(({ theirs }) => theirs)),
    ratio,
    rounds: used.length,
    quiet: quiet.length,
    isMet: ratio === null || (goal.atLeast ?? goal.atMost) === undefined ? null : meets(ratio.p50, goal),
  }
}

const meets = (ratio: number, { atLeast, atMost }: Goal) =>
  (atLeast === undefined || ratio >= atLeast) && (atMost === undefined || ratio <= atMost)

const isQuiet = ({ foreign }: Round) => foreign === null || foreign <= mostForeign
