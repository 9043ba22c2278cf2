import { randomUUID } from 'node:crypto'
import { posix } from 'node:path'
import type { CommandEnding } from '../workspace/command.ts'
import { lastPart } from './conclude.ts'
import type { TestRequest, TestRunnerUse } from './test-runner.ts'

/** Bytes of output that one run of tests may print. */
export const maxOutput = 64 * 2 ** 20

/** No colours, no questions, and no snapshot written for a test that has none. */
export const testEnvironment: Readonly<Record<string, string>> = { CI: 'true', NO_COLOR: '1' }

/**
 * A sandbox may forget everything but the tree when a command ends, so the report is printed before that. What the tests print goes to
 * standard error: standard output is the place where it starts, and then the report, whatever the tests print. The folder's name cannot be
 * guessed, so only a test that sets out to deceive its own runner can forge a report; it shares the runner's process, and no format is
 * proof against that.
 */
const script = `
mkdir -m 700 "$1" "$1/coverage" || exit 125
cat > "$1/plugin"
[ -z "$2" ] || mv "$1/plugin" "$1/$2"
folder=$1
shift 2
"$@" >&2 < /dev/null
code=$?
pwd -P
cat "$folder/report" 2> /dev/null
printf '\n%s\n' "$folder"
cat "$folder"/coverage/* 2> /dev/null
rm -rf "$folder"
exit $code
`

/** Files for one run, in a folder that it alone knows and that is gone afterwards. */
export interface ReportPlace {
  folder: string
  /** Where the runner has to write. */
  report: string
  /** A folder. A runner that measures writes one file into it. */
  coverage: string
}

export interface ReportedRun {
  code: number
  /** Null: the runner wrote none. */
  report: string | null
  /** What was executed, in the runner's own words; null: nothing was measured. */
  measured: string | null
  /** What runner and tests printed. */
  output: string
  /** A path of the report, absolute or relative to where it ran, as a path from the root of the tree; null for one that is outside. */
  pathOf(path: string): string | null
}

interface ReportedCommand {
  /** Arguments after the program. */
  args(place: ReportPlace): readonly string[]
  environment?: (place: ReportPlace) => Readonly<Record<string, string>>
  /** Puts the command line of the runner into another one, for what has to be done around it. */
  wrap?: (commandLine: readonly string[], place: ReportPlace) => readonly string[]
  /** A file that is put into the folder, for a runner that reports through a plugin. */
  plugin?: { name: string; text: string }
}

/** Runs a test runner that writes its report to a file. A string instead of a result is the reason why there is none. */
export async function runWithReport(use: TestRunnerUse, request: TestRequest, command: ReportedCommand): Promise<ReportedRun | string> {
  const folder = `/tmp/agent-tests-${randomUUID()}`
  const place = { folder, report: `${folder}/report`, coverage: `${folder}/coverage` }
  const { args, environment = () => ({}), wrap = (commandLine) => commandLine, plugin } = command
  const { ending, stdout, stderr } = await request.run({
    argv: ['sh', '-c', script, 'sh', folder, plugin?.name ?? '', ...wrap([...use.program, ...args(place)], place)],
    directory: use.directory,
    environment: { ...testEnvironment, ...request.environment, ...environment(place) },
    input: plugin?.text ?? '',
    timeout: request.timeout,
    maxOutput,
    signal: request.signal,
  })
  if (ending.kind !== 'exited') await removeFolder(folder, use, request)
  const problem = endingProblem(use, ending, { timeout: request.timeout, output: stderr })
  if (problem !== null || ending.kind !== 'exited') return problem ?? ''
  const firstLineEnd = stdout.indexOf('\n')
  const startedIn = stdout.slice(0, firstLineEnd)
  const [report = '', measured = ''] = stdout.slice(firstLineEnd + 1).split(`\n${folder}\n`)
  const pathOf = (path: string) => pathFromRoot(use.directory, { startedIn, path })
  return { code: ending.code, report: emptyAsNull(report), measured: emptyAsNull(measured), output: stderr, pathOf }
}

const emptyAsNull = (text: string) => (text === '' ? null : text)

/** What was stopped could not do it itself; a container has taken it along, this machine has not. */
async function removeFolder(folder: string, { directory }: TestRunnerUse, { run, timeout, signal }: TestRequest): Promise<void> {
  await run({ argv: ['rm', '-rf', '--', folder], directory, timeout, maxOutput, signal })
}

/** Why a command has no answer at all; null when it ended by itself, whatever it says. */
export function endingProblem(
  use: TestRunnerUse,
  ending: CommandEnding,
  { timeout, output }: { timeout: number; output: string },
): string | null {
  const said = output.trim() === '' ? '' : ` Its last words: ${lastPart(output)}`
  switch (ending.kind) {
    case 'exited':
      // The shell's own answers for a program that is not there, or may not be executed.
      if (ending.code === 127 || ending.code === 126) return `${use.program.join(' ')} is not installed or cannot be started.${said}`
      return null
    case 'timeout':
      return `${use.runner} did not end within ${timeout / 1000} s and was stopped (timeout).${said}`
    case 'out-of-memory':
      return `${use.runner} was stopped because it ran out of memory.`
    case 'output-limit':
      return `${use.runner} was stopped because it printed more than ${maxOutput} bytes.`
    case 'signalled':
      return `${use.runner} was ended by ${ending.signal}.${said}`
    case 'not-found':
      return `${use.runner} cannot be started: neither ${use.program.join(' ')} nor a shell (sh) for it may be missing.`
  }
}

/** A path as a program names it, which was started in that folder, as one from the root of the tree; null for one that is outside. */
export function pathFromRoot(directory: string, { startedIn, path }: { startedIn: string; path: string }): string | null {
  const relative = posix.relative(startedIn, posix.resolve(startedIn, path))
  const fromTree = posix.normalize(posix.join(directory, relative))
  return /^\.\.(?:\/|$)/.test(fromTree) ? null : fromTree
}
