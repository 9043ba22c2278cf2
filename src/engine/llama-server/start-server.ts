import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../../domain/errors.ts'
import { openServerHttp, type ServerHttp } from './server-http.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'

/** A llama-server with its model in memory. */
export interface RunningServer {
  process: ServerProcess
  http: ServerHttp
}

interface StartOptions {
  path: string
  args: readonly string[]
  environment: Record<string, string>
  userAgent: string
  openMs: number
  signal: AbortSignal
}

const lookMs = 25
const healthMs = 5000
/** Somebody else may take a port between our look and the server's start. */
const mostPorts = 4

/**
 * Starts llama-server on this machine alone, with a key that nobody else knows, and waits until the model is loaded. The system chooses the port; a server
 * that does not say which one it got is given one that was free a moment ago.
 */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { openMs, path } = options
  const timeout = AbortSignal.timeout(openMs)
  const signal = AbortSignal.any([options.signal, timeout])
  try {
    for (let attempt = 1; ; attempt++) {
      const running = await startOn(attempt === 1 ? 0 : await freePort(), { ...options, signal })
      if (running !== null) return running
      if (attempt === mostPorts) throw noPort(path)
    }
  } catch (error) {
    options.signal.throwIfAborted()
    throw timeout.aborted ? tooSlow(openMs) : error
  }
}

/** Null where it did not get the port, or does not say which one it has. */
async function startOn(port: number, { path, args, environment, userAgent, signal }: StartOptions): Promise<RunningServer | null> {
  const apiKey = randomBytes(24).toString('base64url')
  const process = startServerProcess({ path, args: [...args, '--port', String(port)], environment, apiKey })
  try {
    const listening = await portOf(process, signal)
    if (listening === 0) {
      await process.kill(notNeeded())
      return null
    }
    const http = openServerHttp({ port: listening, apiKey, userAgent })
    process.ended.addEventListener('abort', http.close, { once: true })
    await untilHealthy(http, { process, signal })
    return { process, http }
  } catch (error) {
    const lostPort = process.ended.aborted && hasNoPort(process)
    await process.kill(notNeeded())
    if (lostPort) return null
    throw error
  }
}

async function portOf({ log, ended }: ServerProcess, signal: AbortSignal): Promise<number> {
  for (;;) {
    const port = log.port()
    if (port !== null) return port
    ended.throwIfAborted()
    await pause(signal)
  }
}

async function untilHealthy(http: ServerHttp, { process, signal }: { process: ServerProcess; signal: AbortSignal }): Promise<void> {
  for (;;) {
    const status = await http.status('/health', { signal: AbortSignal.any([signal, process.ended]), timeoutMs: healthMs })
    if (status === 200) return
    // Anything but "still loading" and no answer at all comes from something else.
    if (status !== null && status !== 503) throw notAServer(status)
    await pause(signal)
  }
}

/** Keeps this process alive meanwhile, which the server itself does not. */
async function pause(signal: AbortSignal): Promise<void> {
  await delay(lookMs, undefined, { signal }).catch(() => {})
  signal.throwIfAborted()
}

function hasNoPort({ log }: ServerProcess): boolean {
  return /couldn't bind|could not bind|failed to bind|bind\(\) failed|address already in use/i.test(log.complaint())
}

async function freePort(): Promise<number> {
  const probe = createServer()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  probe.once('error', reject).listen(0, '127.0.0.1', resolve)
  await promise
  const address = probe.address()
  probe.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const notNeeded = () => new AppError('ENGINE_UNAVAILABLE', 'The start of llama-server was given up.')

const noPort = (path: string) =>
  new AppError('ENGINE_UNAVAILABLE', `${path} found no port on 127.0.0.1 in ${mostPorts} attempts.`, {
    hint: 'See whether something keeps programs from listening there, or set engine.server to never.',
  })

const notAServer = (status: number) =>
  new AppError('ENGINE_UNAVAILABLE', `What was started as llama-server answers to /health with status ${status}.`, {
    hint: 'Set engine.server to the path of a llama-server of llama.cpp, or to never.',
  })

const tooSlow = (openMs: number) =>
  new AppError('ENGINE_TIMEOUT', `llama-server did not load the model in ${openMs} ms.`, {
    hint: 'Choose a smaller model with `agent models list`, or put it on a faster disk.',
  })
