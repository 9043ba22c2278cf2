import { z } from 'zod'
import { AppError } from '../../domain/errors.ts'
import type { Engine, GenerateRequest } from '../engine.ts'
import { defaultLocalDeadlines } from '../llama/local-options.ts'
import type { Backend } from '../llama/messages.ts'
import { orAborted } from '../llama/or-aborted.ts'
import { openEndpoint } from '../openai/endpoint.ts'
import { serverEnvironment } from './ask-server.ts'
import { countPrompt } from './count-prompt.ts'
import type { Gpu } from './list-gpus.ts'
import { serverArguments } from './server-arguments.ts'
import type { Prepared, ServerOptions, ServerPlan } from './server-options.ts'
import { type RunningServer, startServer } from './start-server.ts'
import { type Supervised, superviseServer } from './supervise-server.ts'

export interface ServerEngine extends Engine {
  /** What computes, and on which GPUs. */
  readonly backend: ServerBackend
}

/** As the library's, with backends that only llama-server has. */
type ServerBackend = Omit<Backend, 'name'> & { name: Gpu['backend'] | 'cpu' }

interface ReadyServer extends RunningServer {
  /** The server through its OpenAI-compatible interface. */
  endpoint: Engine
  contextTokens: number
  parallel: number
  offersTools: boolean
  /** How long it may take to say that it is well. */
  healthMs: number
}

const propsSchema = z.object({
  default_generation_settings: z.object({ n_ctx: z.int().positive() }).nullish().catch(null),
  total_slots: z.int().positive().nullish().catch(null),
  chat_template_caps: z.object({ supports_tools: z.boolean().nullish() }).nullish().catch(null),
})

const tokensSchema = z.object({ tokens: z.array(z.unknown()) })
const longestHealthMs = 5000

/** A model on this machine in a llama-server that is started here and ends with `close`, and with this process in whatever way that ends. */
export async function openServerEngine(
  prepared: Prepared,
  { options, model, signal }: { options: ServerOptions; model: string; signal: AbortSignal },
): Promise<ServerEngine> {
  signal.throwIfAborted()
  const supervisor = superviseServer(prepared.plans, starterOf(prepared, { options, model }))
  let current = await orAborted(supervisor.ready(), signal).catch(async (error: unknown) => {
    await supervisor.close()
    throw error
  })
  const ready = async (waiter?: AbortSignal): Promise<ReadyServer> => {
    current = await orAborted(supervisor.ready(), waiter)
    return current.server
  }
  return {
    kind: 'local',
    model,
    digest: options.digest,
    get backend() {
      return backendOf(prepared, current)
    },
    get offersTools() {
      return current.server.offersTools && current.server.endpoint.offersTools
    },
    get contextTokens() {
      return current.server.contextTokens
    },
    get parallel() {
      return current.server.parallel
    },
    get notices() {
      return [...prepared.notices, ...supervisor.notices, ...current.server.endpoint.notices]
    },
    countTokens: async (text) => (text === '' ? 0 : withServer(await ready(), (server) => countTokens(text, server))),
    async generate(request) {
      request.signal.throwIfAborted()
      if (request.tools.length > 0 && request.outputSchema !== undefined) throw toolsUnderSchema()
      return await withServer(await ready(request.signal), (server) => generate(request, server))
    },
    async close() {
      await current.server.endpoint.close()
      await supervisor.close()
    },
  }
}

