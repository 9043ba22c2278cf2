import type { Diagnostic } from '../domain/diagnostic.ts'
import type { RunCommand } from '../workspace/command.ts'
import type { Project } from '../workspace/project.ts'

/** One use of a tool in a project: a monorepo may have several, each in the folder whose configuration holds. */
export interface LinterUse {
  linter: string
  /** Posix, relative to the root; `.` is the root. Commands start here. */
  directory: string
  /** The program: the project's own, else the one on PATH. Never one that we bring. */
  program: readonly string[]
}

export type LintOutcome =
  /** The tool ran to its end and these are all its complaints about the files asked for; `elsewhere` counts those about paths outside of the tree. */
  | { status: 'checked'; diagnostics: readonly Diagnostic[]; elsewhere: number }
  /** It crashed, is not installed, or has no valid configuration; that is never "clean". */
  | { status: 'failed'; reason: string }

export interface LintRequest {
  /** Relative to the root, all below `use.directory`. */
  paths: readonly string[]
  /** Text of a file, with its byte order mark, for the conversion of columns; null for what is not there or is not text. */
  readText(path: string): Promise<string | null>
  run: RunCommand
  /** Absolute path of the root as commands see it, because many tools print absolute paths: `/repo` in a container. */
  mountedAt: string
  /** Milliseconds that one command may take. */
  timeout: number
  signal: AbortSignal
}

/** One linter, formatter, compiler or type checker. */
export interface Linter {
  /** The rule prefix in reports, e.g. `eslint`. */
  readonly name: string
  /** Which files it is for. */
  handles(path: string): boolean
  detect(project: Project): Promise<readonly LinterUse[]>
  check(use: LinterUse, request: LintRequest): Promise<LintOutcome>
  /** Lets the tool repair what it can repair without changing what the code does. Absent where it cannot. */
  fix?(use: LinterUse, request: LintRequest): Promise<LintOutcome>
}
