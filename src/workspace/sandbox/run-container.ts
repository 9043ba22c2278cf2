import { Writable } from 'node:stream'
import type Docker from 'dockerode'
import type { Container } from 'dockerode'
import { captureOutput } from '../../system/capture-output.ts'
import type { Command, CommandEnding, CommandResult } from '../command.ts'
import { exitOf } from './container-exit.ts'
import { endingOfCode } from './ending-of-code.ts'
import { limits } from './limits.ts'
import { watchDisk } from './watch-disk.ts'

/** When a container that was killed and is still there is removed by force, and when nothing more is expected of the daemon. */
const [forceMs, giveUpMs] = [5000, 10_000]

interface ContainerRun {
  docker: Docker
  container: Container
  /** On this machine, for the disk that it is on. */
  root: string
}

/** Starts a container that was made for one command, and follows it to its end. The caller removes it. */
export async function runContainer({ docker, container, root }: ContainerRun, command: Command): Promise<CommandResult> {
  const { signal, maxOutput, timeout, input } = command
  const startedAt = performance.now()
  const { stop, stopped, stuck, settle } = stopper(container)
  const output = captureOutput(maxOutput, () => stop({ kind: 'output-limit' }))
  const stream = await attach(container, input)
  const exited = exitOf(container, stream)
  // Until it is awaited below.
  exited.catch(() => {})
  docker.modem.demuxStream(stream, sinkFor(output.stdout), sinkFor(output.stderr))
  const abort = () => stop({ kind: 'timeout' })
  let unwatch = () => {}
  let timer: NodeJS.Timeout | undefined
  try {
    await container.start()
    timer = setTimeout(() => stop({ kind: 'timeout' }), timeout)
    unwatch = watchDisk(root, { limit: limits.disk, stop })
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    if (input !== undefined) stream.end(input)
    const code = await Promise.race([exited, stuck])
    clearTimeout(timer)
    signal.throwIfAborted()
    const texts = output.texts()
    const { OOMKilled } = (await container.inspect()).State
    const ending = stopped() ?? endingOf({ code, isOutOfMemory: OOMKilled, stderr: texts.stderr })
    return { ending, ...texts, durationMs: Math.round(performance.now() - startedAt) }
  } finally {
    clearTimeout(timer)
    settle()
    unwatch()
    signal.removeEventListener('abort', abort)
    if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy()
  }
}

/** Kills once, and remembers why. */
function stopper(container: Container) {
  let reason: CommandEnding | undefined
  const timers: NodeJS.Timeout[] = []
  const { promise: stuck, reject } = Promise.withResolvers<never>()
  // Where it is late, somebody awaits it.
  stuck.catch(() => {})
  return {
    /** Rejects where the daemon does not end what was killed. */
    stuck,
    stopped: () => reason,
    stop(ending: CommandEnding) {
      if (reason !== undefined) return
      reason = ending
      // It may just have ended by itself.
      container.kill({ signal: 'SIGKILL' }).catch(() => {})
      timers.push(setTimeout(() => void container.remove({ force: true, v: true }).catch(() => {}), forceMs))
      timers.push(setTimeout(() => reject(new Error('it does not end a container')), giveUpMs))
    },
    settle: () => timers.forEach((timer) => clearTimeout(timer)),
  }
}

async function attach(container: Container, input: string | undefined): Promise<NodeJS.ReadWriteStream> {
  const hasInput = input !== undefined
  const stream = await container.attach({ stream: true, stdin: hasInput, stdout: true, stderr: true, hijack: hasInput })
  // A program may end without reading what it was given.
  stream.on('error', () => {})
  return stream
}

function sinkFor(take: (chunk: Buffer) => void): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      take(chunk)
      done()
    },
  })
}

interface Exit {
  code: number
  isOutOfMemory: boolean
  stderr: string
}

function endingOf({ code, isOutOfMemory, stderr }: Exit): CommandEnding {
  // The daemon tells of every process that was killed for its memory; one that the program got over does not matter.
  if (isOutOfMemory && code !== 0) return { kind: 'out-of-memory' }
  // So says the first process of the container, which starts the program.
  if ((code === 126 || code === 127) && /^\[FATAL tini \(\d+\)\] exec |^catatonit: failed to exec/m.test(stderr))
    return { kind: 'not-found' }
  return endingOfCode(code)
}
