import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { captureOutput } from './capture-output.ts'

export interface GroupProgram {
  argv: readonly string[]
  /** Absolute path. */
  directory: string
  /** All of it: nothing is inherited. */
  environment: Readonly<Record<string, string>>
  /** Written to standard input, which is empty otherwise. */
  input?: string | undefined
  /** What the program reads from descriptor 3 and those that follow. */
  descriptors?: readonly string[]
  /** Milliseconds until all of it is killed. */
  timeout: number
  /** Bytes of standard output and error together that are kept; more ends the program. */
  maxOutput: number
  signal: AbortSignal
}

export type GroupEnding =
  | { kind: 'exited'; code: number }
  | { kind: 'signalled'; signal: string }
  | { kind: 'timeout' }
  | { kind: 'out-of-memory' }
  | { kind: 'output-limit' }
  /** It could not be started; standard error says why. */
  | { kind: 'not-found' }

export interface GroupResult {
  ending: GroupEnding
  stdout: string
  stderr: string
  durationMs: number
}

/** What is done about a group beside waiting for it. */
export interface GroupCare {
  /** Called with the process and a way to end it early; what it returns is called when the group is gone. */
  watch?(pid: number, stop: (ending: GroupEnding) => void): () => void
  /** Ends what has left the group; called once the program itself has ended. */
  sweep?(): void
}

/** How long a pipe may stay open that a process we cannot find holds. */
const pipesMs = 500

/** Runs a program as the leader of a session of its own, and kills all of the session when it ends, is late, says too much or is aborted. */
export async function runGroup(program: GroupProgram, care: GroupCare = {}): Promise<GroupResult> {
  const { signal, timeout, maxOutput } = program
  signal.throwIfAborted()
  const startedAt = performance.now()
  const child = tryStart(program)
  if (child instanceof Error) return notStarted(child)
  let stopped: GroupEnding | undefined
  const stop = (ending: GroupEnding) => {
    stopped ??= ending
    killGroup(child)
  }
  const output = captureOutput(maxOutput, () => stop({ kind: 'output-limit' }))
  child.stdout?.on('data', output.stdout)
  child.stderr?.on('data', output.stderr)
  const timer = setTimeout(() => stop({ kind: 'timeout' }), timeout)
  const abort = () => killGroup(child)
  signal.addEventListener('abort', abort, { once: true })
  const unwatch = child.pid === undefined ? undefined : care.watch?.(child.pid, stop)
  try {
    const ended = await endOf(child, care)
    signal.throwIfAborted()
    if (ended instanceof Error) return notStarted(ended)
    const { stdout, stderr } = output.texts()
    const durationMs = Math.round(performance.now() - startedAt)
    return { ending: stopped ?? ended, stdout, stderr, durationMs }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
    unwatch?.()
  }
}

/** Throws where the machine is the reason, which may have no process or no memory left. */
function notStarted(error: NodeJS.ErrnoException): GroupResult {
  const aboutProgram = ['ENOENT', 'EACCES', 'ENOTDIR', 'ENOEXEC', 'ELOOP', 'ENAMETOOLONG', 'E2BIG']
  if (!aboutProgram.includes(error.code ?? '')) throw error
  return { ending: { kind: 'not-found' }, stdout: '', stderr: `${error.message}\n`, durationMs: 0 }
}

/** Some reasons are thrown, others told by an event. */
function tryStart(program: GroupProgram): ChildProcess | Error {
  try {
    return start(program)
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  }
}

function start({ argv: [file = '', ...args], directory, environment, input, descriptors = [] }: GroupProgram): ChildProcess {
  const stdio: StdioOptions = [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', ...descriptors.map(() => 'pipe' as const)]
  // A session of its own: a signal to us from a terminal is not one to it, and all of it can be killed at once.
  const child = spawn(file, args, { cwd: directory, env: environment, stdio, detached: true, windowsHide: true })
  if (input !== undefined) send(child.stdin, input)
  for (const [index, text] of descriptors.entries()) send(child.stdio[index + 3], text)
  return child
}

/** A program may end without reading what it was given. */
function send(pipe: Readable | Writable | null | undefined, text: string): void {
  if (!pipe || !('end' in pipe)) return
  pipe.on('error', () => {})
  pipe.end(text)
}

/** Settles when the program has ended and its pipes are closed; with the error of one that never started. */
function endOf(child: ChildProcess, { sweep }: GroupCare): Promise<GroupEnding | Error> {
  const { promise, resolve } = Promise.withResolvers<GroupEnding | Error>()
  let letGo: NodeJS.Timeout | undefined
  child.once('error', resolve)
  child.once('exit', () => {
    killGroup(child)
    sweep?.()
    letGo = setTimeout(() => {
      child.stdout?.destroy()
      child.stderr?.destroy()
    }, pipesMs)
  })
  child.once('close', (code, signal) => {
    clearTimeout(letGo)
    resolve(signal === null ? { kind: 'exited', code: code ?? 0 } : { kind: 'signalled', signal })
  })
  return promise
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    // Windows knows no groups.
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch {
    // Nobody of it is left.
  }
}
