import type { Coverage } from '../../test-runners/coverage/coverage.ts'
import { testRunners } from '../../test-runners/registry.ts'
import type { ExecutedTest, TestOutcome, TestRequest } from '../../test-runners/test-runner.ts'
import type { Workbench } from '../verify/workbench.ts'
import { type Planted, plantIn } from './plant.ts'
import type { Proving } from './prove.ts'
import type { ProvingPlace } from './proving.ts'
import { slotFor } from './prove-slot.ts'
import { watchTree } from './prove-tree.ts'
import { isOwnTest, type Trial } from './trial.ts'

/** How the tests of one candidate went. */
export interface TrialRun {
  /** Of its own tests, those that were executed. */
  tests: readonly ExecutedTest[]
  /** Why they were not; empty where nothing is known. */
  reason: string
  /** It was stopped because it did not end. */
  isOver: boolean
  /** What the run left in the tree, each with what was done to it. */
  left: readonly string[]
  coverage: Coverage | null
}

export interface Manner extends Pick<TestRequest, 'measures' | 'shuffle' | 'environment'> {
  /** With its file's other tests, or without. */
  form: 'alone' | 'whole'
  /** Only the test of this full name, by the runner's own means; for one trial. */
  name?: string
  /** A defect that is there while it runs. */
  planted?: Planted
  /** Whether what is left in the tree is of interest. */
  watches?: boolean
}

/** Runs the tests of many candidates in as few starts of their runners as can be, on one copy, which is afterwards what it was. */
export async function runTrials(
  trials: readonly Trial[],
  manner: Manner,
  { bench, ...proving }: Omit<Proving, 'benches'> & { bench: Workbench },
): Promise<ReadonlyMap<Trial, TrialRun>> {
  const results = new Map<Trial, TrialRun>()
  const pending = waves(trials)
  for (let wave = pending.shift(); wave; wave = pending.shift()) {
    proving.signal.throwIfAborted()
    const runs = await runWave(wave, manner, { ...proving, bench })
    // Who broke it, or left something, is found out by halves.
    if (runs === null) pending.unshift(...halves(wave))
    else for (const [index, trial] of wave.entries()) results.set(trial, runs[index] ?? nothing)
  }
  return results
}

const nothing: TrialRun = { tests: [], reason: '', isOver: false, left: [], coverage: null }

/** Candidates that can be run by one start: the same runner in the same folder, each in a file of its own. */
function waves(trials: readonly Trial[]): Trial[][] {
  const byUse = Map.groupBy(trials, ({ candidate: { placement } }) => `${placement.use.runner}\0${placement.use.directory}`)
  return [...byUse.values()].flatMap((group) => {
    const result: Trial[][] = []
    for (const trial of group) {
      const { path } = trial.candidate.placement
      const hasRoom = (wave: Trial[]) =>
        slotFor(trial.candidate.placement, 0) !== null || !wave.some(({ candidate }) => candidate.placement.path === path)
      const wave = result.find(hasRoom)
      if (wave) wave.push(trial)
      else result.push([trial])
    }
    return result
  })
}

function halves<Item>(items: readonly Item[]): Item[][] {
  const middle = Math.ceil(items.length / 2)
  return [items.slice(0, middle), items.slice(middle)].filter(({ length }) => length > 0)
}

/** Null: nothing can be said of any one of them. */
async function runWave(
  wave: readonly Trial[],
  { form, planted, watches = true, ...manner }: Manner,
  { bench, commandTimeout, signal, baseline }: Omit<Proving, 'benches'> & { bench: Workbench },
): Promise<readonly TrialRun[] | null> {
  const [first] = wave
  const runner = testRunners.find(({ name }) => name === first?.candidate.placement.use.runner)
  if (!first || !runner) return wave.map(() => ({ ...nothing, reason: 'No runner is known for it.' }))
  const slots = slotsOf(wave)
  const textOf = (trial: Trial, slot: string) => {
    const text = form === 'alone' ? trial.alone : trial.candidate.text
    // Unit tests of Rust stand in the file that is broken.
    return planted?.path === slot ? plantIn(text, planted) : text
  }
  const files = new Map(wave.map((trial, index) => [slots[index] ?? '', textOf(trial, slots[index] ?? '')]))
  const broken: [string, string][] = planted ? [[planted.path, plantIn(planted.text, planted)]] : []
  const timeout = Math.min(commandTimeout, patience(wave.length, baseline.durationMs))
  const startedAt = performance.now()
  const watch = { files: new Map([...broken, ...files]), watches, usual: baseline.leaves }
  const { result: outcome, left } = await watchTree(bench.transaction, watch, async () => {
    const project = await bench.project()
    const readText = (path: string) => project.read(path)
    return runner.test(first.candidate.placement.use, { ...manner, files: slots, readText, run: bench.run, timeout, signal })
  })
  const isOver = outcome.status === 'failed' && performance.now() - startedAt >= timeout
  if (wave.length > 1 && (left.length > 0 || isUnclear(outcome))) return null
  return wave.map((trial, index) => ({ ...runOf(trial, slots[index] ?? '', outcome), isOver, left }))
}

/** Alone, a candidate is where it would be kept. */
export function slotsOf(wave: readonly Trial[]): string[] {
  const { length } = wave
  return wave.map(({ candidate: { placement } }, index) => (length === 1 ? placement.path : (slotFor(placement, index) ?? placement.path)))
}

/** A longer time than any test is worth; what never ends has to be found out among others. */
const patience = (count: number, suiteDuration: number) => 15_000 + 2 * suiteDuration + 500 * count

const isUnclear = (outcome: TestOutcome) =>
  outcome.status === 'failed' || (outcome.status === 'ran' && outcome.broken.some(({ file }) => file === null))

function runOf(trial: Trial, slot: string, outcome: TestOutcome): Omit<TrialRun, 'isOver' | 'left'> {
  if (outcome.status !== 'ran') return { tests: [], reason: outcome.reason, coverage: null }
  const tests = outcome.tests.filter((test) => (test.file === slot || test.file === null) && isOwnTest(trial, test))
  const broken = outcome.broken.filter(({ file }) => file === slot || file === null)
  return { tests, reason: broken.map(({ reason }) => reason).join('\n'), coverage: outcome.coverage ?? null }
}

/** Does independent pieces of work, as many at once as there are copies; results in their order. */
export async function onBenches<Item, Result, Place extends ProvingPlace>(
  items: readonly Item[],
  { benches, ...place }: Place,
  work: (item: Item, place: Omit<Place, 'benches'> & { bench: Workbench }) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const queue = items.entries()
  const drain = async (bench: Workbench) => {
    for (const [index, item] of queue) results[index] = await work(item, { ...place, bench })
  }
  await Promise.all(benches.slice(0, Math.max(1, items.length)).map(drain))
  return results
}
