import type { Diagnostic } from '../../domain/diagnostic.ts'
import type { LineReader } from '../../domain/new-diagnostics.ts'
import { type FailedLinter, lintFiles, type LintReport } from '../../linters/lint-files.ts'
import type { Linter } from '../../linters/linter.ts'
import type { Project } from '../../workspace/project.ts'
import type { Workbench } from '../verify/workbench.ts'
import { checkFiles, type CheckSetup } from './check-files.ts'

/** What linters, and the checks that are asked beside them, say about the copy in one state of it. */
export interface CopyState {
  diagnostics: readonly Diagnostic[]
  failed: readonly FailedLinter[]
  /** Names of the linters that ran to their end, and `check`. */
  checked: ReadonlySet<string>
  lineOf: LineReader
}

export interface LintSetup {
  bench: Workbench
  linters: readonly Linter[]
  checks: CheckSetup
  /** Milliseconds that one command may take. */
  timeout: number
  signal: AbortSignal
}

/** They look at a whole program, so that a change in one file shows in another. */
const wide: ReadonlySet<string> = new Set(['tsc', 'mypy', 'pyright', 'go-vet', 'clippy'])
/** In a tree with more, they too are only asked about the files concerned. */
const maxWideFiles = 2000

/** Asks the linters about some files, and those that look at a whole program about all that they handle. */
export async function lintState(paths: readonly string[], setup: LintSetup): Promise<CopyState> {
  const project = await setup.bench.project()
  const narrow = await lint(project, paths, { ...setup, linters: setup.linters.filter(({ name }) => !wide.has(name)) })
  const reports = [narrow]
  for (const linter of setup.linters.filter(({ name }) => wide.has(name))) {
    const handled = project.files.filter((path) => linter.handles(path))
    const concerned = paths.some((path) => linter.handles(path))
    if (concerned) reports.push(await lint(project, handled.length <= maxWideFiles ? handled : paths, { ...setup, linters: [linter] }))
  }
  const told = await checkFiles(paths, { project, setup: setup.checks, signal: setup.signal })
  const diagnostics = [...reports.flatMap((report) => report.diagnostics), ...told.diagnostics]
  const checked = reports.flatMap((report) => report.checked.map(({ linter }) => linter))
  return {
    diagnostics,
    failed: [...reports.flatMap(({ failed }) => failed), ...told.failed],
    checked: new Set([...checked, ...(told.failed.length === 0 ? ['check'] : [])]),
    lineOf: await lineReader(project, [...paths, ...diagnostics.map(({ path }) => path)]),
  }
}

const lint = (project: Project, paths: readonly string[], { bench, linters, timeout, signal }: LintSetup): Promise<LintReport> =>
  lintFiles(project, paths, { sandbox: bench.tools, linters, timeout, signal })

/**
 * A state after a change of one file, of which the linters were asked about this file only: what they said about others before still holds,
 * but for those that look at a whole program.
 */
export function carryState(before: CopyState, after: CopyState, path: string): CopyState {
  const isAsked = ({ tool, path: place }: Diagnostic) => place === path || (wide.has(tool) && after.checked.has(tool))
  return {
    diagnostics: [...before.diagnostics.filter((diagnostic) => !isAsked(diagnostic)), ...after.diagnostics],
    failed: after.failed,
    checked: new Set([...before.checked, ...after.checked]),
    lineOf: (place, line) => (place === path ? after : before).lineOf(place, line) ?? after.lineOf(place, line),
  }
}

/** What was said about the files and by the tools that the other state was asked about, for a comparison. */
export function sideOf(state: CopyState, asked: CopyState, path: string): Pick<CopyState, 'diagnostics' | 'lineOf'> {
  const isAsked = ({ tool, path: place }: Diagnostic) => place === path || (wide.has(tool) && asked.checked.has(tool))
  return { diagnostics: state.diagnostics.filter(isAsked), lineOf: state.lineOf }
}

async function lineReader(project: Project, paths: readonly string[]): Promise<LineReader> {
  const lines = new Map<string, readonly string[]>()
  for (const path of new Set(paths)) lines.set(path, ((await project.read(path)) ?? '').split('\n'))
  return (path, line) => lines.get(path)?.[line - 1]
}
