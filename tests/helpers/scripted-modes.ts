import type { ServerResponse } from 'node:http'
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import type { ChatRequest, ScriptedReply, ScriptedServerOptions } from './scripted-server.ts'

/** How the server says what the model says. */
export type ScriptedMode =
  | 'schema' // the answer as it is, in well-formed chunks
  | 'fenced-json' // the answer in a Markdown fence with chatter around it
  | 'prose' // no JSON at all, whatever was asked
  | 'tool-call' // the answer as text in <tool_call> tags
  | 'tool-call-field' // the answer as the arguments of a call in the tool_calls field
  | 'reasoning' // reasoning_content (llama-server, older vLLM) before the answer
  | 'reasoning-field' // reasoning (vLLM) before the answer
  | 'think' // <think> block inside the text
  | 'empty' // a well-formed answer without text
  | 'finish-length' // half of the answer, finish_reason "length"
  | 'no-usage' // never says how many tokens it took
  | 'not-streamed' // one JSON document although a stream was asked for
  | 'byte-by-byte' // every byte in a packet of its own
  | 'slow-first-token' // waits `delayMs` before the first chunk
  | 'slow-tokens' // waits `delayMs` before every chunk
  | 'stall' // half of the answer, then nothing more
  | 'silent' // accepts and never answers
  | 'headers-only' // answers 200 and sends nothing
  | 'heartbeat' // SSE comments for ever, never an answer
  | 'drop' // destroys the connection before any answer
  | 'drop-mid-stream' // destroys it after half of the answer
  | 'half-sse' // ends cleanly in the middle of an event
  | 'error-in-stream' // an error object as an event after half of the answer
  | 'wrong-json' // an event that does not parse
  | 'wrong-shape' // events that parse and mean nothing
  | 'enormous' // chunks without end
  | 'enormous-line' // one line without end
  | 'html' // 200 with a web page
  | 'redirect' // 307 to another address
  | 'http-400-schema' // 400 for any request with a response_format
  | `http-${number}` // this status, with an OpenAI-style error

interface Scene {
  request: ChatRequest
  reply: ScriptedReply
  response: ServerResponse
  options: ScriptedServerOptions
}

type Chunk = Record<string, unknown>

export const prose = 'I have read the change and found nothing that looks wrong, although some names could be clearer.'

/** Sends the reply in the given manner. */
export async function playMode(mode: ScriptedMode, scene: Scene): Promise<void> {
  const status = /^http-(\d+)$/.exec(mode)?.[1]
  if (status) return sendError(scene.response, Number(status), { message: `Scripted failure ${status}.` }, scene.options.retryAfter)
  if (mode === 'http-400-schema' && scene.request.response_format) {
    return sendError(scene.response, 400, { message: "'response_format' is not supported by this server." })
  }
  const play = bareModes[mode]
  if (play) {
    await play(scene)
    return
  }
  const told = retell(mode, scene)
  if (mode === 'not-streamed' || !scene.request.stream) return sendDocument(mode, { ...scene, reply: told })
  await sendStream(mode, { ...scene, reply: told })
}

/** What the server refuses by its options, as the error object of the 400 it then sends. */
export function refusalOf(request: ChatRequest, options: ScriptedServerOptions): { message: string; code?: string } | null {
  const present = new Set<string>([...Object.keys(request), request.response_format?.type ?? ''])
  const refused = options.refuses?.find((field) => present.has(field))
  if (refused) return { message: options.vagueRefusals ? 'Bad request.' : `Unsupported parameter: '${refused}'.` }
  const needed = promptTokens(request) + (request.max_tokens ?? 0)
  if (options.contextTokens === undefined || needed <= options.contextTokens) return null
  return {
    message: `This model's maximum context length is ${options.contextTokens} tokens. However, you requested ${needed} tokens.`,
    code: 'context_length_exceeded',
  }
}

export function sendError(response: ServerResponse, status: number, error: { message: string; code?: string }, retryAfter?: string) {
  response.writeHead(status, { 'content-type': 'application/json', ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }) })
  response.end(JSON.stringify({ error: { type: 'scripted_error', param: null, code: null, ...error } }))
}

