import { type MutateResult, tallyMutants, type TriedMutant } from '../../domain/mutation.ts'
import { plural } from '../../domain/plural.ts'
import type { Selector } from '../../domain/selector.ts'
import { executedTests } from '../../test-runners/run-tests.ts'
import type { Mutant } from '../../mutators/mutate-text.ts'
import type { Task, TaskContext, TaskResult } from '../task.ts'
import { openWorkbench, type Workbench } from '../verify/workbench.ts'
import { type MutatedFile, planMutants, sampleMutants } from './plan-mutants.ts'
import { survivors } from './survivors.ts'
import { type Guard, guardOf, tryMutant, unusable } from './try-mutant.ts'

export interface MutateRequest {
  /** The lines of a change, or whole files. */
  scope: { kind: 'change'; selector: Selector; paths: readonly string[] } | { kind: 'paths'; covers(path: string): boolean }
  isExcluded(path: string): boolean
  /** Mutants that are tried; of more, a sample that is spread evenly. */
  most: number
  /** Copies on which defects are tried at once. */
  jobs: number
  /** Milliseconds that one command may take. */
  commandTimeout: number
  /** The project's own test command, for code whose tests no adapter finds. */
  testCommand: string | null
  /** Handed the text of each file that was mutated, for a report that shows it. */
  keepSource?(path: string, file: { language: string; source: string }): void
}

/** Plants small defects on a copy, one at a time, and says which of them no test notices. */
export const mutate: Task<MutateRequest> = {
  name: 'mutate',
  summary: 'Say which changed lines no test guards.',

  async run(request, context) {
    const bench = await openBench(request, context)
    try {
      const planned = await planMutants(request, await bench.project(), context)
      const { files, leftOut } = sampleMutants(planned, request.most)
      if (leftOut > 0) context.notice(tooMany(request.most, leftOut))
      for (const { path, language, text } of files) request.keepSource?.(path, { language, source: text })
      return conclude(await tryAll(files, { request, context, bench }), files)
    } finally {
      await bench.close()
    }
  },
}

function openBench({ scope }: MutateRequest, { workshop, workspace, signal }: TaskContext): Promise<Workbench> {
  const from = scope.kind === 'change' && scope.selector.kind === 'staged' ? 'index' : 'working'
  return openWorkbench({ workshop, userRoot: workspace.root, signal, from })
}

interface Trying {
  request: MutateRequest
  context: TaskContext
  bench: Workbench
}

interface Tried {
  mutants: readonly TriedMutant[]
  tests: number
}

interface Trial {
  file: MutatedFile
  mutant: Mutant
  /** Null: no test belongs to the file; a sentence: why its tests cannot judge. */
  guard: Guard | string | null
}

async function tryAll(files: readonly MutatedFile[], trying: Trying): Promise<Tried> {
  const trials: Trial[] = []
  let tests = 0
  for (const file of files) {
    const guard = await guardFor(file, trying)
    if (typeof guard === 'object' && guard !== null) tests += executedTests(guard.before).length
    trials.push(...file.mutants.map((mutant) => ({ file, mutant, guard })))
  }
  trying.context.emit({ type: 'plan-ready', units: trials.length, cached: 0 })
  return { mutants: await onBenches(trials, trying), tests }
}

/** The tests of a file; null where it has none, and a sentence where they cannot judge. */
async function guardFor({ path }: MutatedFile, { request, context, bench }: Trying): Promise<Guard | string | null> {
  const over = context.budget.exhausted()
  if (over !== null) return over
  const guard = await guardOf(path, { request, bench, signal: context.signal })
  const problem = guard && unusable(guard)
  if (problem === null) return guard
  context.notice({
    code: 'TESTS_UNUSABLE',
    message: `The tests of ${path} cannot judge a defect: ${problem}`,
    hint: 'Make them pass first.',
  })
  return problem
}

/** Each bench has a copy of its own, so that one defect is never in another's way. */
async function onBenches(trials: readonly Trial[], trying: Trying): Promise<TriedMutant[]> {
  const results: TriedMutant[] = []
  const queue = trials.entries()
  const work = async (bench: Workbench) => {
    for (const [index, trial] of queue) results[index] = await tryOne(trial, { ...trying, bench })
  }
  const runnable = trials.filter(({ guard }) => typeof guard === 'object' && guard !== null).length
  const others = Array.from({ length: Math.min(trying.request.jobs, runnable) - 1 }, () => withBench(trying, work))
  await Promise.all([work(trying.bench), ...others])
  return results
}

async function withBench({ request, context }: Trying, work: (bench: Workbench) => Promise<void>): Promise<void> {
  const bench = await openBench(request, context)
  try {
    await work(bench)
  } finally {
    await bench.close()
  }
}

async function tryOne({ file, mutant, guard }: Trial, { request, context, bench }: Trying): Promise<TriedMutant> {
  context.signal.throwIfAborted()
  const startedAt = performance.now()
  const over = typeof guard === 'string' ? guard : context.budget.exhausted()
  if (over !== null) return told(file, mutant, { status: 'Pending', killedBy: [], reason: over })
  if (guard === null || typeof guard === 'string')
    return told(file, mutant, { status: 'NoCoverage', killedBy: [], reason: 'No test belongs to this file.' })
  const unit = `${file.path}:${mutant.start.line} ${mutant.mutator}`
  context.emit({ type: 'unit-start', unit, path: file.path })
  const verdict = await tryMutant(file, mutant, { guard, request, bench, signal: context.signal })
  context.emit({ type: 'unit-end', unit, path: file.path, outcome: 'answered', outputTokens: 0, durationMs: performance.now() - startedAt })
  return told(file, mutant, verdict)
}

function told({ path, text }: MutatedFile, mutant: Mutant, verdict: Pick<TriedMutant, 'status' | 'killedBy' | 'reason'>): TriedMutant {
  const { mutator, start, end, startIndex, endIndex, text: replacement } = mutant
  return { path, mutator, start, end, original: text.slice(startIndex, endIndex), replacement, ...verdict }
}

function conclude({ mutants, tests }: Tried, files: readonly MutatedFile[]): TaskResult {
  const result: MutateResult = { task: 'mutate', mutants: [...mutants], tests, ...tallyMutants(mutants) }
  return {
    summary: summaryOf(result),
    findings: survivors(mutants, new Map(files.map(({ path, text }) => [path, text.split('\n')]))),
    patch: '',
    completeness: result.counts.pending > 0 ? 'partial' : 'complete',
    coverage: { changedLines: 0, seenLines: 0, files: [] },
    result,
  }
}

function summaryOf({ mutants, counts, score }: MutateResult): string {
  if (mutants.length === 0) return 'there is nothing that could be broken'
  if (score === null) return `none of ${plural(mutants.length, 'defect')} could be tried`
  const missed = counts.survived + counts.noCoverage
  return `tests notice ${counts.killed} of ${plural(counts.killed + missed, 'defect')} (${score} %)`
}

const tooMany = (most: number, leftOut: number) => ({
  code: 'MUTANTS_LEFT_OUT',
  message: `${plural(leftOut, 'mutant')} beyond the limit of ${most} ${leftOut === 1 ? 'was' : 'were'} not tried.`,
  hint: 'Try them with --max-mutants, or name fewer files.',
})
