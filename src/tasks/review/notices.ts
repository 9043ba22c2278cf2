import type { Change } from '../../domain/change.ts'
import type { DraftFinding } from '../../domain/finding.ts'
import { plural } from '../../domain/plural.ts'
import type { Coverage, Notice } from '../../domain/report.ts'
import type { UnitOutcome } from './ask-units.ts'
import type { HeldClaims } from './claims.ts'
import type { Plan } from './plan.ts'
import type { ReviewRequest } from './review.ts'

interface Told {
  request: Pick<ReviewRequest, 'model' | 'modelError'>
  plan: Plan
  outcomes: readonly UnitOutcome[]
  held: HeldClaims
}

/** What a run has to say about its model: none, failed, not everywhere, or claims that did not hold. */
export function modelNotices({ request, plan, outcomes, held }: Told): Notice[] {
  const notices: Notice[] = []
  if (request.modelError) notices.push(request.modelError)
  else if (request.model === 'auto' && outcomes.length === 0 && plan.units.length > 0) notices.push(noModel(plan.units.length))
  notices.push(...unseenNotices(outcomes), ...claimNotices(held))
  return notices
}

/** Claims of the model that are not shown. */
export function claimNotices({ unanchored, malformed }: Pick<HeldClaims, 'unanchored' | 'malformed'>): Notice[] {
  const notices: Notice[] = []
  if (unanchored > 0) {
    notices.push({
      code: 'FINDINGS_UNANCHORED',
      message: `${plural(unanchored, 'claim')} of the model quoted no line of the change and ${unanchored === 1 ? 'is' : 'are'} not shown.`,
      hint: '',
    })
  }
  if (malformed > 0) {
    notices.push({
      code: 'FINDINGS_MALFORMED',
      message: `${plural(malformed, 'claim')} of the model could not be understood.`,
      hint: '',
    })
  }
  return notices
}

/** Without a model that one was not told to use. */
export function noModel(units: number): Notice {
  return {
    code: 'MODEL_MISSING',
    message: `There is no model, so only the deterministic checks ran; ${plural(units, 'part')} of the change ${units === 1 ? 'was' : 'were'} not reviewed.`,
    hint: 'Run `agent models list` and `agent models pull <id>`, name a server with --base-url, or pass --engine none to run the checks alone.',
  }
}

/** An engine that answered nothing has failed; one that answered some left a part unseen. */
function unseenNotices(outcomes: readonly UnitOutcome[]): Notice[] {
  const unseen = outcomes.filter((outcome) => outcome.status === 'unseen')
  if (unseen.length === 0) return []
  const failure = unseen.find(({ error }) => error !== null)?.error
  if (failure && unseen.length === outcomes.length) return [{ code: failure.code, message: failure.message, hint: failure.hint ?? '' }]
  return [
    unseenNotice({ unseen: unseen.length, asked: outcomes.length, reasons: unseen.map(({ reason }) => reason), hint: failure?.hint ?? '' }),
  ]
}

/** Some parts of the change, of those that the model was asked about, were not seen by it. */
export function unseenNotice({
  unseen,
  asked,
  reasons,
  hint,
}: {
  unseen: number
  asked: number
  reasons: readonly string[]
  hint: string
}): Notice {
  const first = [...new Set(reasons)].slice(0, 3).join('; ')
  return {
    code: 'UNITS_UNSEEN',
    message: `${unseen} of ${plural(asked, 'part')} of the change ${unseen === 1 ? 'was' : 'were'} not seen by the model: ${first}`,
    hint,
  }
}

interface Summarized {
  change: Pick<Change, 'description'> & { files: { length: number } }
  findings: readonly DraftFinding[]
  coverage: Coverage
  completeness: 'complete' | 'partial'
}

/** One sentence: what was found, where, and whether everything was looked at. */
export function summaryOf({ change, findings, coverage, completeness }: Summarized): string {
  if (change.files.length === 0) return `Nothing to review (${change.description}).`
  const open = findings.filter(({ suppressed }) => !suppressed)
  const found = open.length === 0 ? 'No findings' : plural(open.length, 'finding')
  const where = `${plural(coverage.changedLines, 'changed line')} of ${plural(coverage.files.length, 'file')}`
  const rest = completeness === 'complete' ? '' : `; ${coverage.seenLines} of the lines were seen`
  return `${found} in ${where} (${change.description})${rest}.`
}
