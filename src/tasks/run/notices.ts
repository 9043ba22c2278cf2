import type { Notice } from '../../domain/report.ts'
import type { CopyChanges } from '../../workspace/transaction.ts'
import type { Ending, Worked } from './run.ts'

/** What a user has to know about a run beside its result. */
export function noticesOf(worked: Worked): Notice[] {
  const { outcome, changes, verified } = worked
  const notices: Notice[] = []
  if (outcome.ending !== 'done') notices.push(unfinished(worked))
  if (changes.refused.length > 0)
    notices.push({
      code: 'CHANGES_REFUSED',
      message: `Nothing was applied. ${refusalsText(changes.refused)}`,
      hint: 'Make such a change yourself.',
    })
  if (verified?.verdict === 'unavailable')
    notices.push({
      code: 'SANDBOX_UNAVAILABLE',
      message: `Nothing was applied, because it could not be checked: ${verified.notRun.map(({ what, reason }) => `${what}: ${reason}`).join(' ')}`,
      hint: 'Run `agent doctor`, name an image that has what the tests need in sandbox.image, or use --sandbox host in a repository whose code you trust.',
    })
  return notices
}

const hintByEnding: Readonly<Record<Ending, string>> = {
  done: '',
  'step-limit': 'Give it more with --max-steps, or ask for less at once.',
  budget: 'Give it more with --max-time or --max-tokens, or ask for less at once.',
  'no-progress': 'Say more exactly what to do, or ask with another --seed or another model.',
  unreadable: 'Ask with another --seed or another model.',
  failed: 'Run it again.',
  truncated: 'Ask for less at once, or ask another model.',
}

function unfinished({ outcome: { ending, reason }, changes, failure }: Worked): Notice {
  const soFar = changes.files.length > 0 ? 'What it changed so far is in the report. ' : ''
  return { code: failure?.code ?? 'RUN_UNFINISHED', message: reason, hint: `${soFar}${failure?.hint ?? hintByEnding[ending]}` }
}

const maxRefusals = 5

/** Each with the path, which most reasons begin with. */
function refusalsText(refused: CopyChanges['refused']): string {
  const sentences = refused.slice(0, maxRefusals).map(({ path, reason }) => (reason.startsWith('"') ? reason : `${path}: ${reason}`))
  const more = refused.length > maxRefusals ? [`And ${refused.length - maxRefusals} more.`] : []
  return [...sentences, ...more].join(' ')
}
