import { AppError } from '../../domain/errors.ts'
import type { GenerateTestsResult } from '../../domain/generated-tests.ts'
import { plural } from '../../domain/plural.ts'
import type { AppliedRun } from '../../workspace/transaction.ts'
import type { TaskContext, TaskResult } from '../task.ts'
import type { Workbench } from '../verify/workbench.ts'
import { findingsOf } from './findings.ts'
import type { GenerateTestsRequest } from './generate-tests.ts'
import { nothingToTest, reportedResult } from './result.ts'
import type { Workplace } from './workplace.ts'

interface Concluding {
  request: GenerateTestsRequest
  context: TaskContext
  bench: Workbench
}

/** Applies the tests that were kept, all or none, and says of every target what became of it. `place`: null where there was none. */
export async function conclude(place: Workplace | null, concluding: Concluding): Promise<TaskResult> {
  const { request, context, bench } = concluding
  const reported = place === null ? nothingToTest : reportedResult(place)
  const findings = place === null ? [] : await findingsOf(place)
  const { files, patch } = place === null || place.kept.length === 0 ? unchanged : await bench.transaction.changes()
  request.keepPatch?.(patch)
  // Interrupted before this line, nothing has happened; after it, everything.
  context.signal.throwIfAborted()
  const applied = request.apply && files.length > 0 ? await applyKept(place, concluding) : null
  const kinds = files.flatMap(({ path, kind }) => (kind === 'deleted' ? [] : [{ path, kind }]))
  const result: GenerateTestsResult = { ...reported, files: kinds, applied }
  return {
    summary: summaryOf(result, request),
    findings,
    patch: Buffer.from(patch).toString('utf8'),
    completeness: (place?.unfinished ?? null) === null ? 'complete' : 'partial',
    coverage: { changedLines: 0, seenLines: 0, files: [] },
    result,
  }
}

const unchanged = { files: [], patch: Buffer.alloc(0) }

async function applyKept(place: Workplace | null, { request, context, bench }: Concluding): Promise<GenerateTestsResult['applied']> {
  const applied = await bench.transaction.apply()
  // Told at once, so that whoever interrupts what follows knows that something has happened.
  context.emit({ type: 'change-apply', files: applied.files.length })
  for (const { path, patch } of applied.files)
    if (patch !== undefined)
      context.notice({
        code: 'WORKING_FILE_LEFT',
        message: `${path} has its new tests in the index; the working file has changes in the same lines and was left alone.`,
        hint: `They are in ${patch}: apply it with \`git apply\` when the file is free.`,
      })
  return { id: applied.id, commit: request.commit ? await commitOf(applied, place, context) : null }
}

const maxSubject = 72

/** What was applied stays applied where it cannot be committed, and the report says so. */
async function commitOf(applied: AppliedRun, place: Workplace | null, context: TaskContext): Promise<string | null> {
  const names = [...new Set(place?.kept.map(({ candidate }) => candidate.target.name))]
  const whole = `test: cover ${names.join(', ')}`
  const message =
    whole.length <= maxSubject ? whole : `test: add ${plural(place?.kept.length ?? 0, 'test')} for ${plural(names.length, 'function')}`
  try {
    return await context.workshop.commitRun(applied, message, context.signal)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    context.notice({ code: error.code, message: `The tests are applied, but not committed: ${error.message}`, hint: error.hint ?? '' })
    return null
  }
}

function summaryOf({ targets, candidates, score, applied }: GenerateTestsResult, { apply, scope }: GenerateTestsRequest): string {
  if (targets.length === 0) return 'there is no function here to write a test for'
  const kept = candidates.filter(({ outcome }) => outcome === 'kept').length
  if (kept === 0 && candidates.length === 0 && targets.every(({ outcome }) => outcome === 'not-attempted')) return 'no test was written'
  const better = targets.filter(({ outcome }) => outcome === 'improved').length
  const what = `${plural(kept, 'test')} ${apply ? 'kept' : 'would be kept'} of ${candidates.length} written, for ${better} of ${plural(targets.length, 'function')}`
  const noticed =
    score.before !== null && score.after !== null && score.after !== score.before
      ? `; defects noticed: ${score.before} % → ${score.after} %`
      : ''
  return `${what}${noticed}${applied === null ? '' : `; ${wayBack(applied, scope)}`}`
}

function wayBack({ commit }: NonNullable<GenerateTestsResult['applied']>, scope: GenerateTestsRequest['scope']): string {
  if (scope.kind === 'change' && scope.selector.kind === 'staged') return 'they are staged'
  if (commit === null) return '`agent undo` takes it back'
  return `committed as ${commit.slice(0, 10)}, \`git revert ${commit.slice(0, 10)}\` takes it back`
}
