import { anchorQuote } from '../../domain/anchor.ts'
import type { Diagnostic } from '../../domain/diagnostic.ts'
import { maskLine } from '../../domain/mask.ts'
import { canAskCheck, ofChanges } from './check-files.ts'
import type { CopyState } from './copy-state.ts'
import { evidenceOf, type Found, type PassedOver, type Seeking, stateOf } from './found.ts'
import { isReported, type ReportedProblem } from './reported-problem.ts'
import { isClaim, isMeant, newTarget, rangeOf, type Target } from './target.ts'

/** What a report tells and is still so: linters and checks are asked again, and what a model has claimed must still have the lines that it quotes. */
export async function findReported(problems: readonly ReportedProblem[], place: Seeking): Promise<Found> {
  const files = new Set(await place.bench.transaction.checkout.list())
  const meant = problems.filter(({ told }) => isMeant(told, place.request.filter))
  const state = await stateOf(
    [...new Set(meant.map(({ told }) => told.path))].filter((path) => files.has(path)),
    place,
  )
  const matched = new Set<Diagnostic>()
  const targets: Target[] = []
  const passedOver: PassedOver[] = []
  for (const problem of meant) {
    const found = isClaim(problem) ? await anchored(problem, { files, place }) : toldToday(problem, { state, matched })
    if ('reason' in found) passedOver.push({ ...problem, ...found })
    else targets.push(found)
  }
  return { targets, state, passedOver, isPartial: false }
}

type NotFound = Pick<PassedOver, 'why' | 'reason'>

const gone: NotFound = { why: 'gone', reason: 'It is not there any more.' }
const other = (reason: string): NotFound => ({ why: 'other', reason })

/** The same problem in the words of who tells it today. */
function toldToday(problem: ReportedProblem, { state, matched }: { state: CopyState; matched: Set<Diagnostic> }): Target | NotFound {
  const { told, finding } = problem
  const same = state.diagnostics.find((diagnostic) => !matched.has(diagnostic) && isReported(problem, diagnostic, state.lineOf))
  if (same) {
    matched.add(same)
    return newTarget({ told: { ...same, severity: told.severity }, finding, evidence: evidenceOf(same, state), current: same })
  }
  const kind = finding?.source.kind ?? 'linter'
  if (kind === 'test') return other('Only the run that told of it can tell whether it is gone.')
  if (kind === 'check' && !canAskCheck(told.rule ?? ''))
    return other('It is not in the lines of one file, so no edit of one would repair it.')
  if (kind === 'check' && ofChanges.has(told.rule ?? ''))
    return other('It is about what the file was before, of which the report says nothing; `agent fix --review` knows it.')
  if (state.checked.has(told.tool.toLowerCase())) return gone
  return other(`Nothing here can tell whether it is gone: ${whoFails(told, state)}.`)
}

function whoFails({ tool }: Diagnostic, { failed }: CopyState): string {
  const failure = failed.find(({ linter }) => linter === tool.toLowerCase())
  return failure ? failure.reason : `${tool} is no linter that this project uses`
}

/** A claim of a model with the lines where its quote stands today. */
async function anchored(
  { told, evidence, finding }: ReportedProblem,
  { files, place: { bench } }: { files: ReadonlySet<string>; place: Seeking },
): Promise<Target | NotFound> {
  if (evidence === null || evidence.trim() === '') return other('It quotes no line, so nothing can tell whether it still holds.')
  const text = files.has(told.path) ? await (await bench.project()).read(told.path) : null
  if (text === null) return { ...gone, reason: `${told.path} is not there any more.` }
  // Most formats of a report have secrets masked.
  const shown = evidence.includes('******') ? maskLine : (line: string) => line
  const lines = text.split(/\r?\n/).map((line, index) => ({ line: index + 1, text: shown(line) }))
  const anchor = anchorQuote(evidence, told.range?.startLine ?? null, lines)
  if (anchor === null) {
    const [first = ''] = evidence.trim().split('\n')
    const isSomewhere = lines.some((line) => line.text.trim() === first.trim())
    return isSomewhere
      ? other('The lines that it quotes are in several places by now.')
      : { ...gone, reason: 'Its lines are not there any more.' }
  }
  const current = { ...told, range: rangeOf(anchor.startLine, anchor.endLine) }
  return newTarget({ told: current, finding, evidence, current })
}
