import module from 'node:module'
import { join } from 'node:path'
import { agentPaths } from '../config/agent-paths.ts'
import { AppError, type ExitCode, exitCodes } from '../domain/errors.ts'
import type { CommandContext } from './command.ts'
import { printError } from './print-error.ts'

/** Contract: an interrupted run is gone within a second, whatever hangs. */
const lastResortMs = 900

/** As much of a process as a run of the program uses. */
export type ProcessHost = Pick<NodeJS.Process, 'argv' | 'env' | 'cwd' | 'stdin' | 'stdout' | 'stderr'> & {
  exitCode?: number | string | null | undefined
  on(event: 'SIGINT' | 'SIGTERM', listener: () => void): unknown
  on(event: 'uncaughtException', listener: (error: unknown) => void): unknown
}

/** Runs the program as a process: signals end it, a closed pipe is no error, and the exit code is set rather than forced so that output drains. */
export async function runProcess(host: ProcessHost, exitNow: (code: number) => void): Promise<void> {
  module.enableCompileCache(join(agentPaths(host.env).cache, 'compile'))
  const controller = new AbortController()
  const end = (code: ExitCode) => {
    if (controller.signal.aborted) return exitNow(code)
    host.exitCode = code
    controller.abort(code)
    setTimeout(() => exitNow(code), lastResortMs).unref()
  }
  host.on('SIGINT', () => end(exitCodes.interrupted))
  host.on('SIGTERM', () => end(exitCodes.terminated))
  const tell = (error: unknown) =>
    printError(error, { write: (text) => host.stderr.write(text), color: false, verbose: host.argv.includes('--verbose') })
  host.on('uncaughtException', (error) => end(tell(error)))
  survivePipes(host, (error) => end(tell(error)))

  const { runProgram } = await import('./program.ts')
  try {
    host.exitCode = await runProgram(host.argv.slice(2), contextOf(host, controller.signal))
  } catch (error) {
    host.exitCode = tell(error)
  }
}

/** Somebody who reads only the first lines (`agent … | head`) is no failure; a full disk is one. */
function survivePipes({ stdout, stderr }: ProcessHost, fail: (error: unknown) => void): void {
  const isClosed = (error: NodeJS.ErrnoException) => error.code === 'EPIPE' || error.code === 'EOF'
  stdout.on('error', (error) => {
    if (!isClosed(error)) fail(new AppError('OUTPUT_UNWRITABLE', `The output cannot be written (${error.message}).`, { cause: error }))
  })
  stderr.on('error', () => {})
}

function contextOf(host: ProcessHost, signal: AbortSignal): CommandContext {
  return {
    cwd: currentFolder(host),
    environment: host.env,
    // Opened by whoever reads it: a pipe that is held open must not keep the process alive.
    get stdin() {
      return host.stdin
    },
    stdout: host.stdout,
    stderr: host.stderr,
    signal,
  }
}

function currentFolder(host: ProcessHost): string {
  try {
    return host.cwd()
  } catch (error) {
    throw new AppError('USAGE_INVALID', 'The current folder no longer exists.', { cause: error, hint: 'Change to another one, or use -C.' })
  }
}
