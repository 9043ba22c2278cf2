import { AppError } from '../../domain/errors.ts'
import { plural } from '../../domain/plural.ts'
import type { RunResult, Verification } from '../../domain/result.ts'
import type { AppliedRun } from '../../workspace/transaction.ts'
import type { TaskContext, TaskResult } from '../task.ts'
import { findingsOf } from '../verify/failures.ts'
import type { VerifiedChange } from '../verify/verify.ts'
import type { Workbench } from '../verify/workbench.ts'
import { noticesOf } from './notices.ts'
import type { RunRequest, Worked } from './run.ts'

interface Concluding {
  request: RunRequest
  bench: Workbench
  context: TaskContext
}

/** Applies what holds, and says why what does not hold was left alone. */
export async function conclude(worked: Worked, { request, bench, context }: Concluding): Promise<TaskResult> {
  const { outcome, changes, verified } = worked
  const holds = outcome.ending === 'done' && verified?.verdict === 'passed'
  for (const notice of noticesOf(worked)) context.notice(notice)
  request.keepPatch?.(changes.patch)
  // Interrupted before this line, nothing has happened; after it, everything.
  context.signal.throwIfAborted()
  const applied = holds && request.apply ? await applyOrTell(bench, context) : null
  if (applied) context.emit({ type: 'change-apply', files: applied.files.length })
  const commit = applied && request.commit ? await commitOf(applied, request, context) : null
  const result: RunResult = {
    task: 'run',
    ending: outcome.ending,
    reason: outcome.reason,
    text: outcome.ending === 'done' ? outcome.text : clipped(outcome.text),
    steps: outcome.steps,
    calls: outcome.calls.map(({ tool, isError }) => ({ tool, isError })),
    files: changes.files.map(({ path, kind }) => ({ path, kind })),
    verification: verified && verificationOf(verified),
    applied: applied && { id: applied.id, commit },
  }
  return {
    summary: summaryOf(worked, { applied, commit, isProposed: !request.apply }),
    findings: verified?.verdict === 'failed' ? findingsOf(verified) : [],
    patch: changes.patch.toString('utf8'),
    completeness: outcome.ending === 'done' ? 'complete' : 'partial',
    coverage: { changedLines: 0, seenLines: 0, files: [] },
    result,
  }
}

/** What cannot be applied, because the user has changed the same lines meanwhile, is still worth reading. */
async function applyOrTell({ transaction }: Workbench, { notice }: TaskContext): Promise<AppliedRun | null> {
  try {
    return await transaction.apply()
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    notice({ code: error.code, message: error.message, hint: error.hint ?? '' })
    return null
  }
}

const maxUnfinishedText = 2000

/** What a model says endlessly is cut off by a limit, and would bury the rest of the report. */
const clipped = (text: string) => (text.length > maxUnfinishedText ? `${text.slice(0, maxUnfinishedText).toWellFormed()}…` : text)

const maxSubject = 72

/** What was applied stays applied where it cannot be committed, and the report says so. */
async function commitOf(
  applied: AppliedRun,
  { instruction }: RunRequest,
  { workshop, notice, signal }: TaskContext,
): Promise<string | null> {
  try {
    return await workshop.commitRun(applied, subjectOf(instruction), signal)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    notice({ code: error.code, message: `The change is applied, but not committed: ${error.message}`, hint: error.hint ?? '' })
    return null
  }
}

/** A Conventional Commit as its checkers want it: lower case, no full stop. */
function subjectOf(instruction: string): string {
  const [first = ''] = instruction.trim().split('\n')
  const text = first.trim().replace(/[.!]+$/, '')
  // `README` and `parsePort` keep their letters.
  const subject = `chore: ${/^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text}`
  return subject.length <= maxSubject ? subject : `${subject.slice(0, maxSubject - 1).trimEnd()}…`
}

function verificationOf({ verdict, linters, fresh, gone, tests, notRun }: VerifiedChange): Verification {
  return {
    verdict,
    linters: [...linters],
    newDiagnostics: fresh.length,
    goneDiagnostics: gone,
    tests: tests && {
      executedBefore: tests.executedBefore,
      executedAfter: tests.executedAfter,
      newlyFailing: tests.newlyFailing.map(({ id }) => id),
      missing: tests.missing.map(({ id }) => id),
    },
    notRun: [...notRun],
  }
}

function summaryOf(
  { outcome, changes, verified }: Worked,
  { applied, commit, isProposed }: { applied: AppliedRun | null; commit: string | null; isProposed: boolean },
): string {
  const files = plural(changes.files.length, 'file')
  if (outcome.ending !== 'done')
    return changes.files.length === 0 ? 'not finished' : `not finished; ${files} changed in the copy, nothing applied`
  if (changes.refused.length > 0) return changes.files.length === 0 ? 'nothing applied' : `${files} changed in the copy, nothing applied`
  if (changes.files.length === 0) return 'done, nothing was changed'
  if (applied && commit) {
    const short = commit.slice(0, 10)
    return `${files} changed and committed as ${short}; \`git revert ${short}\` takes it back`
  }
  if (applied) return `${files} changed; \`agent undo\` takes it back`
  if (verified?.verdict === 'failed') return 'not applied: something is worse than before'
  if (verified?.verdict === 'unavailable') return 'not applied: it could not be checked'
  return isProposed ? `${files} would change` : 'not applied; the patch is in the report'
}
