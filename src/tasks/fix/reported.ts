import { applyBaseline } from '../../domain/baseline.ts'
import type { Change } from '../../domain/change.ts'
import { identify } from '../../domain/fingerprint.ts'
import type { Coverage } from '../../domain/report.ts'
import type { Selector } from '../../domain/selector.ts'
import { requireEngine } from '../require-engine.ts'
import type { TaskContext } from '../task.ts'
import type { CheckSetup } from './check-files.ts'
import { noCoverage } from './conclude.ts'
import type { FixRequest } from './fix.ts'
import { problemsOf, type ReportedProblem } from './reported-problem.ts'

/** What a report tells, or a review that is made now; nothing where linters are asked about files or a change. */
export interface Reported {
  problems: readonly ReportedProblem[]
  /** Which checks have to say that their problems are gone. */
  checks: CheckSetup
  coverage: Coverage
  isPartial: boolean
}

/** What is to be repaired besides what linters say. A review is a part of this run: its engine, its cache, its limits, its usage. */
export async function readReported({ scope }: FixRequest, context: TaskContext): Promise<Reported> {
  switch (scope.kind) {
    case 'paths':
    case 'change':
      return { ...noReport, checks: checksOf([], async () => null) }
    case 'report':
      return { ...noReport, problems: scope.problems, checks: checksOf(scope.problems, async () => null) }
    case 'review':
      return reviewNow(scope, context)
  }
}

const noReport = { problems: [], coverage: noCoverage, isPartial: false }

async function reviewNow({ request, baseline }: Extract<FixRequest['scope'], { kind: 'review' }>, context: TaskContext): Promise<Reported> {
  // Throws: without a model this would be the checks alone, and look like a review.
  if (context.engine === null) await requireEngine(context)
  context.emit({ type: 'stage-start', what: 'reviewing' })
  const { review } = await import('../review/review.ts')
  const { findings, completeness, coverage } = await review.run(request, context)
  const problems = problemsOf(applyBaseline(identify(findings), baseline))
  return { problems, coverage, isPartial: completeness === 'partial', checks: checksOf(problems, oldReader(request, context)) }
}

function checksOf(problems: readonly ReportedProblem[], readOld: CheckSetup['readOld']): CheckSetup {
  const names = problems.flatMap(({ finding }) => (finding?.source.kind === 'check' ? finding.source.rule : []))
  return { names: new Set(names), readOld }
}

/** The files as they were before the change that is reviewed; what it is, is only asked for where a check wants it. */
function oldReader(
  { selector, paths }: { selector: Selector; paths: readonly string[] },
  { workspace, signal }: TaskContext,
): CheckSetup['readOld'] {
  let old: Promise<Change> | undefined
  return async (path) => {
    old ??= workspace.readChange(selector, { paths, contextLines: 0, signal })
    const change = await old
    const before = change.files.find((file) => file.path === path)?.oldPath ?? path
    return (await workspace.readFile(change.old, before).catch(() => null))?.toString('utf8') ?? null
  }
}
