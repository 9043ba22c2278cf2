import { posix } from 'node:path'
import type { Change } from '../../../domain/change.ts'
import type { Diagnostic } from '../../../domain/diagnostic.ts'
import { AppError } from '../../../domain/errors.ts'
import { formatDuration } from '../../../domain/quantity.ts'
import { lintFiles, type LintReport } from '../../../linters/lint-files.ts'
import type { Linter } from '../../../linters/linter.ts'
import { linters as allLinters } from '../../../linters/registry.ts'
import { findProgram } from '../../../workspace/find-program.ts'
import type { TaskContext } from '../../task.ts'
import { freshDiagnostics } from './fresh-diagnostics.ts'
import { openLintTree, type LintTree } from './lint-tree.ts'
import { type LintableFile, touchedLines } from './lintable-files.ts'
import type { LintedChange, ToolReport } from './linted-change.ts'

export interface LintRequest {
  change: Pick<Change, 'old' | 'new'>
  files: readonly LintableFile[]
  readNew(path: string): Promise<string | null>
  readOld(path: string): Promise<string | null>
  limits: LintLimits
  /** Names of those that are asked; null: all that the project uses. */
  only: readonly string[] | null
  /** Names of those that are known to need more time than there is. */
  tooSlow: ReadonlySet<string>
}

/** Milliseconds. */
export interface LintLimits {
  /** One linter on one side of the change. */
  each: number
  all: number
}

export interface LintRun {
  tools: LintedChange
  /** Whether all ran as the user's own, on a tree that only the user has written. */
  isUsersOwn: boolean
  tree: LintTree
  /** Milliseconds that each linter took, or needs at least. */
  took: ReadonlyMap<string, number>
}

/** What a formatter says is no defect of a change. */
const formatters: ReadonlySet<string> = new Set(['prettier', 'ruff-format'])
/** They look at whole programs, and come last: the time that they take must not keep the others from being heard. */
const slow: ReadonlySet<string> = new Set(['tsc', 'mypy', 'pyright', 'go-vet', 'clippy', 'golangci-lint'])

/** What was stopped needs more than it had; by how much nobody knows. */
const beyond = 1.3

const inOrder = (only: LintRequest['only']): Linter[] =>
  allLinters
    .filter(({ name }) => !formatters.has(name) && (only === null || only.includes(name)))
    .toSorted((a, b) => Number(slow.has(a.name)) - Number(slow.has(b.name)))

interface Running extends LintRequest {
  context: TaskContext
  now: LintTree
  /** Opened when a complaint may be older than the change. */
  base(): Promise<LintTree>
  /** Aborts when all the time is over. */
  signal: AbortSignal
}

/** Runs the project's own linters over the files of a change, the fast ones first. Throws what kept all of them from running. */
export async function runLinters(request: LintRequest, context: TaskContext): Promise<LintRun> {
  const { change, files, limits } = request
  const signal = AbortSignal.any([context.budget.signal, AbortSignal.timeout(limits.all)])
  const opened: Promise<LintTree>[] = []
  const open = (tree: Change['old'], concerned: readonly string[]) => {
    const opening = openLintTree(tree, { context, concerned, signal })
    opened.push(opening)
    return opening
  }
  let base: Promise<LintTree> | undefined
  const basePaths = files.flatMap(({ basePath }) => basePath ?? [])
  try {
    const now = await open(
      change.new,
      files.map(({ path }) => path),
    )
    const running: Running = { ...request, context, now, signal, base: () => (base ??= open(change.old, basePaths)) }
    const tools: ToolReport[] = []
    const took = new Map<string, number>()
    for (const linter of inOrder(request.only)) {
      const startedAt = performance.now()
      const reports = await askLinter(linter, running)
      tools.push(...reports)
      const isStopped = reports.some(({ stoppedAfter }) => stoppedAfter !== null)
      if (reports.length > 0 && !request.tooSlow.has(linter.name))
        took.set(linter.name, Math.round((performance.now() - startedAt) * (isStopped ? beyond : 1)))
    }
    return { tools, isUsersOwn: now.isUsersOwn(), tree: now, took }
  } finally {
    for (const tree of opened) await (await tree.catch(() => null))?.close()
  }
}

