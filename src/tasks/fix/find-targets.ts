import type { ChangedFile } from '../../domain/change.ts'
import { addedLinesOf } from '../../domain/change.ts'
import type { Diagnostic } from '../../domain/diagnostic.ts'
import { plural } from '../../domain/plural.ts'
import type { TaskContext } from '../task.ts'
import { type CopyState, lintState } from './copy-state.ts'
import type { FixRequest } from './fix.ts'
import { isReported, type ReportedProblem } from './reported-problem.ts'
import { isMeant, linesOf, type Target } from './target.ts'
import { lintSetup, type Workplace } from './workplace.ts'

/** What is to be repaired, and what linters say about the copy before anything is. */
export interface Found {
  targets: readonly Target[]
  state: CopyState
  /** What was named and is left alone, each with its reason. */
  passedOver: readonly { told: Diagnostic; reason: string; why: 'gone' | 'other' }[]
  isPartial: boolean
}

/** Asks the linters about what the user named, and keeps what the user meant. */
export async function findTargets(place: Omit<Workplace, 'state'>): Promise<Found> {
  const { scope } = place.request
  if (scope.kind === 'report') return inReport(scope.problems, place)
  return scope.kind === 'paths' ? inPaths(scope.covers, place) : inChange(place, scope)
}

const emptyState: CopyState = { diagnostics: [], failed: [], checked: new Set(), lineOf: () => undefined }

async function inPaths(covers: (path: string) => boolean, place: Omit<Workplace, 'state'>): Promise<Found> {
  const paths = (await place.bench.transaction.checkout.list()).filter((path) => covers(path) && !place.request.isExcluded(path))
  const state = await stateOf(paths, place)
  const wanted = new Set(paths)
  return foundIn(state, place, ({ path }) => wanted.has(path))
}

/** Problems on the lines that a change has added. What is not in the working file as the change has it is left alone. */
async function inChange(
  place: Omit<Workplace, 'state'>,
  { selector, paths }: Extract<FixRequest['scope'], { kind: 'change' }>,
): Promise<Found> {
  const { context, request } = place
  const change = await context.workspace.readChange(selector, { paths, contextLines: 0, signal: context.budget.signal })
  const files = change.files.filter(({ path, kind, status }) => kind === 'text' && status !== 'deleted' && !request.isExcluded(path))
  const differing: string[] = []
  const lines = new Map<string, { added: ReadonlySet<number>; isNew: boolean }>()
  for (const file of files) {
    // Of what is staged, the copy itself is what the change has.
    if (selector.kind === 'staged' || (await isOnDisk(file, change.new, context))) lines.set(file.path, addedOf(file))
    else differing.push(file.path)
  }
  if (differing.length > 0) context.notice(notTheSame(differing))
  const state = await stateOf([...lines.keys()], place)
  const found = await foundIn(state, place, (diagnostic) => isOnAdded(diagnostic, lines.get(diagnostic.path)))
  return { ...found, isPartial: differing.length > 0 }
}

const addedOf = (file: ChangedFile) => ({ added: new Set(addedLinesOf(file).map(({ line }) => line)), isNew: file.status === 'added' })

function isOnAdded(diagnostic: Diagnostic, file: { added: ReadonlySet<number>; isNew: boolean } | undefined): boolean {
  const lines = linesOf(diagnostic)
  if (file === undefined || lines === null) return file?.isNew ?? false
  return [...file.added].some((line) => line >= lines.start && line <= lines.end)
}

async function isOnDisk({ path }: ChangedFile, tree: Parameters<TaskContext['workspace']['readFile']>[0], { workspace }: TaskContext) {
  if (tree.kind === 'working') return true
  const [meant, onDisk] = await Promise.all([workspace.readFile(tree, path), workspace.readFile({ kind: 'working' }, path)])
  return meant !== null && onDisk !== null && meant.equals(onDisk)
}

function notTheSame(paths: readonly string[]) {
  const named = `${paths.slice(0, 5).join(', ')}${paths.length > 5 ? ` and ${plural(paths.length - 5, 'more file')}` : ''}`
  return {
    code: 'NOT_ON_DISK',
    message: `Not attempted, because the working files are not what the change has: ${named}.`,
    hint: 'Check that version out, or name the files: agent fix <paths>.',
  }
}

/** What a report tells and linters still tell today. What only a model or a check has said has nobody who could tell that it is gone. */
async function inReport(problems: readonly ReportedProblem[], place: Omit<Workplace, 'state'>): Promise<Found> {
  const paths = new Set(await place.bench.transaction.checkout.list())
  const state = await stateOf(
    [...new Set(problems.map(({ told }) => told.path))].filter((path) => paths.has(path)),
    place,
  )
  const meant = problems.filter(({ told }) => isMeant(told, place.request.filter))
  const matched = new Set<Diagnostic>()
  const passedOver: Found['passedOver'][number][] = []
  for (const problem of meant) {
    const { told } = problem
    const same = state.diagnostics.find((diagnostic) => !matched.has(diagnostic) && isReported(problem, diagnostic, state.lineOf))
    if (same) matched.add(same)
    else if (state.checked.has(told.tool.toLowerCase())) passedOver.push({ told, why: 'gone', reason: 'It is not there any more.' })
    else passedOver.push({ told, why: 'other', reason: `Nothing here can tell whether it is gone: ${whoFails(told, state)}.` })
  }
  const found = await foundIn(state, place, (diagnostic) => matched.has(diagnostic))
  return { ...found, passedOver }
}

function whoFails({ tool }: Diagnostic, { failed }: CopyState): string {
  const failure = failed.find(({ linter }) => linter === tool.toLowerCase())
  return failure ? failure.reason : `${tool} is no linter that this project uses`
}

async function stateOf(paths: readonly string[], place: Omit<Workplace, 'state'>): Promise<CopyState> {
  return paths.length === 0 ? emptyState : lintState(paths, lintSetup({ ...place, state: emptyState }))
}

async function foundIn(
  state: CopyState,
  { request }: Omit<Workplace, 'state'>,
  isWanted: (diagnostic: Diagnostic) => boolean,
): Promise<Found> {
  const targets = state.diagnostics
    .filter((diagnostic) => isWanted(diagnostic) && isMeant(diagnostic, request.filter))
    .map((told): Target => ({ told, evidence: evidenceOf(told, state), current: told, outcome: null }))
  return { targets, state, passedOver: [], isPartial: false }
}

const longestEvidence = 500

function evidenceOf({ path, range }: Diagnostic, { lineOf }: CopyState): string {
  return range === null ? '' : (lineOf(path, range.startLine) ?? '').replace(/\r$/, '').slice(0, longestEvidence)
}
