import { fixFiles } from '../../linters/lint-files.ts'
import { changedBlocks, keepBlocks } from './changed-blocks.ts'
import { type CopyState, lintState } from './copy-state.ts'
import type { Edit, Refused } from './edit.ts'
import { gateChanged, gateClaims } from './gate-claims.ts'
import { gateDiagnostics, pairStates } from './gate-diagnostics.ts'
import { gatePlace, gateSize } from './gate-place.ts'
import { gateSecrets } from './gate-secrets.ts'
import { gateSuppression } from './gate-suppression.ts'
import { gateSyntax } from './gate-syntax.ts'
import { gateTestKept } from './gate-test-kept.ts'
import type { Paired } from './pair-diagnostics.ts'
import { isClaim, mayBeFixable, type Target, type Verifier } from './target.ts'
import { gateTests, type GuardingTests, havePassed } from './test-group.ts'
import { type Adviser, lintSetup, testSetup, type Workplace } from './workplace.ts'

/** An edit that every gate lets through, and what linters say about the copy with it. */
export interface Passed {
  text: string
  state: CopyState
  /** Who looked at it besides those that told of the problems. */
  verifiedBy: readonly Verifier[]
}

export interface Judging {
  adviser: Adviser
  place: Workplace
  /** The problems that are to be gone. */
  targets: readonly Target[]
  /** Null: no test belongs to the file. */
  tests: GuardingTests | null
}

/** Holds an edit against every gate, the cheap ones first. The copy has the edit afterwards, whatever the answer. */
export async function checkEdit(edit: Edit, judging: Judging): Promise<Passed | Refused> {
  const { place, targets, tests } = judging
  const claims = targets.filter(isClaim)
  const text = (await checkText(edit)) ?? (await gateChanged(edit, claims))
  if (text) return text
  const looked = await look(edit, judging)
  const good = 'gate' in looked ? ((await withLayout(edit, looked.paired, judging)) ?? looked.refused) : looked
  if ('gate' in good) return good
  const tested = tests && (await gateTests(tests, testSetup(place)))
  if (tested?.refused) return tested.refused
  const denied = await gateClaims({ ...edit, after: good.text }, claims, judging)
  return denied ?? { text: good.text, state: good.state, verifiedBy: verifiersOf(good.state, tested !== null && havePassed(tested.after)) }
}

/** The gates that need nothing but the two texts. */
export async function checkText(edit: Edit): Promise<Refused | null> {
  return (
    gatePlace(edit) ??
    gateSize(edit) ??
    (await gateSyntax(edit)) ??
    (await gateSuppression(edit)) ??
    (await gateTestKept(edit)) ??
    (await gateSecrets(edit))
  )
}

/** Who has looked at a state of the copy. */
export function verifiersOf({ checked }: CopyState, hasTests: boolean): Verifier[] {
  const linters: readonly Verifier[] = [...checked].some((name) => name !== 'check') ? ['linter'] : []
  return hasTests ? [...linters, 'tests'] : [...linters]
}

interface Looked {
  text: string
  state: CopyState
}

/** Puts the edit into the copy, and lets the linters and checks look at it. */
async function look(edit: Edit, { place, targets }: Judging): Promise<Looked | { gate: 'linters'; refused: Refused; paired: Paired }> {
  await place.bench.transaction.checkout.write(edit.path, Buffer.from(edit.after))
  const state = await lintState([edit.path], lintSetup(place))
  const paired = pairStates({ before: place.state, after: state }, edit)
  const wanted = targets.filter((target) => !isClaim(target)).flatMap(({ current }) => current ?? [])
  // Beside a claim, which no linter sees, nothing that one says is too mild to count.
  const mildest = targets.some(isClaim) ? 'note' : null
  const refused = gateDiagnostics({ before: place.state, after: state }, paired, { wanted, mildest })
  return refused ? { gate: 'linters', refused, paired } : { text: edit.after, state }
}

/** A right edit in a wrong layout: the tools that complain about it may lay it out themselves, once, where it was changed. */
async function withLayout(edit: Edit, { fresh }: Paired, judging: Judging): Promise<Looked | Refused | null> {
  const { place } = judging
  const own = fresh.filter((diagnostic) => diagnostic.path === edit.path && mayBeFixable(diagnostic))
  if (own.length === 0 || own.length < fresh.length) return null
  const able = place.linters.filter(({ name }) => own.some(({ tool }) => tool === name))
  const { timeout, signal } = lintSetup(place)
  await fixFiles(await place.bench.project(), [edit.path], { sandbox: place.bench.tools, linters: able, timeout, signal })
  const after = keepNear(edit, (await place.bench.transaction.checkout.read(edit.path)).toString('utf8'))
  if (after === edit.after || after === edit.before) return null
  const again = { ...edit, after }
  const refused = await checkText(again)
  if (refused) return refused
  const looked = await look(again, judging)
  return 'gate' in looked ? looked.refused : looked
}

/** Of what a tool laid out, what touches the edit. */
function keepNear({ before, after }: Edit, laidOut: string): string {
  const edited = changedBlocks(before, after)
  const near = changedBlocks(after, laidOut).filter(({ oldStart, oldEnd }) =>
    edited.some(({ newStart, newEnd }) => oldStart <= newEnd && oldEnd >= newStart),
  )
  return keepBlocks(after, laidOut, near)
}
