import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { AppError } from '../domain/errors.ts'
import { allowedEnvironment, type Environment, gitEnvironment, questionEnvironment } from './git-environment.ts'

const maxAnswerBytes = 256 * 2 ** 20
const maxErrorBytes = 64 * 2 ** 10

/** Set on every call, whatever the repository's configuration says: nothing it names is run, and output has one form. */
const hardening = [
  '--no-pager',
  ...[
    'core.fsmonitor=',
    'core.hooksPath=/dev/null',
    'core.quotePath=true',
    'core.safecrlf=false',
    'core.bigFileThreshold=512m',
    'diff.suppressBlankEmpty=false',
    'diff.autoRefreshIndex=true',
    'diff.noprefix=false',
    'diff.mnemonicPrefix=false',
  ].flatMap((setting) => ['-c', setting]),
]

interface GitRunOptions {
  signal?: AbortSignal | undefined
  /** Written to standard input, which is empty otherwise. */
  input?: string | Uint8Array
  /** Leaves the configuration as it is, for questions about it. */
  asConfigured?: boolean
}

export interface GitAnswer {
  code: number
  stdout: Buffer
  stderr: string
}

/** The one seam that runs git. Bytes in, bytes out; every call can be aborted and leaves no process behind. */
export interface Git {
  /** Runs to the end, whatever the exit status. */
  run(args: readonly string[], options?: GitRunOptions): Promise<GitAnswer>
  /** Standard output of a call that must succeed. */
  ask(args: readonly string[], options?: GitRunOptions): Promise<Buffer>
  /** Standard output as it comes; stopping to read ends the process. */
  stream(args: readonly string[], options?: GitRunOptions): AsyncGenerator<Buffer>
  /** A process that stays open for conversation; the caller ends it. */
  start(args: readonly string[]): ChildProcessWithoutNullStreams
  /** A one-line question that carries a name of the user's, such as a ref; null when git says no. */
  askAbout(args: readonly string[], signal?: AbortSignal): Promise<string | null>
}

/**
 * Git in one directory. Whatever answers in bytes (paths, blobs, diffs) is spawned here: simple-git keeps the whole output and decodes it as
 * UTF-8. Questions that carry text of the user's go through simple-git, whose guard refuses options and settings that run programs.
 */
export function createGit(directory: string, environment: Environment): Git {
  const env = gitEnvironment(environment)
  const place = { directory, env }
  const run: Git['run'] = (args, options = {}) => runToEnd(place, args, options)
  return {
    run,
    stream: (args, options = {}) => streamOutput(place, args, options),
    start: (args) => startGit(place, args),
    async ask(args, options) {
      const { code, stdout, stderr } = await run(args, options)
      if (code !== 0) throw gitFailure(args, stderr)
      return stdout
    },
    askAbout: (args, signal) => askThroughSimpleGit(place, args, signal),
  }
}

interface Place {
  directory: string
  env: Record<string, string>
}

function startGit(
  { directory, env }: Place,
  args: readonly string[],
  { signal, asConfigured }: GitRunOptions = {},
): ChildProcessWithoutNullStreams {
  signal?.throwIfAborted()
  const options = { cwd: directory, env, windowsHide: true, ...(signal ? { signal } : {}) }
  const child = spawn('git', [...(asConfigured ? [] : hardening), ...args], options)
  // Git may end without reading all of its input; its exit status says why.
  child.stdin.on('error', () => {})
  return child
}

async function runToEnd(place: Place, args: readonly string[], options: GitRunOptions): Promise<GitAnswer> {
  const { signal, input } = options
  const child = startGit(place, args, options)
  child.stdin.end(input ?? '')
  const [stdout, stderr] = [collect(child, 'stdout', maxAnswerBytes), collect(child, 'stderr', maxErrorBytes)]
  const code = await exitOf(child, signal)
  if (stdout.overflowed) throw new AppError('GIT_FAILED', `git ${args[0]} printed more than ${maxAnswerBytes} bytes.`)
  return { code, stdout: stdout.bytes(), stderr: stderr.bytes().toString('utf8').trim() }
}

async function* streamOutput(place: Place, args: readonly string[], options: GitRunOptions): AsyncGenerator<Buffer> {
  const { signal, input } = options
  const child = startGit(place, args, options)
  child.stdin.end(input ?? '')
  const stderr = collect(child, 'stderr', maxErrorBytes)
  const ended = exitOf(child, signal)
  // Awaited below, unless the reader has left by then.
  ended.catch(() => {})
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer
  } finally {
    child.kill()
  }
  const code = await ended
  if (code !== 0) throw gitFailure(args, stderr.bytes().toString('utf8').trim())
}

async function askThroughSimpleGit({ directory, env }: Place, args: readonly string[], signal?: AbortSignal): Promise<string | null> {
  const { simpleGit } = await import('simple-git')
  // By default it takes a process for finished 50 ms after its exit, read or not.
  const options = { baseDir: directory, allowEnvironment: allowedEnvironment, completion: { onClose: true, onExit: false } }
  try {
    const asking = simpleGit({ ...options, ...(signal ? { abort: signal } : {}) }).env(questionEnvironment(env))
    return (await asking.raw([...args])).trim()
  } catch {
    signal?.throwIfAborted()
    return null
  }
}

/** Settles once the process is gone and its pipes are closed. */
function exitOf(child: ChildProcessWithoutNullStreams, signal?: AbortSignal): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  let failure: Error | undefined
  // A program that git started may hold its pipes open long after git was ended.
  const letGo = () => {
    child.stdout.destroy()
    child.stderr.destroy()
  }
  signal?.addEventListener('abort', letGo, { once: true })
  child.on('error', (error) => (failure = error))
  child.on('close', (code) => {
    signal?.removeEventListener('abort', letGo)
    if (signal?.aborted) return reject(signal.reason)
    if (failure) return reject(spawnFailure(failure))
    // Null: ended by a signal, which is a failure whoever sent it.
    resolve(code ?? 128)
  })
  return promise
}

function collect(child: ChildProcessWithoutNullStreams, stream: 'stdout' | 'stderr', limit: number) {
  const chunks: Buffer[] = []
  const collected = { overflowed: false, bytes: () => Buffer.concat(chunks) }
  let size = 0
  child[stream].on('data', (chunk: Buffer) => {
    size += chunk.length
    collected.overflowed ||= size > limit
    if (!collected.overflowed) chunks.push(chunk)
    else if (stream === 'stdout') child.kill()
  })
  return collected
}

function spawnFailure(cause: Error): AppError {
  return new AppError('GIT_FAILED', `git could not be started: ${cause.message}.`, {
    cause,
    hint: 'Install git 2.30 or newer and put it on PATH.',
  })
}

export function gitFailure(args: readonly string[], stderr: string): AppError {
  const reason = stderr.split('\n').find((line) => /^(fatal|error): /.test(line)) ?? stderr.split('\n')[0]
  const isPartialClone = /promisor|lazy fetch|transport '.*' not allowed|could not fetch/.test(stderr)
  const hint = isPartialClone
    ? 'This is a partial clone and objects of the change are missing: run `git diff` over the same commits once, which fetches them, or clone without --filter.'
    : 'Run `git fsck` to see whether the repository is intact.'
  return new AppError('GIT_FAILED', `git ${args[0]} failed: ${(reason || 'it ended without a message').replace(/^(fatal|error): /, '')}`, {
    hint,
  })
}
