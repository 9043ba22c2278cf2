import type { RunCommand } from '../workspace/command.ts'
import type { Project } from '../workspace/project.ts'
import type { Coverage } from './coverage/coverage.ts'

/** One test that was really executed. */
export interface ExecutedTest {
  /** Stable between runs: file (package or target, where the runner names no file) and full name. */
  id: string
  /** Relative to the root; null where the runner does not say. */
  file: string | null
  /** As the runner itself would filter by it. */
  name: string
  status: 'passed' | 'failed'
  durationMs: number | null
  /** What the runner says about a failure, at most some thousand characters; empty for one that passed. */
  failure: string
}

/** A file or package whose tests could not even be collected: it does not parse, does not build, or an import of it fails. */
export interface BrokenTests {
  /** What it is, the same in every run: the file, or the package or target. */
  scope: string
  /** Relative to the root; null where the runner does not say. */
  file: string | null
  reason: string
}

export type TestOutcome =
  /** At least one test was executed. Some files may still be broken. Coverage only where it was asked for; null where it cannot be had. */
  | { status: 'ran'; tests: readonly ExecutedTest[]; skipped: number; broken: readonly BrokenTests[]; coverage?: Coverage | null }
  /** The runner ended, also with 0, without having executed a test. */
  | { status: 'not-run'; reason: string }
  /** It crashed, timed out, is not installed, contradicts its own report, or the code does not build. */
  | { status: 'failed'; reason: string }

/** One use of a runner in a project: a monorepo may have several. */
export interface TestRunnerUse {
  runner: string
  /** Posix, relative to the root; `.` is the root. Commands start here. */
  directory: string
  /** The program, relative to the directory: the project's own, else the name on PATH. Never one that we bring. */
  program: readonly string[]
}

export interface TestRequest {
  /** Test files relative to the root, all below `use.directory`; empty runs everything. */
  files: readonly string[]
  /** Full name of one test; only with one file. */
  name?: string
  /** Text of a file; null for what is not there. For runners that select tests by name, not by file. */
  readText(path: string): Promise<string | null>
  /** Whether to tell what is executed, which takes longer. */
  measures?: boolean
  /** Seed for another order of tests, for runners that can change it; those that cannot keep theirs. */
  shuffle?: number
  /** Added to the environment of the runner, such as a time zone. */
  environment?: Readonly<Record<string, string>>
  run: RunCommand
  /** Milliseconds. */
  timeout: number
  signal: AbortSignal
}

/** The same request without another order. */
export function inOrder(request: TestRequest): TestRequest {
  const same = { ...request }
  delete same.shuffle
  return same
}

export interface TestRunner {
  readonly name: string
  /** Whether a path is a test file of this runner, by the runner's own default patterns. */
  isTestFile(path: string): boolean
  /** Whether a file that does not look like one may hold tests all the same: by patterns of the project, or inside the code they test. */
  mayHoldTests(path: string): boolean
  detect(project: Project): Promise<readonly TestRunnerUse[]>
  test(use: TestRunnerUse, request: TestRequest): Promise<TestOutcome>
}
