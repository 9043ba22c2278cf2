import { fixFiles } from '../../linters/lint-files.ts'
import type { Diagnostic } from '../../domain/diagnostic.ts'
import { changedBlocks, keepBlocks } from './changed-blocks.ts'
import { type CopyState, lintState } from './copy-state.ts'
import type { Edit, Refused } from './edit.ts'
import { gateDiagnostics, pairStates } from './gate-diagnostics.ts'
import { gatePlace, gateSize } from './gate-place.ts'
import { gateSuppression } from './gate-suppression.ts'
import { gateSyntax } from './gate-syntax.ts'
import { gateTestKept } from './gate-test-kept.ts'
import type { Paired } from './pair-diagnostics.ts'
import { mayBeFixable } from './target.ts'
import { gateTests, type GuardingTests } from './test-group.ts'
import { lintSetup, testSetup, type Workplace } from './workplace.ts'

/** An edit that every gate lets through, and what linters say about the copy with it. */
export interface Passed {
  text: string
  state: CopyState
  paired: Paired
}

export interface Judging {
  place: Workplace
  /** The problems as they are told before the edit. */
  wanted: readonly Diagnostic[]
  /** Null: no test belongs to the file. */
  tests: GuardingTests | null
}

/** Holds an edit against every gate, the cheap ones first. The copy has the edit afterwards, whatever the answer. */
export async function checkEdit(edit: Edit, judging: Judging): Promise<Passed | Refused> {
  const { place, wanted, tests } = judging
  const { bench } = place
  const text = await checkText(edit)
  if (text) return text
  await bench.transaction.checkout.write(edit.path, Buffer.from(edit.after))
  const state = await lintState([edit.path], lintSetup(place))
  const paired = pairStates({ before: place.state, after: state }, edit)
  const refused = gateDiagnostics({ before: place.state, after: state }, paired, wanted)
  if (refused) return (await withLayout(edit, paired, judging)) ?? refused
  const tested = tests && (await gateTests(tests, testSetup(place)))
  return tested?.refused ?? { text: edit.after, state, paired }
}

/** The gates that need nothing but the two texts. */
export async function checkText(edit: Edit): Promise<Refused | null> {
  return gatePlace(edit) ?? gateSize(edit) ?? (await gateSyntax(edit)) ?? (await gateSuppression(edit)) ?? (await gateTestKept(edit))
}

/** A right edit in a wrong layout: the tools that complain about it may lay it out themselves, once, where it was changed. */
async function withLayout(edit: Edit, { fresh }: Paired, judging: Judging): Promise<Passed | Refused | null> {
  const { place } = judging
  const own = fresh.filter((diagnostic) => diagnostic.path === edit.path && mayBeFixable(diagnostic))
  if (own.length === 0 || own.length < fresh.length) return null
  const able = place.linters.filter(({ name }) => own.some(({ tool }) => tool === name))
  const { checkout } = place.bench.transaction
  const { timeout, signal } = lintSetup(place)
  await fixFiles(await place.bench.project(), [edit.path], { sandbox: place.bench.tools, linters: able, timeout, signal })
  const laidOut = (await checkout.read(edit.path)).toString('utf8')
  const edited = changedBlocks(edit.before, edit.after)
  const near = changedBlocks(edit.after, laidOut).filter(({ oldStart, oldEnd }) =>
    edited.some(({ newStart, newEnd }) => oldStart <= newEnd && oldEnd >= newStart),
  )
  const after = keepBlocks(edit.after, laidOut, near)
  if (after === edit.after || after === edit.before) return null
  const refused = await checkText({ ...edit, after })
  if (refused) return refused
  await checkout.write(edit.path, Buffer.from(after))
  const state = await lintState([edit.path], lintSetup(place))
  const paired = pairStates({ before: place.state, after: state }, { ...edit, after })
  const gate = gateDiagnostics({ before: place.state, after: state }, paired, judging.wanted)
  const tested = gate || !judging.tests ? null : await gateTests(judging.tests, testSetup(place))
  return gate ?? tested?.refused ?? { text: after, state, paired }
}
