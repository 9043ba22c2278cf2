import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { openEndpoint } from '../../src/engine/openai/endpoint.ts'
import type { Engine } from '../../src/engine/engine.ts'

export interface LlamaServerOptions {
  program: string
  model: string
  threads: number
  isOnGpu: boolean
  /** Sequences, and tokens of each. */
  parallel: number
  contextTokens: number
}

export interface LlamaServer {
  engine: Engine
  pid: number
  loadMs: number
  close(): Promise<void>
}

const startMs = 300_000

/** Starts llama-server with its own defaults but for sizes, threads and place, and asks it as any other server is asked. */
export async function startLlamaServer(options: LlamaServerOptions): Promise<LlamaServer> {
  const startedAt = performance.now()
  const port = await freePort()
  const child = spawn(options.program, serverArguments(options, port), { stdio: ['ignore', 'ignore', 'pipe'] })
  const complaint = lastWords(child)
  const end = () => void child.kill('SIGKILL')
  process.once('exit', end)
  const close = async () => {
    process.off('exit', end)
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'close')
  }
  try {
    await untilHealthy(child, port, complaint)
    const loadMs = performance.now() - startedAt
    const engine = await openEndpoint(endpointOptions(port, options), AbortSignal.timeout(startMs))
    return {
      engine,
      pid: child.pid ?? 0,
      loadMs,
      async close() {
        await engine.close()
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

function serverArguments({ model, threads, isOnGpu, parallel, contextTokens }: LlamaServerOptions, port: number): string[] {
  const place = ['--threads', String(threads), '--threads-batch', String(threads), '--n-gpu-layers', isOnGpu ? '99' : '0']
  const sizes = ['--ctx-size', String(parallel * contextTokens), '--parallel', String(parallel)]
  // Random weights write what no parser of answers knows; without it the server has a little less to do.
  const plain = ['--no-webui', '--skip-chat-parsing']
  return ['--model', model, ...sizes, ...place, '--host', '127.0.0.1', '--port', String(port), ...plain]
}

const endpointOptions = (port: number, { parallel, contextTokens }: LlamaServerOptions) => ({
  baseUrl: `http://127.0.0.1:${port}/v1`,
  model: null,
  apiKey: null,
  // Our estimate errs upward, and would refuse what fits.
  contextTokens: contextTokens * 4,
  parallel,
  deadlines: { connectMs: 5000, firstTokenMs: 600_000, idleMs: 120_000, totalMs: 1_800_000 },
  maxRetries: 0,
  userAgent: 'coding-agent-bench',
  rememberIn: null,
})

async function untilHealthy(child: ChildProcess, port: number, complaint: () => string): Promise<void> {
  const until = performance.now() + startMs
  while (performance.now() < until) {
    if (child.exitCode !== null) throw new Error(`llama-server ended: ${complaint()}`)
    const isHealthy = await fetch(`http://127.0.0.1:${port}/health`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isHealthy) return
    await delay(25)
  }
  throw new Error(`llama-server did not answer in ${startMs} ms: ${complaint()}`)
}

function lastWords(child: ChildProcess): () => string {
  let text = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-2000)
  })
  return () => text.trim()
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
