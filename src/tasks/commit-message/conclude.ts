import type { Notice } from '../../domain/report.ts'
import type { CommitMessageResult } from '../../domain/result.ts'
import type { TaskContext, TaskResult } from '../task.ts'
import type { FileFacts } from './facts.ts'
import type { Proposal } from './propose.ts'
import { summaryOf } from './summary.ts'

interface Ending {
  context: Pick<TaskContext, 'notice'>
  /** Without a message, where none was wanted. */
  isComplete?: boolean
}

/** The message as a result, or else why there is none; what is staged is told in words either way. */
export function conclude(files: readonly FileFacts[], proposal: Proposal | null, { context, isComplete = false }: Ending): TaskResult {
  const written = proposal?.status === 'written' ? proposal : null
  const problems = proposal?.status === 'refused' ? proposal.problems : []
  for (const notice of proposal === null ? [] : noticesOf(proposal)) context.notice(notice)
  return {
    summary: written === null ? 'no message was written' : `a message for ${files.length === 1 ? 'one file' : `${files.length} files`}`,
    findings: [],
    patch: '',
    completeness: written !== null || isComplete ? 'complete' : 'partial',
    coverage: { changedLines: 0, seenLines: 0, files: [] },
    result: { ...partsOf(written), change: summaryOf(files), attempts: proposal?.attempts ?? 0, problems: [...problems] },
  }
}

function partsOf(written: Extract<Proposal, { status: 'written' }> | null): Omit<CommitMessageResult, 'change' | 'attempts' | 'problems'> {
  if (written === null) return { task: 'commit-message', message: null, type: null, scope: null, subject: null, body: null, breaking: null }
  return { task: 'commit-message', message: written.text, ...written.message }
}

function noticesOf(proposal: Proposal): Notice[] {
  switch (proposal.status) {
    case 'written':
      return proposal.isChecked
        ? []
        : [
            {
              code: 'COMMITLINT_FAILED',
              message: "The project's commitlint could not check the message.",
              hint: 'Run `npx commitlint --print-config` to see why.',
            },
          ]
    case 'refused':
      return [{ code: 'MESSAGE_REFUSED', message: `No message passed the checks. The last one: ${proposal.problems.join(' ')}`, hint: '' }]
    case 'stopped':
      return [
        { code: 'BUDGET_REACHED', message: `No message was written: ${proposal.reason}.`, hint: 'Give it more time with --max-time.' },
      ]
    case 'failed':
      return [{ code: proposal.error.code, message: proposal.error.message, hint: proposal.error.hint ?? '' }]
  }
}
