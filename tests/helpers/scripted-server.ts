import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import { playMode, refusalOf, sendError, type ScriptedMode } from './scripted-modes.ts'

/** The body of a chat request as it came over the wire. */
export interface ChatRequest {
  model: string
  messages: readonly { role: string; content: string | null; tool_call_id?: string; tool_calls?: readonly unknown[] }[]
  stream?: boolean
  stream_options?: { include_usage?: boolean }
  max_tokens?: number
  temperature?: number
  seed?: number
  logprobs?: boolean
  response_format?: { type: string; json_schema?: { name: string; strict?: boolean; schema: Record<string, unknown> } }
  tools?: readonly { type: 'function'; function: { name: string; description: string; parameters: Record<string, unknown> } }[]
  chat_template_kwargs?: Record<string, unknown>
}

export interface ScriptedReply {
  text?: string
  reasoning?: string
  toolCalls?: readonly { id?: string; name: string; input: unknown }[]
}

interface RecordedRequest {
  method: string
  path: string
  headers: IncomingHttpHeaders
  /** Null for requests without a body. */
  body: ChatRequest | null
  /** From `performance.now()`, when the whole request had arrived. */
  atMs: number
}

export interface ScriptedServerOptions {
  /** What the model would say; `index` counts chat requests from 0. */
  answer: (request: ChatRequest, index: number) => string | ScriptedReply | Promise<string | ScriptedReply>
  mode?: ScriptedMode
  /** How many chat requests the mode lasts; afterwards the server behaves (`schema`). Default: for ever. */
  times?: number
  models?: readonly string[]
  /** With it, a longer prompt plus `max_tokens` is refused with 400, as vLLM does. */
  contextTokens?: number
  /** Requests without `Authorization: Bearer <this>` are refused with 401. */
  apiKey?: string
  /** Value of `Retry-After` on 429 and 503. */
  retryAfter?: string
  /** For the slow modes. */
  delayMs?: number
  /** Request fields refused with 400: any field of the body, or `json_schema`, `json_object`. */
  refuses?: readonly string[]
  /** What requests with tools are answered with. */
  refusesTools?: { status: number; message: string }
  /** A refusal that does not name what it refuses. */
  vagueRefusals?: boolean
  /** Reported instead of a count, as by a server that cuts long prompts. */
  promptTokens?: number
  /** Reported as `prompt_tokens_details.cached_tokens`. */
  cachedTokens?: number
}

export interface ScriptedServer {
  /** Ends in `/v1`. */
  readonly baseUrl: string
  readonly requests: readonly RecordedRequest[]
  /** Only those to `/v1/chat/completions`. */
  readonly chatRequests: readonly RecordedRequest[]
  /** Sockets that are connected at this moment. */
  readonly openSockets: number
  setMode(mode: ScriptedMode, times?: number): void
  /** Resolves when no client is connected any more. */
  idle(): Promise<void>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** A real HTTP server on 127.0.0.1 that speaks the OpenAI wire format; only the model behind it is made up. */
export async function startScriptedServer(options: ScriptedServerOptions): Promise<ScriptedServer> {
  const requests: RecordedRequest[] = []
  const sockets = new Set<Socket>()
  let [mode, remaining] = [options.mode ?? 'schema', options.times ?? Infinity]
  let asked = 0

  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const raw = await readText(request)
    const path = request.url ?? ''
    const body = raw === '' ? null : (JSON.parse(raw) as ChatRequest)
    requests.push({ method: request.method ?? '', path, headers: request.headers, body, atMs: performance.now() })
    if (options.apiKey && request.headers.authorization !== `Bearer ${options.apiKey}`) {
      return sendError(response, 401, { message: 'Incorrect API key provided.' })
    }
    if (path === '/v1/models') return sendModels(response, options.models ?? ['scripted-model'])
    if (path !== '/v1/chat/completions' || !body) return sendError(response, 404, { message: `No route ${path}.` })
    if (options.refusesTools && body.tools) return sendError(response, options.refusesTools.status, options.refusesTools)
    const current = remaining > 0 ? mode : 'schema'
    remaining -= 1
    const refusal = refusalOf(body, options)
    if (refusal) return sendError(response, 400, refusal)
    const said = await options.answer(body, asked++)
    await playMode(current, { request: body, reply: typeof said === 'string' ? { text: said } : said, response, options })
  }

  const server = createServer((request, response) => {
    // A client that goes away in the middle is what many modes are for; it must not fail the test run.
    respond(request, response).catch(() => response.destroy())
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const close = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    get chatRequests() {
      return requests.filter((request) => request.path === '/v1/chat/completions')
    },
    get openSockets() {
      return sockets.size
    },
    setMode(next, times = Infinity) {
      mode = next
      remaining = times
    },
    async idle() {
      await Promise.all([...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))))
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function sendModels(response: ServerResponse, models: readonly string[]) {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ object: 'list', data: models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'tests' })) }))
}