function starterOf({ server, trainedTokens }: Prepared, { options, model }: { options: ServerOptions; model: string }) {
  const { modelPath, environment, userAgent, freeRam } = options
  const { openMs, ...deadlines } = options.deadlines ?? defaultLocalDeadlines
  const connect = async (running: RunningServer, { offload }: ServerPlan, signal: AbortSignal): Promise<ReadyServer> => {
    const { http } = running
    const props = await http.json('/props', { schema: propsSchema, signal })
    const slotTokens = props?.default_generation_settings?.n_ctx ?? Infinity
    const contextTokens = Math.min(offload.contextTokens, slotTokens, trainedTokens ?? Infinity)
    const parallel = Math.min(offload.parallel, props?.total_slots ?? Infinity)
    const endpoint = await openEndpoint(
      {
        baseUrl: http.baseUrl,
        apiKey: http.apiKey,
        model,
        userAgent,
        contextTokens,
        parallel,
        deadlines: { connectMs: 5000, ...deadlines },
        // For connections that the server closes just when they are used again; its own end ends all attempts.
        maxRetries: 2,
      },
      signal,
    )
    const offersTools = props?.chat_template_caps?.supports_tools ?? true
    return { ...running, endpoint, contextTokens, parallel, offersTools, healthMs: Math.min(longestHealthMs, deadlines.idleMs) }
  }
  return async (plan: ServerPlan, signal: AbortSignal): Promise<ReadyServer> => {
    const args = serverArguments(server, { modelPath, plan, freeRam: freeRam() })
    const running = await startServer({ path: server.path, args, environment: serverEnvironment(environment), userAgent, openMs, signal })
    try {
      return await connect(running, plan, signal)
    } catch (error) {
      await running.process.kill(new AppError('ENGINE_UNAVAILABLE', 'The start of llama-server was given up.'))
      throw error
    }
  }
}

async function generate(request: GenerateRequest, { endpoint, http, process, contextTokens }: ReadyServer) {
  const signal = AbortSignal.any([request.signal, process.ended])
  const promptTokens = await countPrompt(request, { http, signal, contextTokens })
  if (promptTokens !== null && promptTokens + request.maxTokens > contextTokens) throw overflow(promptTokens, request, contextTokens)
  return await endpoint.generate({ ...request, signal })
}

async function countTokens(text: string, { http, process }: ReadyServer): Promise<number> {
  const body = { content: text, add_special: false, parse_special: false }
  const answer = await http.json('/tokenize', { schema: tokensSchema, signal: process.ended, body })
  if (answer === null) throw new AppError('ENGINE_FAILED', 'llama-server does not count tokens.', { hint: 'Update llama-server.' })
  return answer.tokens.length
}

/** What the end of the server breaks is told as that end. One that does not even say that it is well is ended, so that the next request finds a new one. */
async function withServer<Value>(server: ReadyServer, work: (server: ReadyServer) => Promise<Value>): Promise<Value> {
  const { process, http } = server
  try {
    return await work(server)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.code === 'ENGINE_TIMEOUT') {
      const status = await http.status('/health', { signal: process.ended, timeoutMs: server.healthMs }).catch(() => null)
      if (status === null) await process.kill(error)
      throw error
    }
    if (error.code === 'ENGINE_UNREACHABLE' || error.code === 'ENGINE_FAILED') await endingOf(server)
    process.ended.throwIfAborted()
    throw error
  }
}

const noticeMs = 500

/** A connection breaks a moment before the end of its process is known. */
async function endingOf({ process: { ended } }: ReadyServer): Promise<void> {
  if (ended.aborted) return
  await orAborted(new Promise((resolve) => setTimeout(resolve, noticeMs)), ended).catch(() => {})
}

function backendOf({ server }: Prepared, { plan: { gpus, threads } }: Supervised<unknown>): ServerBackend {
  const library = `llama-server ${server.version ?? '(version not known)'}`
  const [first] = gpus
  if (first === undefined) return { name: 'cpu', devices: [], vramBytes: null, threads, library }
  return {
    name: first.backend,
    devices: gpus.map(({ name }) => name),
    vramBytes: gpus.reduce((sum, { totalBytes }) => sum + totalBytes, 0),
    threads,
    library,
  }
}

const overflow = (promptTokens: number, { maxTokens }: GenerateRequest, contextTokens: number) =>
  new AppError(
    'ENGINE_OUT_OF_CONTEXT',
    `The prompt has ${promptTokens} tokens and the answer may have ${maxTokens}, but the context holds ${contextTokens} together.`,
    { hint: 'Ask about less at once, or set engine.context to more where the model and the memory allow it.' },
  )

const toolsUnderSchema = () =>
  new AppError('ENGINE_REFUSED', 'The local engine cannot offer tools to the model and keep it to a schema at once.', {
    hint: 'Ask for one of both.',
  })