/** Modes that have no use for the reply. */
const bareModes: Partial<Record<ScriptedMode, (scene: Scene) => unknown>> = {
  silent: () => undefined,
  'headers-only': ({ response }) => openStream(response).flushHeaders(),
  heartbeat: async ({ response }) => {
    openStream(response)
    while (await writable(response, ': still here\n\n')) await delay(5)
  },
  drop: ({ response }) => response.destroy(),
  html: ({ response }) => response.setHeader('content-type', 'text/html').end('<!doctype html><title>Welcome</title><h1>It works!</h1>'),
  redirect: ({ response }) => response.writeHead(307, { location: '/v1/elsewhere' }).end(),
  'wrong-json': ({ response }) => openStream(response).end('data: {"choices": [{"delta": {"content": oops}}]}\n\ndata: [DONE]\n\n'),
  'wrong-shape': ({ response }) => openStream(response).end('data: {"hello":"world"}\n\ndata: 42\n\ndata: [DONE]\n\n'),
  enormous: async (scene) => {
    openStream(scene.response)
    const piece = sse(chunk({ content: 'and so on, '.repeat(100) }))
    while (await writable(scene.response, piece)) await nextTurn()
  },
  'enormous-line': async ({ response }) => {
    openStream(response).write('data: {"choices":[{"delta":{"content":"')
    while (await writable(response, 'x'.repeat(65_536))) await nextTurn()
  },
}

function retell(mode: ScriptedMode, { request, reply }: Scene): ScriptedReply {
  const text = reply.text ?? ''
  if (mode === 'empty') return {}
  if (mode === 'prose') return { text: prose }
  if (mode === 'fenced-json')
    return { ...reply, text: `Here is what I found:\n\n\`\`\`json\n${text}\n\`\`\`\n\nLet me know if you need more.` }
  if (mode === 'think') return { ...reply, text: `<think>\nThe user wants {"an": "answer"}.\n</think>\n\n${text}` }
  if (mode === 'tool-call') return { ...reply, text: `<tool_call>\n{"name": "answer", "arguments": ${text}}\n</tool_call>` }
  if (mode === 'reasoning' || mode === 'reasoning-field') return { reasoning: 'Let me think about {"this": "first"}.', ...reply }
  if (mode === 'tool-call-field') return { toolCalls: [{ name: request.tools?.[0]?.function.name ?? 'answer', input: parsed(text) }] }
  return reply
}

async function sendStream(mode: ScriptedMode, scene: Scene) {
  const { response, options } = scene
  const { events, finish } = eventsOf(mode, scene)
  openStream(response).flushHeaders()
  if (mode === 'slow-first-token') await delay(options.delayMs ?? 50)
  const half = halfModes[mode]
  for (const event of half ? events.slice(0, Math.ceil(events.length / 2)) : events) {
    if (mode === 'slow-tokens') await delay(options.delayMs ?? 20)
    if (!(mode === 'byte-by-byte' ? await bytewise(response, event) : await writable(response, event))) return
  }
  if (half) {
    await half(response)
    return
  }
  for (const event of finish) if (mode === 'byte-by-byte') await bytewise(response, event)
  response.end(mode === 'byte-by-byte' ? '' : finish.join(''))
}

/** What comes after the first half of the answer. */
const halfModes: Partial<Record<ScriptedMode, (response: ServerResponse) => unknown>> = {
  stall: () => undefined,
  // What was written so far must be on its way before the connection is torn down.
  'drop-mid-stream': async (response) => {
    await delay(10)
    response.destroy()
  },
  'half-sse': (response) => response.end('data: {"choices":[{"index":0,"delta":{"cont'),
  'error-in-stream': (response) => response.end(sse({ error: { message: 'The model crashed.', code: 500 } })),
}

function eventsOf(mode: ScriptedMode, { request, reply, options }: Scene) {
  const limit = Math.min(
    request.max_tokens ?? Infinity,
    mode === 'finish-length' ? Math.ceil(tokensOf(reply.text ?? '').length / 2) : Infinity,
  )
  const all = tokensOf(reply.text ?? '')
  const tokens = all.slice(0, limit)
  const reason = tokens.length < all.length || mode === 'finish-length' ? 'length' : reply.toolCalls?.length ? 'tool_calls' : 'stop'
  const events = [
    chunk({ role: 'assistant', content: '' }),
    ...tokensOf(reply.reasoning ?? '').map((token) => chunk({ [mode === 'reasoning-field' ? 'reasoning' : 'reasoning_content']: token })),
    ...tokens.map((token) => chunk({ content: token }, request.logprobs ? logprob(token) : undefined)),
    ...(reply.toolCalls ?? []).flatMap(toolDeltas),
  ]
  const usage =
    mode === 'no-usage' || !request.stream_options?.include_usage
      ? []
      : [{ ...chunk({}), choices: [], usage: usageOf(request, tokens, options) }]
  return { events: events.map(sse), finish: [...[chunk({}, undefined, reason), ...usage].map(sse), 'data: [DONE]\n\n'] }
}

