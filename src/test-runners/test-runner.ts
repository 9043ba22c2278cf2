import type { RunCommand } from '../workspace/command.ts'
import type { Project } from '../workspace/project.ts'

/** One test that was really executed. */
export interface ExecutedTest {
  /** Stable between runs: file and full name. */
  id: string
  file: string | null
  name: string
  status: 'passed' | 'failed'
  durationMs: number | null
  /** What the runner says about a failure; empty for one that passed. */
  failure: string
}

export type TestOutcome =
  /** At least one test was executed. */
  | { status: 'ran'; tests: readonly ExecutedTest[]; skipped: number }
  /** The runner ended, also with 0, without having executed a test. */
  | { status: 'not-run'; reason: string }
  /** It crashed, timed out, is not installed, or the code does not build. */
  | { status: 'failed'; reason: string }

/** One use of a runner in a project: a monorepo may have several. */
export interface TestRunnerUse {
  runner: string
  /** Posix, relative to the root; `.` is the root. Commands start here. */
  directory: string
  /** The program: the project's own, else the one on PATH. Never one that we bring. */
  program: readonly string[]
}

export interface TestRequest {
  /** Test files relative to the root, all below `use.directory`; empty runs everything. */
  files: readonly string[]
  /** Full name of one test; only with one file. */
  name?: string
  run: RunCommand
  /** Milliseconds. */
  timeout: number
  signal: AbortSignal
}

export interface TestRunner {
  readonly name: string
  /** Whether a path is a test file of this runner, by the runner's own default patterns. */
  isTestFile(path: string): boolean
  detect(project: Project): Promise<readonly TestRunnerUse[]>
  test(use: TestRunnerUse, request: TestRequest): Promise<TestOutcome>
}
