import type { Mutant } from '../../mutators/mutate-text.ts'
import { onBenches, runTrials, type TrialRun } from './prove-batch.ts'
import type { Proving } from './prove.ts'
import type { Trial } from './trial.ts'

/** Beyond that many, a sample that is spread evenly. */
const maxMutants = 40

interface Round {
  id: string
  mutant: Mutant
  path: string
  text: string
  trials: readonly Trial[]
}

interface Killing extends Proving {
  /** Whether nothing more needs to be known about a trial that has noticed these. */
  isEnough(killed: readonly string[]): boolean
}

/** Which defects each candidate notices: one at a time is planted, and all tests that it concerns are run at once. */
export async function killsAmong(
  trials: readonly Trial[],
  mutantsFor: (trial: Trial) => readonly (readonly [id: string, mutant: Mutant])[],
  { isEnough, ...proving }: Killing,
): Promise<ReadonlyMap<Trial, readonly string[]>> {
  const kills = new Map<Trial, string[]>(trials.map((trial) => [trial, []]))
  const rounds = await planRounds(trials, mutantsFor, proving)
  await onBenches(rounds, proving, async ({ id, mutant, path, text, trials: concerned }, place) => {
    const open = concerned.filter((trial) => !isEnough(kills.get(trial) ?? []))
    if (open.length === 0 || place.exhausted() !== null) return
    const runs = await runTrials(open, { form: 'alone', planted: { path, text, mutant }, watches: false }, place)
    for (const [trial, run] of runs) if (hasNoticed(trial, run)) kills.get(trial)?.push(id)
  })
  return kills
}

async function planRounds(
  trials: readonly Trial[],
  mutantsFor: (trial: Trial) => readonly (readonly [string, Mutant])[],
  { benches: [bench] }: Proving,
): Promise<Round[]> {
  const rounds = new Map<string, Round & { trials: Trial[] }>()
  const project = await bench.project()
  for (const trial of trials) {
    const { path } = trial.candidate.target
    const text = await project.read(path)
    if (text === null) continue
    for (const [id, mutant] of spread(mutantsFor(trial), maxMutants)) {
      const round = rounds.get(id) ?? { id, mutant, path, text, trials: [] }
      round.trials.push(trial)
      rounds.set(id, round)
    }
  }
  return [...rounds.values()]
}

/** At most so many, evenly over all. */
export function spread<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items
  return items.filter((_, index) => Math.floor(((index + 1) * most) / items.length) > Math.floor((index * most) / items.length))
}

/** These build before they run, so that what cannot be run was no program. */
const compiled: ReadonlySet<string> = new Set(['go-test', 'cargo-test', 'maven', 'gradle'])

function hasNoticed({ candidate, names }: Trial, { tests, isOver }: TrialRun): boolean {
  if (isOver || tests.some(({ status }) => status === 'failed')) return true
  if (compiled.has(candidate.placement.use.runner)) return false
  // A test that cannot even be loaded any more notices it, too.
  return names.some((name) => !tests.some((test) => test.name === name))
}