function sendDocument(mode: ScriptedMode, { request, reply, response, options }: Scene) {
  const tokens = tokensOf(reply.text ?? '').slice(0, request.max_tokens ?? Infinity)
  const cut = tokens.length < tokensOf(reply.text ?? '').length
  const calls = reply.toolCalls?.map((call, index) => ({
    id: call.id ?? `call_${index}`,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.input) },
  }))
  const message = {
    role: 'assistant',
    content: tokens.join(''),
    ...(reply.reasoning ? { reasoning_content: reply.reasoning } : {}),
    ...(calls ? { tool_calls: calls } : {}),
  }
  const choice = {
    index: 0,
    message,
    finish_reason: cut ? 'length' : calls ? 'tool_calls' : 'stop',
    ...(request.logprobs ? { logprobs: { content: tokens.flatMap((token) => logprob(token).content) } } : {}),
  }
  response.setHeader('content-type', 'application/json')
  response.end(
    JSON.stringify({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      choices: [choice],
      ...(mode === 'no-usage' ? {} : { usage: usageOf(request, tokens, options) }),
    }),
  )
}

/** A call in several deltas: the name first, then its arguments in pieces, as servers send them. */
function toolDeltas(call: { id?: string; name: string; input: unknown }, index: number): Chunk[] {
  const head = { index, id: call.id ?? `call_${index}`, type: 'function', function: { name: call.name, arguments: '' } }
  const pieces = tokensOf(JSON.stringify(call.input)).map((piece) => ({ index, function: { arguments: piece } }))
  return [head, ...pieces].map((delta) => chunk({ tool_calls: [delta] }))
}

/** Pieces of up to six characters; never half a character. */
const tokensOf = (text: string): string[] => text.match(/.{1,6}/gsu) ?? []

/** As many as bytes suggest, and never fewer than words, as with a real tokenizer. */
function promptTokens(request: ChatRequest): number {
  const text = request.messages.map((message) => message.content ?? '').join('\n')
  return Math.max(Math.ceil(Buffer.byteLength(text) / 4), text.match(/[A-Za-z]+/g)?.length ?? 0)
}

function usageOf(request: ChatRequest, tokens: readonly string[], options: ScriptedServerOptions) {
  const prompt = options.promptTokens ?? promptTokens(request)
  const details = options.cachedTokens === undefined ? {} : { prompt_tokens_details: { cached_tokens: options.cachedTokens } }
  return { prompt_tokens: prompt, completion_tokens: tokens.length, total_tokens: prompt + tokens.length, ...details }
}

const logprob = (token: string) => ({ content: [{ token, logprob: -0.125, bytes: [...Buffer.from(token)], top_logprobs: [] }] })

const chunk = (delta: Chunk, logprobs?: Chunk, reason: string | null = null): Chunk => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 0,
  model: 'scripted-model',
  choices: [{ index: 0, delta, finish_reason: reason, ...(logprobs ? { logprobs } : {}) }],
})

const sse = (value: Chunk) => `data: ${JSON.stringify(value)}\n\n`

const openStream = (response: ServerResponse) => {
  response.socket?.setNoDelay()
  return response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
}

/** Writes with back-pressure; false when the client is gone. */
async function writable(response: ServerResponse, data: string | Uint8Array): Promise<boolean> {
  if (response.destroyed) return false
  if (response.write(data)) return true
  await new Promise<void>((resolve) => {
    const go = () => {
      response.off('drain', go).off('close', go)
      resolve()
    }
    response.once('drain', go).once('close', go)
  })
  return !response.destroyed
}

async function bytewise(response: ServerResponse, event: string): Promise<boolean> {
  for (const byte of Buffer.from(event)) {
    if (!(await writable(response, Uint8Array.of(byte)))) return false
    await nextTurn()
  }
  return true
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return { text }
  }
}
