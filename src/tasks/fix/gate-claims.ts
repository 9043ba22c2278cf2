import { isOnlyDocumentationChanged } from '../../syntax/is-only-documentation-changed.ts'
import { askClaim, type ClaimVerdict } from './ask-claim.ts'
import { changedBlocks } from './changed-blocks.ts'
import type { Edit, Refused } from './edit.ts'
import { linesOf, type Target } from './target.ts'
import type { Adviser, Workplace } from './workplace.ts'

/** Lines around a claim, or the definition it is in, that the model sees when it judges it. */
const around = 20
const mostShown = 200

interface Judge {
  adviser: Adviser
  place: Workplace
}

/** A claim is about what code does, so an edit that changes none of it there has repaired nothing. */
export async function gateChanged({ path, before, after, flagged, region }: Edit, claims: readonly Target[]): Promise<Refused | null> {
  if (claims.length === 0) return null
  const places = region === null ? flagged : [region]
  const near = 5
  const touches = changedBlocks(before, after).some(({ oldStart, oldEnd }) =>
    places.some(({ start, end }) => oldStart <= end + near && Math.max(oldStart, oldEnd - 1) >= start - near),
  )
  if (!touches) return refused('The lines in question are as they were.')
  if (!claims.every(isAboutComments) && (await isOnlyDocumentationChanged(before, after, path)))
    return refused('Only comments and layout were changed, and the code does what it did.')
  return null
}

/** Asks of the changed code what was asked of the code as it was, and takes a claim for gone only where the answer is another one. */
export async function gateClaims(edit: Edit, claims: readonly Target[], judge: Judge): Promise<Refused | null> {
  const grown = edit.after.split('\n').length - edit.before.split('\n').length
  for (const claim of claims) {
    const { start, end } = shownLines(claim, edit)
    const said = await judgeClaim(claim, { path: edit.path, text: edit.after, shown: { start, end: Math.max(start, end + grown) } }, judge)
    if (said.verdict === 'present') return refused(`Asked about the new lines, the model still finds it: ${said.reason}`)
    if (said.verdict === 'unsure') return refused(`Asked about the new lines, the model could not say that it is gone: ${said.reason}`)
  }
  return null
}

/** What the model says of a claim when it is asked about the lines alone, before anything is changed. */
export function judgeAsIs(
  claim: Target,
  { path, text, region }: Pick<Edit, 'path' | 'region'> & { text: string },
  judge: Judge,
): Promise<ClaimVerdict> {
  return judgeClaim(claim, { path, text, shown: shownLines(claim, { region }) }, judge)
}

function shownLines({ current }: Target, { region }: Pick<Edit, 'region'>): { start: number; end: number } {
  const lines = (current && linesOf(current)) ?? { start: 1, end: 1 }
  const fits = region !== null && region.end - region.start < mostShown
  const { start, end } = fits ? region : lines
  return { start: Math.max(1, start - around), end: end + around }
}

function judgeClaim(
  claim: Target,
  lines: { path: string; text: string; shown: { start: number; end: number } },
  { adviser, place: { context } }: Judge,
): Promise<ClaimVerdict> {
  return askClaim({ ...lines, claim: claim.told.message, withComments: isAboutComments(claim) }, { engine: adviser.engine, context })
}

const isAboutComments = ({ told: { rule } }: Target) => rule === 'docs'

const refused = (reason: string): Refused => ({ gate: 'target', reason })
