import type { RunCommand } from '../workspace/command.ts'
import type { Project } from '../workspace/project.ts'
import { lastPart } from './conclude.ts'
import { readManifest } from './javascript-packages.ts'
import { endingProblem, maxOutput, testEnvironment } from './run-with-report.ts'

interface CommandOptions {
  run: RunCommand
  timeout: number
  signal: AbortSignal
  /** Null: the `test` script of the root's package.json. */
  testCommand: readonly string[] | null
}

/** Runs the project's own test command, of which only the exit status can be told; null where it has none. */
export async function runProjectCommand(
  project: Project,
  { run, timeout, signal, testCommand }: CommandOptions,
): Promise<{ argv: readonly string[]; status: 'passed' | 'failed'; reason: string } | null> {
  const argv = testCommand ?? (await scriptOf(project))
  if (argv === null) return null
  const { ending, stdout, stderr } = await run({ argv, directory: '.', environment: testEnvironment, timeout, maxOutput, signal })
  const output = `${stdout}\n${stderr}`
  const use = { runner: argv.join(' '), directory: '.', program: argv }
  const problem = endingProblem(use, ending, { timeout, output })
  if (problem !== null) return { argv, status: 'failed', reason: problem }
  const isPassed = ending.kind === 'exited' && ending.code === 0
  return { argv, status: isPassed ? 'passed' : 'failed', reason: lastPart(output) }
}

async function scriptOf(project: Project): Promise<readonly string[] | null> {
  const script = (await readManifest(project, 'package.json'))?.scripts['test']
  // What `npm init` writes is no test.
  if (typeof script !== 'string' || script.trim() === '' || script.includes('no test specified')) return null
  return ['npm', 'test', '--silent']
}
