import type { TriedMutant } from '../../domain/mutation.ts'
import type { Mutant } from '../../mutators/mutate-text.ts'
import { executedTests } from '../../test-runners/run-tests.ts'
import type { TaskContext } from '../task.ts'
import { openWorkbench, type Workbench } from '../verify/workbench.ts'
import { type Guard, guardOf, unusable } from './guard.ts'
import type { MutateRequest } from './mutate.ts'
import { cannotJudge, leftUntried, looksElsewhere, unsteadyTests } from './notices.ts'
import type { MutatedFile } from './plan-mutants.ts'
import { isLookedAt, tryMutant, type Verdict } from './try-mutant.ts'

interface Trying {
  request: MutateRequest
  context: TaskContext
  bench: Workbench
}

export interface Tried {
  mutants: readonly TriedMutant[]
  tests: number
}

interface Trial {
  file: MutatedFile
  mutant: Mutant
  /** Null: no test belongs to the file; a sentence: why its tests cannot judge. */
  guard: Guard | string | null
}

export function openBench({ scope }: MutateRequest, { workshop, workspace, signal }: TaskContext): Promise<Workbench> {
  const from = scope.kind === 'change' && scope.selector.kind === 'staged' ? 'index' : 'working'
  return openWorkbench({ workshop, userRoot: workspace.root, signal, from })
}

/** Tries every mutant, and tells those that nobody had the time for. */
export async function tryAll(files: readonly MutatedFile[], trying: Trying): Promise<Tried> {
  const trials: Trial[] = []
  let tests = 0
  for (const file of files) {
    const guard = await guardFor(file, trying)
    if (typeof guard === 'object' && guard !== null) tests += executedTests(guard.before).length
    trials.push(...file.mutants.map((mutant) => ({ file, mutant, guard })))
  }
  const { context } = trying
  context.emit({ type: 'mutant-plan', mutants: trials.filter(isRunnable).length })
  const verdicts = await onBenches(trials, trying)
  await doubtSurvivors(trials, verdicts, trying)
  const mutants = trials.map(({ file, mutant }, index) => told(file, mutant, verdicts[index] ?? pending('It was not tried.')))
  const over = context.budget.exhausted()
  const untried = mutants.filter(({ status, reason }) => status === 'Pending' && reason === over).length
  if (over !== null && untried > 0) context.notice(leftUntried(untried, over))
  return { mutants, tests }
}

const isRunnable = ({ guard }: Trial) => typeof guard === 'object' && guard !== null

/** The tests of a file; null where it has none, and a sentence where they cannot judge. */
async function guardFor({ path }: MutatedFile, { request, context, bench }: Trying): Promise<Guard | string | null> {
  const over = context.budget.exhausted()
  if (over !== null) return over
  context.emit({ type: 'stage-start', what: `running the tests of ${path}` })
  const guard = await guardOf(path, { request, bench, signal: context.signal })
  if (guard === null) return null
  const problem = unusable(guard)
  if (problem === null) {
    if (guard.unsteady.length > 0) context.notice(unsteadyTests(path, guard.unsteady))
    return guard
  }
  const ran = guard.unsteady.length > 0 || executedTests(guard.before).length > 0
  context.notice(cannotJudge(path, problem, { ran, sandbox: (await bench.open()).kind }))
  return problem
}

/** Each bench has a copy of its own, so that one defect is never in another's way. */
async function onBenches(trials: readonly Trial[], trying: Trying): Promise<Verdict[]> {
  const results: Verdict[] = []
  const queue = trials.entries()
  const work = async (bench: Workbench) => {
    for (const [index, trial] of queue) results[index] = await tryOne(trial, { ...trying, bench })
  }
  const runnable = trials.filter(isRunnable).length
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

async function tryOne({ file, mutant, guard }: Trial, { request, context, bench }: Trying): Promise<Verdict> {
  context.signal.throwIfAborted()
  const startedAt = performance.now()
  const over = typeof guard === 'string' ? guard : context.budget.exhausted()
  if (over !== null) return pending(over)
  if (guard === null || typeof guard === 'string') return { status: 'NoCoverage', killedBy: [], reason: 'No test belongs to this file.' }
  const what = { path: file.path, line: mutant.start.line }
  context.emit({ type: 'mutant-start', ...what })
  const verdict = await tryMutant(file, mutant, { guard, request, bench, signal: context.signal })
  context.emit({ type: 'mutant-end', ...what, status: verdict.status, durationMs: performance.now() - startedAt })
  return verdict
}

/** Tests that noticed nothing at all in a file may be looking at another copy of it; then their silence says nothing. */
async function doubtSurvivors(trials: readonly Trial[], verdicts: Verdict[], { request, context, bench }: Trying): Promise<void> {
  const indexes = [...verdicts.keys()]
  for (const [file, own] of Map.groupBy(indexes, (index) => trials[index]?.file)) {
    const guard = trials[own[0] ?? 0]?.guard
    const survived = own.filter((index) => verdicts[index]?.status === 'Survived')
    const isSilent = own.every((index) => verdicts[index]?.status === 'Survived' || verdicts[index]?.status === 'Pending')
    if (file === undefined || typeof guard !== 'object' || guard === null || survived.length === 0 || !isSilent) continue
    if (await isLookedAt(file, { guard, request, bench, signal: context.signal })) continue
    const notice = looksElsewhere(file.path)
    context.notice(notice)
    for (const index of survived) verdicts[index] = pending(notice.message)
  }
}

export const pending = (reason: string): Verdict => ({ status: 'Pending', killedBy: [], reason })

export function told({ path, text }: MutatedFile, mutant: Mutant, verdict: Verdict): TriedMutant {
  const { mutator, start, end, startIndex, endIndex, text: replacement } = mutant
  return { path, mutator, start, end, original: text.slice(startIndex, endIndex), replacement, ...verdict }
}
