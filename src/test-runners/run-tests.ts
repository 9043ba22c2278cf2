import type { RunCommand } from '../workspace/command.ts'
import type { Project } from '../workspace/project.ts'
import { isBelow } from '../workspace/project-program.ts'
import { runProjectCommand } from './project-command.ts'
import { testRunners } from './registry.ts'
import type { ExecutedTest, TestOutcome, TestRequest, TestRunner, TestRunnerUse } from './test-runner.ts'

export interface RunTestsOptions {
  run: RunCommand
  /** Milliseconds for each runner. */
  timeout: number
  signal: AbortSignal
  /** Full name of one test; only with one file. */
  name?: string
  /** The project's own test command, for what no runner is known for; by default what package.json says. */
  testCommand?: readonly string[] | null
  /** What each runner is told besides: see `TestRequest`. */
  manner?: Pick<TestRequest, 'measures' | 'shuffle' | 'environment'>
}

/** One runner in one folder, and how that went. */
export interface TestRun {
  use: TestRunnerUse
  /** Empty: everything. */
  files: readonly string[]
  outcome: TestOutcome
}

export interface TestReport {
  runs: readonly TestRun[]
  /** What the project's own command said, where no runner is known. What it executed, if anything, is not known either. */
  command: { argv: readonly string[]; status: 'passed' | 'failed'; reason: string } | null
  /** Files that no runner of this project takes for tests. */
  unclaimed: readonly string[]
}

/** Runs test files with the runners of the project they belong to; without files, all tests. */
export async function runTests(project: Project, files: readonly string[], options: RunTestsOptions): Promise<TestReport> {
  const { run, timeout, signal, name, testCommand, manner = {} } = options
  const uses = await detectTestRunners(project)
  const { groups, unclaimed } = groupByUse(uses, files)
  const runs: TestRun[] = []
  for (const { runner, use, files } of groups) {
    const readText = (path: string) => project.read(path)
    const request = { ...manner, files, readText, run, timeout, signal, ...(name === undefined ? {} : { name }) }
    runs.push({ use, files, outcome: await runner.test(use, request) })
  }
  const isCovered = runs.length > 0 || (uses.length > 0 && files.length > 0)
  const command = isCovered ? null : await runProjectCommand(project, { run, timeout, signal, testCommand: testCommand ?? null })
  return { runs, command, unclaimed }
}

/** Every test that was executed, by all runners. */
export function executedTests({ runs }: TestReport): ExecutedTest[] {
  return runs.flatMap(({ outcome }) => (outcome.status === 'ran' ? outcome.tests : []))
}

interface DetectedUse {
  runner: TestRunner
  use: TestRunnerUse
}

/** The uses of all known runners in a project, those of the deepest folders first. */
export async function detectTestRunners(project: Project): Promise<DetectedUse[]> {
  const detected = testRunners.map(async (runner) => (await runner.detect(project)).map((use) => ({ runner, use })))
  const depth = ({ use }: DetectedUse) => (use.directory === '.' ? 0 : use.directory.split('/').length)
  return (await Promise.all(detected)).flat().toSorted((a, b) => depth(b) - depth(a))
}

interface Group extends DetectedUse {
  files: readonly string[]
}

function groupByUse(uses: readonly DetectedUse[], files: readonly string[]): { groups: Group[]; unclaimed: string[] } {
  // One run from above executes the tests of the folders below as well.
  if (files.length === 0) return { groups: topmost(uses).map((detected) => ({ ...detected, files: [] })), unclaimed: [] }
  const claims = files.map((file) => ({ file, detected: useFor(uses, file) }))
  const groups = uses.map((detected) => ({
    ...detected,
    files: claims.filter((claim) => claim.detected === detected).map(({ file }) => file),
  }))
  return {
    groups: groups.filter((group) => group.files.length > 0),
    unclaimed: claims.filter(({ detected }) => detected === undefined).map(({ file }) => file),
  }
}

/** The nearest use upward that knows the file for a test; else the nearest one whose project may call it one. */
export function useFor(uses: readonly DetectedUse[], file: string): DetectedUse | undefined {
  const near = uses.filter(({ use }) => isBelow(file, use.directory))
  return near.find(({ runner }) => runner.isTestFile(file)) ?? near.find(({ runner }) => runner.mayHoldTests(file))
}

function topmost(uses: readonly DetectedUse[]): DetectedUse[] {
  const isUnder = (one: DetectedUse, other: DetectedUse) =>
    one.runner === other.runner && one.use.directory !== other.use.directory && isBelow(one.use.directory, other.use.directory)
  // These keep to their own module, package or build, however deep others lie.
  const keepsToItself = ({ runner }: DetectedUse) => ['go-test', 'cargo-test', 'maven', 'gradle'].includes(runner.name)
  return uses.filter((one) => keepsToItself(one) || !uses.some((other) => isUnder(one, other)))
}
