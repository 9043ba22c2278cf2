import { createHash } from 'node:crypto'
import type { Change } from '../../../domain/change.ts'
import { AppError } from '../../../domain/errors.ts'
import type { Notice } from '../../../domain/report.ts'
import { treeIdentity } from '../../../workspace/tree-state.ts'
import type { TaskContext } from '../../task.ts'
import { type LintableFile, lintableFiles } from './lintable-files.ts'
import type { LintedChange } from './linted-change.ts'
import { findWitnesses, type Witnesses, witnessDigest } from './lint-witnesses.ts'
import type { Plan } from '../plan.ts'
import type { ReviewRequest } from '../review.ts'
import type { LintLimits, LintRun } from './run-linters.ts'

export interface LintInput {
  change: Change
  plan: Plan
  readNew(path: string): Promise<string | null>
  readOld(path: string): Promise<string | null>
  /** Called once nothing is left to do here but to wait for linters. */
  onStart(): void
}

/**
 * Linters see the change before the model does, because what they say is part of what it is asked. So they get a part of the time, and the larger one is
 * left for the model: in a hook of ten seconds that is enough for everything but the compiler of a large project.
 */
const shareBesideModel = 1 / 3
/** The rest is for reading the change, the checks and the report. */
const shareAlone = 0.8
const eachAtMost = 60_000

export function lintLimits({ model, options: { maxTime } }: Pick<ReviewRequest, 'model' | 'options'>, hasEngine: boolean): LintLimits {
  const share = maxTime * (hasEngine && model !== 'none' ? shareBesideModel : shareAlone)
  // A number that can be read in a notice.
  const all = Math.max(100, Math.floor(share / 100) * 100)
  return { all, each: Math.min(eachAtMost, all) }
}

/** What the project's own linters say about a change: recalled where they would say the same again, else by running them. Failing is told and ends nothing. */
export async function lintChange(input: LintInput, request: ReviewRequest, context: TaskContext): Promise<LintedChange> {
  const files = lintableFiles(input.change, input.plan, (path) => request.optionsFor(path).linters)
  if (files.length === 0 || context.workspace.repository === null || input.change.new.kind === 'patch') return []
  try {
    const tools = await lintOrRecall(files, { input, limits: lintLimits(request, context.engine !== null), context })
    for (const notice of tools.flatMap(noticesOf)) context.notice(notice)
    return tools
  } catch (error) {
    context.signal.throwIfAborted()
    if (!context.budget.signal.aborted) context.notice(notRun(error))
    return []
  }
}

const noticesOf = ({ failures, stoppedAfter }: LintedChange[number]): Notice[] =>
  failures.map((message) => ({
    code: 'LINTER_FAILED',
    message,
    hint:
      stoppedAfter === null
        ? 'Repair its installation or configuration, or set review.linters to false.'
        : 'Give the review more time with --max-time, or set review.linters to false.',
  }))

function notRun(error: unknown): Notice {
  const reason = error instanceof Error ? error.message : String(error)
  const isUnsafe = error instanceof AppError && error.code === 'SANDBOX_UNAVAILABLE'
  return {
    code: 'LINTERS_NOT_RUN',
    message: isUnsafe
      ? `The linters of this repository were not run, because they run code of the change and there is no sandbox for it. ${reason}`
      : `The linters of this repository were not run: ${reason}`,
    hint: (error instanceof AppError && error.hint) || 'Set review.linters to false to do without them.',
  }
}

interface Linting {
  input: LintInput
  limits: LintLimits
  context: TaskContext
}

/** What is remembered, and only by the version that has written it. */
interface LintRecord {
  witnesses: Witnesses
  digest: string
  tools: LintedChange
}

async function lintOrRecall(files: readonly LintableFile[], { input, limits, context }: Linting): Promise<LintedChange> {
  const { change, readNew, readOld, onStart } = input
  const key = await keyOf(files, change, context)
  const known = key === null ? null : await recall(key, context)
  const again = known?.filter((tool) => !tool.isFinal || (tool.stoppedAfter !== null && tool.stoppedAfter < limits.all))
  if (known && again?.length === 0) return known

  const [{ runLinters }, { rememberNeeds, tooSlowFor }] = await Promise.all([import('./run-linters.ts'), import('./slow-linters.ts')])
  onStart()
  const only = again?.map(({ linter }) => linter) ?? null
  const tooSlow = await tooSlowFor(limits.all, context)
  const run = await runLinters({ change, files, readNew, readOld, limits, only, tooSlow }, context)
  await rememberNeeds(run, context)
  const asked = new Map(run.tools.map((tool) => [tool.linter, tool]))
  const tools = known ? known.flatMap((tool) => (only?.includes(tool.linter) ? (asked.get(tool.linter) ?? []) : tool)) : run.tools
  if (key !== null && (run.isUsersOwn || run.tools.length === 0)) await remember(key, tools, { run, context })
  return tools
}

/** Everything that decides what linters say and that git knows. Null where that cannot be told. */
async function keyOf(
  files: readonly LintableFile[],
  change: Change,
  { cache, workspace: { repository }, budget, toolVersion }: TaskContext,
): Promise<string | null> {
  if (cache === null || repository === null) return null
  const [old, now] = await Promise.all([change.old, change.new].map((tree) => treeIdentity(repository, tree, budget.signal)))
  if (!old || !now) return null
  const asked = files.map(({ path, basePath, added }) => [path, basePath, [...added.keys()]])
  return createHash('sha256')
    .update(JSON.stringify(['linters', toolVersion, old, now, asked]))
    .digest('hex')
}

/** Null where nothing is kept, or where something is not any more what it was. */
async function recall(key: string, { cache, workspace: { repository } }: TaskContext): Promise<LintedChange | null> {
  const text = await cache?.recall(key)
  if (text === undefined || repository === null) return null
  const { witnesses, digest, tools } = JSON.parse(text) as LintRecord
  return witnessDigest(witnesses, repository) === digest ? tools : null
}

/** Characters. More is not worth its place. */
const maxRecord = 2 ** 20

async function remember(
  key: string,
  tools: LintedChange,
  { run, context }: { run: Pick<LintRun, 'tree'>; context: TaskContext },
): Promise<void> {
  const { cache, workspace, budget } = context
  if (workspace.repository === null || cache === null) return
  const programs = tools.flatMap((tool) => tool.programs)
  const witnesses = await findWitnesses(programs, run.tree, { repository: workspace.repository, signal: budget.signal })
  if (witnesses === null) return
  const record: LintRecord = { witnesses, digest: witnessDigest(witnesses, workspace.repository), tools }
  const text = JSON.stringify(record)
  if (text.length <= maxRecord) await cache.remember(key, text)
}
