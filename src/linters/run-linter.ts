import { posix } from 'node:path'
import type { CommandResult } from '../workspace/command.ts'
import type { Coordinates } from './columns.ts'
import type { LintOutcome, LinterUse, LintRequest } from './linter.ts'
import { type Problem, type Reading, toOutcome } from './problem.ts'
import { pathArgument } from './reported-path.ts'

/** Below the limit of every system, which counts the environment as well. */
const maxArgumentBytes = 90_000
const maxOutput = 64 * 2 ** 20

/** A program that has run to its end. */
export interface Exited {
  code: number
  stdout: string
  stderr: string
}

export interface LinterRun {
  /** What stands in front of the files; the last one is usually `--`. */
  arguments: readonly string[]
  /** How a file, relative to the directory of the use, is named to the tool. */
  toArgument?(path: string): string
  coordinates: Coordinates
  environment?: Readonly<Record<string, string>>
  /** What the exit code and the output mean. A crash is a failure, never an empty list. */
  read(exited: Exited): Reading
}

/** Runs a tool on the files asked for, as often as the length of an argument list requires. */
export async function runOnFiles(use: LinterUse, request: LintRequest, run: LinterRun): Promise<LintOutcome> {
  const argumentOf = (path: string) => run.toArgument?.(posix.relative(use.directory, path)) ?? pathArgument(path, use.directory)
  const problems: Problem[] = []
  for (const files of inChunks(request.paths.map(argumentOf))) {
    const reading = await runOnce(use, request, { ...run, arguments: [...run.arguments, ...files] })
    if ('failure' in reading) return { status: 'failed', reason: reading.failure }
    problems.push(...reading.problems)
  }
  return toOutcome(problems, { use, request, coordinates: run.coordinates })
}

/** One run, for tools that take a project instead of files. */
export async function runOnce(use: LinterUse, request: LintRequest, run: Omit<LinterRun, 'coordinates'>): Promise<Reading> {
  const exited = await execute(use, request, run)
  return 'failure' in exited ? exited : run.read(exited)
}

/** Runs the program of a use to its end; any other ending than an exit is a failure. */
async function execute(use: LinterUse, request: LintRequest, run: Omit<LinterRun, 'coordinates'>): Promise<Exited | { failure: string }> {
  const { timeout, signal } = request
  const argv = [...use.program, ...run.arguments]
  // No colours, and no telling of newer versions.
  const environment = { NO_COLOR: '1', FORCE_COLOR: '0', CI: 'true', ...run.environment }
  const result = await request.run({ argv, directory: use.directory, environment, timeout, maxOutput, signal })
  return toExited(result, { linter: use.linter, program: use.program[0] ?? use.linter, timeout })
}

function toExited(
  { ending, stdout, stderr }: CommandResult,
  { linter, program, timeout }: { linter: string; program: string; timeout: number },
): Exited | { failure: string } {
  switch (ending.kind) {
    case 'exited':
      return { code: ending.code, stdout, stderr }
    case 'signalled':
      return { failure: `${linter} was ended by ${ending.signal}.` }
    case 'timeout':
      return { failure: `${linter} did not end within ${timeout} ms.` }
    case 'out-of-memory':
      return { failure: `${linter} ran out of memory.` }
    case 'output-limit':
      return { failure: `${linter} printed more than ${maxOutput} bytes.` }
    case 'not-found':
      return { failure: `${linter} is not installed: there is no program ${JSON.stringify(program)}. Install what the project depends on.` }
  }
}

const maxComplaint = 600

/** The failure of a tool that has ended with a code which does not mean "checked", in its own words. */
export function crashed(linter: string, { code, stdout, stderr }: Exited): { failure: string } {
  const words = (stderr.trim() || stdout.trim()).slice(0, maxComplaint).trim()
  return { failure: `${linter} ended with exit code ${code}${words ? `: ${words}` : ' and said nothing.'}` }
}

/** The failure of a tool whose output is not what it promises. */
export function unreadable(linter: string, { code, stdout, stderr }: Exited): { failure: string } {
  const words = (stdout.trim() || stderr.trim()).slice(0, maxComplaint).trim()
  return { failure: `${linter} ended with exit code ${code}, and its output cannot be read${words ? `: ${words}` : '; it is empty.'}` }
}

function inChunks(files: readonly string[]): string[][] {
  const chunks: string[][] = []
  let size = maxArgumentBytes
  for (const file of files) {
    // Each argument has an end, and a pointer to it.
    const bytes = Buffer.byteLength(file) + 9
    if (size + bytes > maxArgumentBytes) {
      chunks.push([])
      size = 0
    }
    chunks.at(-1)?.push(file)
    size += bytes
  }
  return chunks
}
