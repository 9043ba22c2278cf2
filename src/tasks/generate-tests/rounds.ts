import { AppError } from '../../domain/errors.ts'
import type { TestFilter } from '../../domain/generated-tests.ts'
import { plural } from '../../domain/plural.ts'
import type { Guard } from '../mutate/guard.ts'
import { type Draft, draftTests } from './draft-tests.ts'
import { keepTests, type Passed } from './keep-tests.ts'
import { coveredShare } from './missing.ts'
import { prove } from './prove.ts'
import { missingOf, needsTest, surveyWorks } from './survey-works.ts'
import type { Verdict } from './verdict.ts'
import type { Work, Workplace } from './workplace.ts'

/** Questions about one target. */
const mostAttempts = 3
/** Targets that are asked about before others are begun. */
const atOnce = 12

/** Asks about all targets, wave by wave: each wave is surveyed, asked, proved, and asked again about what was not kept. */
export async function runRounds(place: Workplace): Promise<void> {
  const { context, works } = place
  context.emit({ type: 'test-plan', targets: works.length })
  const guards = new Map<string, Promise<Guard | null>>()
  const queue = [...works]
  try {
    while (queue.length > 0) {
      const over = whyStop(place)
      if (over !== null) return leave(queue, over, place)
      const wave = queue.splice(0, Math.min(atOnce, place.request.maxTests - place.kept.length))
      await surveyWorks(wave, place, guards)
      for (let open = openIn(wave); open.length > 0 && whyStop(place) === null; open = openIn(wave)) await runRound(open, place)
      const stopped = whyStop(place)
      if (stopped !== null) leave(openIn(wave), stopped, place)
    }
  } catch (error) {
    context.signal.throwIfAborted()
    const over = context.budget.exhausted()
    if (over === null && !(error instanceof AppError)) throw error
    if (over === null && error instanceof AppError) tellFailure(error, place)
    place.unfinished = over ?? messageOf(error)
    leave([...openIn(works), ...queue], place.unfinished, place)
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** A failure where nothing could be asked; where something could, the run is not finished. */
function tellFailure({ code, message, hint = '' }: AppError, { context, works }: Workplace): void {
  context.notice({ code: works.some(({ attempts }) => attempts > 0) ? 'TESTS_UNFINISHED' : code, message, hint })
}

const openIn = (works: readonly Work[]) => works.filter(({ isOpen }) => isOpen)

/** Why no more is asked; null: go on. A limit that the user set for the tests is an end like any other, and one of time leaves things undone. */
function whyStop(place: Workplace): string | null {
  const { request, proving, kept, wanted, baseline } = place
  if (kept.length >= request.maxTests) return `The limit of ${plural(request.maxTests, 'test')} was reached.`
  const share = request.targetCoverage === null ? null : coveredShare(wanted, baseline.coverage)
  if (share !== null && share >= (request.targetCoverage ?? 100)) return `The aim of ${request.targetCoverage} % covered lines was reached.`
  const over = proving.exhausted()
  if (over !== null) place.unfinished ??= over
  return over
}

function leave(works: readonly Work[], reason: string, place: Workplace): void {
  for (const work of works.filter(({ isOpen }) => isOpen)) close(work, work.standing === 'asked' ? work.reason || reason : reason, place)
}

function close(work: Work, reason: string, { context }: Workplace): void {
  work.isOpen = false
  work.reason = work.kept > 0 ? '' : reason
  context.emit({ type: 'test-end', target: `${work.part.path} ${work.part.name}` })
}

/** One question about each, and what comes of the answers. */
async function runRound(open: readonly Work[], place: Workplace): Promise<void> {
  place.context.emit({ type: 'test-start', path: 'asking for tests' })
  const drafts = await draftTests(open, place)
  const candidates = drafts.filter((draft) => draft.kind === 'candidate')
  place.context.emit({ type: 'test-start', path: `proving ${plural(candidates.length, 'test')}` })
  const proof = await prove(
    candidates.map(({ candidate }) => candidate),
    { ...place.proving, baseline: place.baseline, repeat: place.request.repeat },
  )
  const verdicts = new Map<Draft, Verdict>(candidates.map((draft, index) => [draft, tidied(proof.verdicts[index] ?? untried, place)]))
  const passed = candidates.flatMap((draft): Passed[] => {
    const verdict = verdicts.get(draft)
    return verdict?.status === 'kept' ? [{ ...draft, verdict }] : []
  })
  const room = place.request.maxTests - place.kept.length
  const refused = passed.length === 0 ? new Map<unknown, string>() : await keepTests(passed.slice(0, room), place)
  // What was measured with all that are kept also knows what they load and do not reach.
  const measured = place.together?.coverage ?? null
  if (measured !== null) place.baseline = { ...place.baseline, coverage: measured }
  else if (refused.size === 0) place.baseline = proof.baseline
  const tooMany = new Set(passed.slice(room).map(({ candidate }) => candidate))
  for (const draft of drafts) {
    const verdict = verdicts.get(draft)
    if (draft.kind !== 'candidate' || verdict === undefined) settleDraft(draft, place)
    else if (tooMany.has(draft.candidate)) settle(draft, { status: 'not-tried', reason: 'It is beyond the limit of tests.' }, place)
    else settle(draft, besides(verdict, refused.get(draft.candidate)), place)
  }
  if (passed.length > 0) for (const work of place.works) refresh(work, place)
}

const untried: Verdict = { status: 'not-tried', reason: 'It was not tried.' }

function tidied(verdict: Verdict, { tidy }: Workplace): Verdict {
  if (verdict.status !== 'rejected') return verdict
  return { ...verdict, reason: tidy(verdict.reason), feedback: tidy(verdict.feedback) }
}

/** A test that passed by itself, and not with the others. */
function besides(verdict: Verdict, problem: string | undefined): Verdict {
  if (problem === undefined || verdict.status !== 'kept') return verdict
  return { status: 'rejected', filter: 'suite', reason: problem, feedback: problem, names: verdict.names, possibleBug: null }
}

function settleDraft(draft: Draft, place: Workplace): void {
  const { work } = draft
  if (draft.kind === 'impossible') {
    // A window that is too small for what was meant leaves it undone.
    if (draft.isTooLong) place.unfinished ??= draft.reason
    return close(work, draft.reason, place)
  }
  if (draft.kind === 'repeated') return close(work, `${work.reason} Then the same answer came again.`.trim(), place)
  if (draft.kind === 'unwritable') refuse(draft, { ...draft.refused, name: null, path: draft.placement.path }, place)
}

function settle(draft: Extract<Draft, { kind: 'candidate' }>, verdict: Verdict, place: Workplace): void {
  const { work, candidate } = draft
  const entry = { target: nameOf(work), path: candidate.placement.path, attempt: candidate.attempt }
  const name = candidate.names[0] ?? null
  if (verdict.status === 'not-tried') {
    place.tried.push({ ...entry, name, outcome: 'not-tried', filter: null, reason: verdict.reason, gained: nothing, killed: [] })
    work.reason = verdict.reason
    if (place.kept.length < place.request.maxTests) place.unfinished ??= verdict.reason
    return close(work, verdict.reason, place)
  }
  if (verdict.status === 'rejected') {
    if (verdict.possibleBug) place.bugs.push({ bug: verdict.possibleBug, work, attempt: candidate.attempt })
    return refuse(draft, { ...verdict, name: verdict.names[0] ?? name, path: candidate.placement.path }, place)
  }
  const gained = { lines: verdict.gained.lines.length, branches: verdict.gained.branches.length }
  const reason = keptFor(gained, verdict.killed.length)
  place.tried.push({ ...entry, name: verdict.names[0] ?? name, outcome: 'kept', filter: null, reason, gained, killed: [...verdict.killed] })
  work.kept++
  work.keptAt = candidate.attempt
  work.last = null
  work.reason = ''
  const survivors = new Map([...work.target.survivors].filter(([id]) => !verdict.killed.includes(id)))
  work.target = { ...work.target, missing: missingOf(work.part, place), survivors }
  tell(work, reason, place)
  if (work.attempts >= mostAttempts || !needsTest(work.target)) close(work, '', place)
}

/** A test for one function may reach another one, which then needs none of its own. */
function refresh(work: Work, place: Workplace): void {
  const wasMissing = work.target.missing.lines.length + work.target.missing.branches.length > 0
  const missing = missingOf(work.part, place)
  const isReached = missing.lines.length + missing.branches.length === 0
  const unnoticed = new Set(work.mutants.filter(({ tried }) => tried.status === 'Survived').map(({ id }) => id))
  // Whether what nothing reached before is noticed now, nobody has tried.
  const survivors =
    wasMissing && isReached ? new Map([...work.target.survivors].filter(([id]) => unnoticed.has(id))) : work.target.survivors
  work.target = { ...work.target, missing, survivors }
  if (work.kept > 0 || !wasMissing || needsTest(work.target)) return
  Object.assign(work, { standing: 'guarded', reason: 'A test that was kept for another function reaches it.' })
  if (work.isOpen) close(work, work.reason, place)
}

const nothing = { lines: 0, branches: 0 }
const nameOf = ({ part }: Work) => `${part.path} ${part.name}`

/** Another try, unless a test was kept before and everything is reached. */
function refuse(
  { work, answer }: Extract<Draft, { kind: 'candidate' | 'unwritable' }>,
  { filter, reason, feedback, name, path }: { filter: TestFilter; reason: string; feedback: string; name: string | null; path: string },
  place: Workplace,
): void {
  place.tried.push({
    target: nameOf(work),
    path,
    name,
    attempt: work.attempts,
    outcome: 'rejected',
    filter,
    reason,
    gained: nothing,
    killed: [],
  })
  work.last = { answer, feedback }
  work.reason = `${filter}: ${reason}`
  tell(work, `not kept (${filter}): ${reason}`, place)
  const isReached = work.target.missing.lines.length + work.target.missing.branches.length === 0
  // A defect that a second test does not notice either may be none.
  if (work.attempts >= mostAttempts || (work.kept > 0 && isReached)) close(work, work.reason, place)
}

function tell(work: Work, text: string, { context }: Workplace): void {
  context.emit({ type: 'test-try', target: nameOf(work), text })
}

/** `kept: reaches 2 more lines, and 1 defect is noticed`. */
function keptFor({ lines, branches }: { lines: number; branches: number }, killed: number): string {
  const reached = [
    lines > 0 ? plural(lines, 'line') : '',
    branches > 0 ? `${branches} ${branches === 1 ? 'branch' : 'branches'}` : '',
  ].filter((part) => part !== '')
  const parts = [
    ...(reached.length > 0 ? [`reaches ${reached.join(' and ')} that no test reached`] : []),
    ...(killed > 0 ? [`notices ${plural(killed, 'defect')} that no test noticed`] : []),
  ]
  return `kept: ${parts.join(', and ')}`
}