/** Empty where the project does not use the linter for any of the files. */
async function askLinter(linter: Linter, running: Running): Promise<ToolReport[]> {
  const paths = running.files.map(({ path }) => path).filter((path) => linter.handles(path))
  if (paths.length === 0) return []
  const { now, context, limits } = running
  if (running.tooSlow.has(linter.name)) return [stopped(linter, limits, 'the change')]
  const report = await lintWithin(linter, { paths, tree: now }, running)
  if (report === null) return [stopped(linter, limits, 'the change')]
  if (report.checked.length === 0 && report.failed.length === 0) return []
  const programs = [...report.checked, ...report.failed].map(({ directory, program = linter.name }) => programOf(directory, program))
  const missing = await Promise.all(programs.map((program) => isMissing(program, now, context)))
  const failures = report.failed
    .filter(({ reason }) => !isUnconfigured(reason))
    .map(({ directory, reason }) => `${placed(linter, directory)} could not look at the change: ${shortened(reason)}`)
  const checked = report.checked.flatMap((use) => use.paths)
  const heard = { linter: linter.name, checked, diagnostics: [...report.diagnostics], programs: [...new Set(programs)], stoppedAfter: null }
  const unread = unreadFiles(linter, report.diagnostics, running.files)
  const { fresh, isUndecided } = await freshOf(linter, report.diagnostics, running)
  const older = `${linter.name} could not look at the base, so what it says about lines that may be older than the change is left out.`
  // A program that is not there is looked for again next time; anything else that failed is tried again.
  const isFinal = !isUndecided && (failures.length === 0 || missing.some(Boolean))
  return [{ ...heard, fresh, failures: [...failures, ...unread, ...(isUndecided ? [older] : [])], isFinal }]
}

function freshOf(linter: Linter, diagnostics: readonly Diagnostic[], running: Running) {
  const { files, readNew, readOld, base } = running
  return freshDiagnostics(diagnostics, new Map(files.map((file) => [file.path, file])), {
    readNew,
    readOld,
    async lintBase(paths) {
      try {
        const report = await lintWithin(linter, { paths, tree: await base() }, running)
        return report === null || report.failed.some(({ reason }) => !isUnconfigured(reason)) ? null : report.diagnostics
      } catch (error) {
        running.context.signal.throwIfAborted()
        if (!(error instanceof AppError)) throw error
        return null
      }
    },
  })
}

/** Null where the time was over first. */
async function lintWithin(
  linter: Linter,
  { paths, tree: { project, sandbox } }: { paths: readonly string[]; tree: LintTree },
  { limits, signal, context }: Running,
): Promise<LintReport | null> {
  const own = AbortSignal.timeout(limits.each)
  try {
    return await lintFiles(project, paths, { sandbox, linters: [linter], timeout: limits.all, signal: AbortSignal.any([signal, own]) })
  } catch (error) {
    context.signal.throwIfAborted()
    if (signal.aborted || own.aborted) return null
    throw error
  }
}

function stopped(linter: Linter, { each, all }: LintLimits, what: string): ToolReport {
  const limit = each < all ? `${formatDuration(each)} that a linter may take` : `${formatDuration(all)} that all linters together may take`
  const failure = `${linter.name} has not looked at ${what}: the ${limit} of this review were over.`
  const nothing = { checked: [], diagnostics: [], fresh: [], programs: [] }
  return { linter: linter.name, ...nothing, failures: [failure], stoppedAfter: all, isFinal: true }
}

/** What the tool could not parse it has not looked at; on a line of the change, the complaint itself says so. */
function unreadFiles(linter: Linter, diagnostics: readonly Diagnostic[], files: readonly LintableFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  return diagnostics.flatMap((diagnostic) => {
    const { isFatal, path, range, message } = diagnostic
    const file = byPath.get(path)
    if (!isFatal || range === null || file === undefined || touchedLines(diagnostic, file).length > 0) return []
    return [`${linter.name} could not read ${path}, so nothing is known of it: line ${range.startLine}: ${shortened(message)}`]
  })
}

/** A project that depends on a tool and does not configure it, such as for its tests, does not lint with it. */
const isUnconfigured = (reason: string) =>
  /couldn't find (?:an eslint\.config|a configuration file)|no configuration (?:was )?(?:found|provided)/i.test(reason)

const maxReason = 300

/** The tools' own words, without the pages that some of them write. */
function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length <= maxReason ? line : `${line.slice(0, maxReason - 1).toWellFormed()}…`
}

const programOf = (directory: string, program: string) => (program.includes('/') ? posix.join(directory, program) : program)

async function isMissing(program: string, { project }: LintTree, { workspace }: TaskContext): Promise<boolean> {
  if (program.includes('/')) return !(await project.exists(program))
  return findProgram(program, { environment: workspace.repository?.environment ?? {} }) === null
}

const placed = ({ name }: Linter, directory: string) => (directory === '.' ? name : `${name} in ${directory}`)
