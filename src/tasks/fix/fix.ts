import type { Baseline } from '../../domain/baseline.ts'
import type { Selector } from '../../domain/selector.ts'
import { linters as allLinters } from '../../linters/registry.ts'
import type { Task, TaskContext } from '../task.ts'
import { openWorkbench, type Workbench } from '../verify/workbench.ts'
import type { ReviewRequest } from '../review/review.ts'
import { conclude, noCoverage, type Step } from './conclude.ts'
import type { CopyState } from './copy-state.ts'
import { findTargets } from './find-targets.ts'
import type { PassedOver } from './found.ts'
import { askModel } from './ask-model.ts'
import { isStaged } from './is-staged.ts'
import { nativeFixes } from './native-fixes.ts'
import { readReported, type Reported } from './reported.ts'
import type { ReportedProblem } from './reported-problem.ts'
import { takenBack } from './taken-back.ts'
import type { TargetFilter } from './target.ts'
import type { Workplace } from './workplace.ts'

export interface FixRequest {
  /** Where problems are looked for: the lines of a change, whole files, a report, or a review of a change that is made first. */
  scope:
    | { kind: 'change'; selector: Selector; paths: readonly string[] }
    | { kind: 'paths'; covers(path: string): boolean }
    | { kind: 'report'; problems: readonly ReportedProblem[] }
    /** `baseline`: findings that are accepted. */
    | { kind: 'review'; request: ReviewRequest; baseline: Baseline | null }
  filter: TargetFilter
  isExcluded(path: string): boolean
  /** Linters that say what is broken: their names, or all that the project uses. */
  linters: 'auto' | readonly string[]
  /** How often the model may try to repair one group. */
  attempts: number
  /** `none`: only what linters repair themselves. */
  model: 'none' | 'wanted'
  /** False: the patch is the result, and the tree stays as it is. */
  apply: boolean
  /** Handed the patch as bytes: a report's text of it is not exact where a file is not UTF-8. */
  keepPatch?(patch: Uint8Array): void
  /** Commits what was applied: at once, or a commit for each group. */
  commit: 'none' | 'all' | 'each'
  /** Milliseconds that one command may take. */
  commandTimeout: number
  /** The project's own test command, for code whose tests no adapter finds. */
  testCommand: string | null
}

/** Repairs what linters report, on a copy: a repair is kept only where the problem is gone and nothing is worse. */
export const fix: Task<FixRequest> = {
  name: 'fix',
  summary: 'Repair what linters, type checkers and reviews report; verified, or not kept.',

  async run(request, context) {
    // Not the budget's signal: what was kept before the deadline is applied after it.
    const bench = await openWorkbench({
      workshop: context.workshop,
      userRoot: context.workspace.root,
      signal: context.signal,
      from: isStaged(request) ? 'index' : 'working',
    })
    try {
      return await repair(request, { context, bench })
    } finally {
      await bench.close()
    }
  },
}

async function repair(request: FixRequest, { context, bench }: { context: TaskContext; bench: Workbench }) {
  const linters = request.linters === 'auto' ? allLinters : allLinters.filter(({ name }) => request.linters.includes(name))
  const start = await bench.transaction.snapshot()
  const reported = await inTime(() => readReported(request, context), context)
  if (reported === null) return conclude({ request, context, bench }, { ...nothing, start, steps: [] })
  const seeking = { request, context, bench, linters, checks: reported.checks }
  context.emit({ type: 'stage-start', what: 'asking the linters' })
  const found = await takenBack(bench.transaction, () => inTime(() => findTargets(seeking, reported.problems), context))
  if (found === null) return conclude(seeking, { ...nothing, ...unasked(reported, context), start, steps: [] })
  const failed = tellFailures(found.state, { request, context })
  const place: Workplace = { ...seeking, state: found.state }
  const steps: Step[] = []
  context.emit({ type: 'stage-start', what: 'letting the linters repair' })
  await inTime(() => nativeFixes(place, found.targets), context)
  if (found.targets.some(({ outcome }) => outcome?.kind === 'fixed'))
    steps.push({ snapshot: await bench.transaction.snapshot(), subject: 'repair what linters repair themselves' })
  await askModel(place, found.targets, steps)
  const isPartial = found.isPartial || reported.isPartial || failed
  return conclude(place, { ...found, isPartial, coverage: reported.coverage, start, steps })
}

/** What was reported and not looked at any more, since the time was over. */
function unasked({ problems, coverage }: Reported, { budget }: TaskContext): { passedOver: PassedOver[]; coverage: Reported['coverage'] } {
  const reason = budget.exhausted() ?? 'the time was over'
  return { coverage, passedOver: problems.map((problem) => ({ ...problem, why: 'budget', reason })) }
}

/** A linter that could not look has found nothing, which is not the same as that there is nothing. */
function tellFailures({ failed }: CopyState, { request, context }: Pick<Workplace, 'request' | 'context'>): boolean {
  const { tools } = request.filter
  const missed = failed.filter(({ linter }) => tools.length === 0 || tools.includes(linter))
  for (const { linter, directory, reason } of missed)
    context.notice({
      code: 'LINTER_FAILED',
      message: `${directory === '.' ? linter : `${linter} in ${directory}`} could not look for problems: ${reason}`,
      hint: 'Repair its installation or configuration, or leave it out with --tool or fix.linters.',
    })
  return missed.length > 0
}

/** Where the time was over before anything was known. */
const nothing = { targets: [], passedOver: [], isPartial: true, coverage: noCoverage }

/** Null where the time was over first. */
async function inTime<Result>(work: () => Promise<Result>, { budget, signal }: TaskContext): Promise<Result | null> {
  try {
    return await work()
  } catch (error) {
    signal.throwIfAborted()
    if (budget.exhausted() === null) throw error
    return null
  }
}
