import { AppError } from '../../domain/errors.ts'
import type { DraftFinding } from '../../domain/finding.ts'
import { plural } from '../../domain/plural.ts'
import type { FixResult } from '../../domain/result.ts'
import type { AppliedRun } from '../../workspace/transaction.ts'
import type { TaskContext, TaskResult } from '../task.ts'
import { fromDiagnostic } from '../verify/failures.ts'
import type { Workbench } from '../verify/workbench.ts'
import type { Found } from './find-targets.ts'
import type { FixRequest } from './fix.ts'
import { isStaged } from './is-staged.ts'
import type { Target } from './target.ts'

/** The copy after something was kept, and what that was, in the words of a commit. */
export interface Step {
  snapshot: string
  subject: string
}

interface Concluding {
  request: FixRequest
  context: TaskContext
  bench: Workbench
}

interface Done extends Pick<Found, 'targets' | 'passedOver' | 'isPartial'> {
  start: string
  steps: readonly Step[]
}

/** Applies what was kept, and says of every target what became of it. */
export async function conclude(place: Concluding, done: Done): Promise<TaskResult> {
  const { request, context, bench } = place
  const last = done.steps.at(-1)?.snapshot ?? done.start
  await bench.transaction.restore(last)
  const changes = await bench.transaction.changes()
  request.keepPatch?.(changes.patch)
  const told = entriesOf(done)
  // Interrupted before this line, nothing has happened; after it, everything.
  context.signal.throwIfAborted()
  const applied = request.apply && changes.files.length > 0 ? await applySteps(done.steps, place) : []
  if (applied.length > 0) context.emit({ type: 'change-apply', files: changes.files.length })
  const isUnfinished = done.isPartial || told.some(({ why }) => why === 'budget')
  const result: FixResult = { task: 'fix', targets: told.map(({ entry }) => entry), files: [...changes.files], applied }
  return {
    summary: summaryOf(result, request),
    findings: told.flatMap(({ remaining }) => remaining ?? []),
    patch: changes.patch.toString('utf8'),
    completeness: isUnfinished ? 'partial' : 'complete',
    coverage: { changedLines: 0, seenLines: 0, files: [] },
    result,
  }
}

/** All of them in one transaction, or one after the other where each gets its commit. */
async function applySteps(steps: readonly Step[], { request, bench: { transaction }, context }: Concluding): Promise<FixResult['applied']> {
  if (request.commit !== 'each') {
    const applied = await transaction.apply()
    for (const file of applied.files) tellLeft(file, context)
    const commit = request.commit === 'all' ? await commitOf(applied, allSubject(steps), context) : null
    return [{ id: applied.id, commit }]
  }
  const done: FixResult['applied'] = []
  for (const { snapshot, subject } of steps) {
    await transaction.restore(snapshot)
    const applied = await transaction.apply()
    if (applied.files.length > 0) done.push({ id: applied.id, commit: await commitOf(applied, subject, context) })
  }
  return done
}

/** Where what is staged was repaired and the working file has changes in the same lines. */
function tellLeft({ path, patch }: AppliedRun['files'][number], { notice }: TaskContext): void {
  if (patch === undefined) return
  notice({
    code: 'WORKING_FILE_LEFT',
    message: `${path} is repaired in the index; the working file has changes in the same lines and was left alone.`,
    hint: `The repair is in ${patch}: apply it with \`git apply\` when the file is free.`,
  })
}

const allSubject = (steps: readonly Step[]) => (steps.length === 1 ? (steps[0]?.subject ?? '') : 'repair what linters report')

const maxSubject = 72

/** What was applied stays applied where it cannot be committed, and the report says so. */
async function commitOf(applied: Parameters<TaskContext['workshop']['commitRun']>[0], subject: string, context: TaskContext) {
  const message = `fix: ${subject}`
  try {
    return await context.workshop.commitRun(
      applied,
      message.length <= maxSubject ? message : `${message.slice(0, maxSubject - 1)}…`,
      context.signal,
    )
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    context.notice({ code: error.code, message: `The repair is applied, but not committed: ${error.message}`, hint: error.hint ?? '' })
    return null
  }
}

interface Told {
  entry: FixResult['targets'][number]
  /** What is left of it for somebody to solve; null where it is gone, or was not looked at. */
  remaining: DraftFinding | null
  why: 'budget' | 'gone' | 'other' | null
}

function entriesOf({ targets, passedOver }: Done): Told[] {
  const passed = passedOver.map(
    ({ told, reason, why }): Target => ({ told, evidence: '', current: null, outcome: { kind: 'not-attempted', reason, why } }),
  )
  return [...targets, ...passed].map((target) => tell(target))
}

function tell({ told, evidence, outcome }: Target): Told {
  const { tool, rule, severity, path, range, message } = told
  const about = { tool, rule, severity, path, line: range?.startLine ?? null, message }
  const known = outcome ?? { kind: 'not-attempted' as const, why: 'budget' as const, reason: 'the time was over' }
  switch (known.kind) {
    case 'fixed':
      return {
        entry: { ...about, outcome: 'fixed', by: known.by, attempts: known.attempts, gate: null, reason: '' },
        remaining: null,
        why: null,
      }
    case 'not-kept': {
      const { gate, reason, attempts } = known
      const entry = { ...about, outcome: 'not-kept' as const, by: null, attempts, gate, reason }
      return { entry, remaining: remainingOf(told, { evidence, reason }), why: null }
    }
    case 'not-attempted': {
      const { why, reason } = known
      const entry = { ...about, outcome: 'not-attempted' as const, by: null, attempts: 0, gate: null, reason }
      return { entry, remaining: why === 'other' ? remainingOf(told, { evidence, reason }) : null, why }
    }
  }
}

function remainingOf(told: Target['told'], { evidence, reason }: { evidence: string; reason: string }): DraftFinding {
  return { ...fromDiagnostic(told), evidence, proof: { kind: 'executed', detail: reason } }
}

function summaryOf({ targets, applied }: FixResult, request: FixRequest): string {
  if (targets.length === 0) return 'there is nothing to repair'
  const fixed = targets.filter(({ outcome }) => outcome === 'fixed').length
  const left = targets.length - fixed
  const what = `${fixed} of ${plural(targets.length, 'problem')} ${request.apply ? 'repaired' : 'would be repaired'}${left > 0 ? `, ${left} left` : ''}`
  if (applied.length === 0) return what
  return isStaged(request) ? `${what}; the repairs are staged` : `${what}; \`agent undo\` takes it back`
}
