import type { ChangedFile } from '../../domain/change.ts'
import { addedLinesOf } from '../../domain/change.ts'
import type { Diagnostic } from '../../domain/diagnostic.ts'
import { isOnDisk, notOnDisk } from '../verify/on-disk.ts'
import type { CopyState } from './copy-state.ts'
import { findReported } from './find-reported.ts'
import type { FixRequest } from './fix.ts'
import { evidenceOf, type Found, type Seeking, stateOf } from './found.ts'
import type { ReportedProblem } from './reported-problem.ts'
import { isMeant, linesOf, newTarget } from './target.ts'

/** Asks the linters about what the user named, and keeps what the user meant. `reported`: what a report or a review tells, where there is one. */
export async function findTargets(place: Seeking, reported: readonly ReportedProblem[]): Promise<Found> {
  const { scope } = place.request
  switch (scope.kind) {
    case 'paths':
      return inPaths(scope.covers, place)
    case 'change':
      return inChange(place, scope)
    case 'report':
    case 'review':
      return findReported(reported, place)
  }
}

async function inPaths(covers: (path: string) => boolean, place: Seeking): Promise<Found> {
  const paths = (await place.bench.transaction.checkout.list()).filter((path) => covers(path) && !place.request.isExcluded(path))
  const state = await stateOf(paths, place)
  const wanted = new Set(paths)
  return foundIn(state, place, ({ path }) => wanted.has(path))
}

/** Problems on the lines that a change has added. What is not in the working file as the change has it is left alone. */
async function inChange(place: Seeking, { selector, paths }: Extract<FixRequest['scope'], { kind: 'change' }>): Promise<Found> {
  const { context, request } = place
  const change = await context.workspace.readChange(selector, { paths, contextLines: 0, signal: context.budget.signal })
  const files = change.files.filter(({ path, kind, status }) => kind === 'text' && status !== 'deleted' && !request.isExcluded(path))
  const differing: string[] = []
  const lines = new Map<string, { added: ReadonlySet<number>; isNew: boolean }>()
  for (const file of files) {
    // Of what is staged, the copy itself is what the change has.
    if (selector.kind === 'staged' || (await isOnDisk(file, change, context))) lines.set(file.path, addedOf(file))
    else differing.push(file.path)
  }
  if (differing.length > 0) context.notice(notOnDisk(differing))
  const state = await stateOf([...lines.keys()], place)
  const found = foundIn(state, place, (diagnostic) => isOnAdded(diagnostic, lines.get(diagnostic.path)))
  return { ...found, isPartial: differing.length > 0 }
}

const addedOf = (file: ChangedFile) => ({ added: new Set(addedLinesOf(file).map(({ line }) => line)), isNew: file.status === 'added' })

function isOnAdded(diagnostic: Diagnostic, file: { added: ReadonlySet<number>; isNew: boolean } | undefined): boolean {
  const lines = linesOf(diagnostic)
  if (file === undefined || lines === null) return file?.isNew ?? false
  return [...file.added].some((line) => line >= lines.start && line <= lines.end)
}

function foundIn(state: CopyState, { request }: Seeking, isWanted: (diagnostic: Diagnostic) => boolean): Found {
  const targets = state.diagnostics
    .filter((diagnostic) => isWanted(diagnostic) && isMeant(diagnostic, request.filter))
    .map((told) => newTarget({ told, evidence: evidenceOf(told, state), current: told }))
  return { targets, state, passedOver: [], isPartial: false }
}
