import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { constants } from 'node:os'
import { dirname } from 'node:path'
import { AppError } from '../../domain/errors.ts'
import { endingHint } from '../llama/ending-hint.ts'
import { createServerLog, type ServerLog } from './server-log.ts'

/** A llama-server that we have started. */
export interface ServerProcess {
  readonly pid: number | undefined
  /** Aborted when it has ended, with why as the reason. */
  readonly ended: AbortSignal
  readonly log: ServerLog
  /** Ends it at once. */
  kill(reason: AppError): Promise<void>
}

/**
 * Stands between us and llama-server, which knows nothing of the one who started it: when its standard input ends, because we have ended in whatever way,
 * so does the server. Its code goes over the command line, so that it is no file that a bundle could lose.
 */
const watchdog = `
const { spawn } = require('node:child_process')
const [path, ...rest] = process.argv.slice(1)
const server = spawn(path, rest, { stdio: ['ignore', 'inherit', 'inherit'], windowsHide: true })
const end = () => server.kill('SIGKILL')
process.stdin.on('end', end).on('error', end).resume()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end)
server.on('error', (error) => {
  console.error('error: ' + error.message)
  process.exit(127)
})
server.on('exit', (code, signal) => process.exit(signal ? 128 + require('node:os').constants.signals[signal] : code))
`

/** How long the watchdog may take for that. */
const patienceMs = 3000

interface Start {
  path: string
  args: readonly string[]
  environment: Record<string, string>
  apiKey: string
}

/** Starts llama-server under a watchdog, in a session of its own. It does not keep this process alive. */
export function startServerProcess({ path, args, environment, apiKey }: Start): ServerProcess {
  const log = createServerLog(apiKey)
  const ended = new AbortController()
  const child = spawn(process.execPath, ['-e', watchdog, '--', path, ...args], {
    cwd: dirname(path),
    env: { ...environment, LLAMA_API_KEY: apiKey },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    windowsHide: true,
  })
  child.stdin.on('error', () => {})
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', log.add)
  const fail = (error: AppError) => ended.abort(error)
  child.once('error', (error) => fail(new AppError('ENGINE_FAILED', `llama-server does not start: ${error.message}.`, { cause: error })))
  // Where the watchdog was killed, its server must not be left behind.
  child.once('exit', () => killGroup(child))
  const closed = new Promise<void>((resolve) => {
    child.once('close', (code, signal) => {
      fail(endedError(signal ?? nameOf(code), log.complaint()))
      resolve()
    })
  })
  keepAlive(child, false)
  return {
    pid: child.pid,
    ended: ended.signal,
    log,
    async kill(reason) {
      fail(reason)
      if (child.pid === undefined) return
      keepAlive(child, true)
      // The watchdog waits for the server's end, so that nothing of it is left for an init that some containers do not have.
      child.stdin.destroy()
      const timer = setTimeout(() => killGroup(child), patienceMs)
      await closed
      clearTimeout(timer)
    },
  }
}

function keepAlive(child: ChildProcess, isNeeded: boolean): void {
  const verb = isNeeded ? 'ref' : 'unref'
  child[verb]()
  for (const stream of child.stdio) (stream as Socket | null)?.[verb]()
}

/** On Windows, which knows no groups, the end of its input makes the watchdog do it. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined || process.platform === 'win32') return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nobody of it is left.
  }
}

function nameOf(code: number | null): string {
  const signal = Object.entries(constants.signals).find(([, number]) => number + 128 === code)?.[0]
  return signal ?? `exit code ${code}`
}

function endedError(how: string, complaint: string): AppError {
  // Whoever is killed has not said why.
  const why = complaint === '' || how === 'SIGKILL' ? '' : `: ${complaint}`
  return new AppError('ENGINE_FAILED', `llama-server ended by ${how}${why}.`, { hint: endingHint(how) })
}
