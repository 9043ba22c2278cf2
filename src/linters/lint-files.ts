import type { Diagnostic } from '../domain/diagnostic.ts'
import type { Project } from '../workspace/project.ts'
import type { Sandbox } from '../workspace/sandbox.ts'
import { nearestFolder } from './detect.ts'
import type { Linter, LinterUse, LintOutcome, LintRequest } from './linter.ts'
import { linters as allLinters } from './registry.ts'

/** A linter in one folder of a project. */
interface PlacedLinter {
  linter: string
  /** Where its configuration lies, relative to the root. */
  directory: string
  /** What is run: relative to the directory, or a name that is looked for on PATH. */
  program?: string
}

/** A linter that could not say anything: what it was asked about counts as not looked at. */
export interface FailedLinter extends PlacedLinter {
  reason: string
}

/** What the linters of a project say about some of its files. */
export interface LintReport {
  diagnostics: readonly Diagnostic[]
  failed: readonly FailedLinter[]
  /** Those that ran to their end, with the number of files that each was given, and which. */
  checked: readonly (PlacedLinter & { files: number; paths: readonly string[] })[]
  /** Complaints about files outside of the root, which are not told. */
  elsewhere: number
}

export interface LintFilesOptions {
  /** Where linters run, because they run code of the project. Not opened when there is nothing to run. */
  sandbox: () => Promise<Pick<Sandbox, 'run' | 'mountedAt'>>
  /** All that there are, when left out. */
  linters?: readonly Linter[]
  /** Milliseconds that each of them may take. */
  timeout: number
  signal: AbortSignal
}

/** Runs every linter that the project uses on those of the files that it is for. Paths that are not among the files of the project are passed over. */
export async function lintFiles(project: Project, paths: readonly string[], options: LintFilesOptions): Promise<LintReport> {
  const jobs = await jobsFor(project, paths, options.linters ?? allLinters)
  return inTurns(jobs, { project, options }, ({ linter, use }, request) => linter.check(use, request))
}

/** Lets every linter of the project repair what it safely can, one after another, and says what those that can repair still complain about. */
export async function fixFiles(project: Project, paths: readonly string[], options: LintFilesOptions): Promise<LintReport> {
  const able = (options.linters ?? allLinters).filter(({ fix }) => fix !== undefined)
  const jobs = await jobsFor(project, paths, able)
  return inTurns(
    jobs,
    { project, options },
    async ({ linter, use }, request) => (await linter.fix?.(use, request)) ?? linter.check(use, request),
  )
}

interface Job {
  linter: Linter
  use: LinterUse
  paths: readonly string[]
}

/** A file belongs to the nearest folder upward that uses the linter. */
async function jobsFor(project: Project, paths: readonly string[], linters: readonly Linter[]): Promise<Job[]> {
  const files = new Set(project.files)
  const present = [...new Set(paths)].filter((path) => files.has(path))
  const jobs: Job[] = []
  for (const linter of linters) {
    const handled = present.filter((path) => linter.handles(path)).toSorted()
    if (handled.length === 0) continue
    const uses = new Map((await linter.detect(project)).map((use) => [use.directory, use]))
    const folders = new Set(uses.keys())
    const groups = Map.groupBy(handled, (path) => nearestFolder(path, folders))
    for (const [directory, use] of uses) {
      const own = groups.get(directory)
      if (own) jobs.push({ linter, use, paths: own })
    }
  }
  return jobs
}

type Run = (job: Job, request: LintRequest) => Promise<LintOutcome>

/** One after another: each of them already uses what the machine has, and those that repair would write over each other. */
async function inTurns(
  jobs: readonly Job[],
  { project, options }: { project: Project; options: LintFilesOptions },
  run: Run,
): Promise<LintReport> {
  const { timeout, signal } = options
  const readText = (path: string) => readAsText(project, path)
  const results: { job: Job; outcome: LintOutcome }[] = []
  for (const job of jobs) {
    signal.throwIfAborted()
    const { run: command, mountedAt } = await options.sandbox()
    results.push({ job, outcome: await run(job, { paths: job.paths, readText, run: command, mountedAt, timeout, signal }) })
  }
  return reportOf(results)
}

async function readAsText(project: Project, path: string): Promise<string | null> {
  const text = await project.read(path)
  // Bytes that are not UTF-8 were replaced, so that no column could be counted.
  return text?.includes('\uFFFD') ? null : text
}

function reportOf(results: readonly { job: Job; outcome: LintOutcome }[]): LintReport {
  const checked = results.flatMap(({ job, outcome }) => (outcome.status === 'checked' ? [{ job, outcome }] : []))
  const placeOf = ({ use: { linter, directory, program } }: Job) => ({ linter, directory, program: program[0] ?? linter })
  return {
    diagnostics: checked.flatMap(({ outcome }) => outcome.diagnostics),
    failed: results.flatMap(({ job, outcome }) => (outcome.status === 'failed' ? [{ ...placeOf(job), reason: outcome.reason }] : [])),
    checked: checked.map(({ job }) => ({ ...placeOf(job), files: job.paths.length, paths: job.paths })),
    elsewhere: checked.reduce((sum, { outcome }) => sum + outcome.elsewhere, 0),
  }
}
