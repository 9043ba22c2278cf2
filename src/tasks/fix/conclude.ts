import { AppError } from '../../domain/errors.ts'
import { plural } from '../../domain/plural.ts'
import type { Coverage } from '../../domain/report.ts'
import type { FixResult } from '../../domain/result.ts'
import type { AppliedRun } from '../../workspace/transaction.ts'
import type { TaskContext, TaskResult } from '../task.ts'
import type { Workbench } from '../verify/workbench.ts'
import type { CopyState } from './copy-state.ts'
import type { Found } from './found.ts'
import type { FixRequest } from './fix.ts'
import { isStaged } from './is-staged.ts'
import { tellTargets } from './tell-target.ts'

/** The copy after something was kept, and what that was, in the words of a commit. */
export interface Step {
  snapshot: string
  subject: string
}

interface Concluding {
  request: FixRequest
  context: TaskContext
  bench: Workbench
  /** What linters say of what was kept, where they were asked. */
  state?: CopyState
}

interface Done extends Pick<Found, 'targets' | 'passedOver' | 'isPartial'> {
  start: string
  steps: readonly Step[]
  /** What a review has seen of the change; empty where there was none. */
  coverage: Coverage
}

export const noCoverage: Coverage = { changedLines: 0, seenLines: 0, files: [] }

/** Applies what was kept, and says of every target what became of it. */
export async function conclude(place: Concluding, done: Done): Promise<TaskResult> {
  const { request, context, bench } = place
  const last = done.steps.at(-1)?.snapshot ?? done.start
  await bench.transaction.restore(last)
  const changes = await bench.transaction.changes()
  request.keepPatch?.(changes.patch)
  const willApply = request.apply && changes.files.length > 0
  const told = tellTargets(done, (willApply && place.state) || null)
  // Interrupted before this line, nothing has happened; after it, everything.
  context.signal.throwIfAborted()
  const applied = willApply ? await applySteps(done.steps, place) : []
  const isUnfinished = done.isPartial || told.some(({ why }) => why === 'budget')
  const result: FixResult = { task: 'fix', targets: told.map(({ entry }) => entry), files: [...changes.files], applied }
  return {
    summary: summaryOf(result, request),
    findings: told.flatMap(({ remaining }) => remaining ?? []),
    patch: changes.patch.toString('utf8'),
    completeness: isUnfinished ? 'partial' : 'complete',
    coverage: done.coverage,
    result,
  }
}

/** All of them in one transaction, or one after the other where each gets its commit. */
async function applySteps(steps: readonly Step[], { request, bench: { transaction }, context }: Concluding): Promise<FixResult['applied']> {
  if (request.commit !== 'each') {
    const applied = await applyNow(transaction, context)
    for (const file of applied.files) tellLeft(file, context)
    const commit = request.commit === 'all' ? await commitOf(applied, allSubject(steps), context) : null
    return [{ id: applied.id, commit }]
  }
  const done: FixResult['applied'] = []
  for (const { snapshot, subject } of steps) {
    await transaction.restore(snapshot)
    const applied = await applyNow(transaction, context)
    if (applied.files.length > 0) done.push({ id: applied.id, commit: await commitOf(applied, subject, context) })
  }
  return done
}

/** Told at once, so that whoever interrupts what follows knows that something has happened. */
async function applyNow(transaction: Workbench['transaction'], { emit }: TaskContext): Promise<AppliedRun> {
  const applied = await transaction.apply()
  if (applied.files.length > 0) emit({ type: 'change-apply', files: applied.files.length })
  return applied
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

function allSubject([only, ...more]: readonly Step[]): string {
  return only && more.length === 0 ? only.subject : 'repair what linters report'
}

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

function summaryOf({ targets, applied }: FixResult, request: FixRequest): string {
  if (targets.length === 0) return 'there is nothing to repair'
  const fixed = targets.filter(({ outcome }) => outcome === 'fixed').length
  const left = targets.length - fixed
  const what = `${fixed} of ${plural(targets.length, 'problem')} ${request.apply ? 'repaired' : 'would be repaired'}${left > 0 ? `, ${left} left` : ''}`
  return applied.length === 0 ? what : `${what}; ${wayBack(applied, request)}`
}

/** How to take it back. A commit stays whatever is taken back in the files. */
function wayBack(applied: FixResult['applied'], request: FixRequest): string {
  if (isStaged(request)) return 'the repairs are staged'
  const commits = applied.flatMap(({ commit }) => commit ?? [])
  const [only = '', ...more] = commits.map((commit) => commit.slice(0, 10))
  if (commits.length === applied.length)
    return more.length === 0
      ? `committed as ${only}, \`git revert ${only}\` takes it back`
      : `${commits.length} commits, \`git revert HEAD~${commits.length}..HEAD\` takes them back`
  if (applied.length === 1) return '`agent undo` takes it back'
  return `applied in ${applied.length} steps, and \`agent undo\` takes back the last one, and each time the one before`
}
