import { createServer } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../src/domain/errors.ts'
import type { Generation } from '../../src/engine/engine.ts'
import { prose, type ScriptedMode } from '../helpers/scripted-modes.ts'
import { startScriptedServer, type ScriptedServerOptions } from '../helpers/scripted-server.ts'
import { ask } from './contract.ts'
import { openTestEndpoint, type TestOptions } from './openai-endpoint.ts'

const answer = JSON.stringify({ findings: [{ quote: 'größe === "漢字" 🎉', line: 17 }] })
const outputSchema = { type: 'object', required: ['findings'], properties: { findings: { type: 'array', maxItems: 5 } } }

/** One question in one mode; afterwards no connection may be left, whatever happened. */
async function askIn(mode: ScriptedMode, { server: more, engine: options, request }: Setup = {}) {
  await using server = await startScriptedServer({ answer: () => answer, mode, ...more })
  const engine = await openTestEndpoint(server, options)
  let result: Generation | AppError
  try {
    result = await engine.generate(ask('Review this.', { outputSchema, maxTokens: 300, ...request }))
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    result = error
  }
  await engine.close()
  await server.idle()
  return {
    result,
    requests: server.chatRequests.length,
    openSockets: server.openSockets,
    bodies: server.chatRequests.map((one) => one.body),
  }
}

interface Setup {
  server?: Partial<ScriptedServerOptions>
  engine?: TestOptions
  request?: Parameters<typeof ask>[1]
}

const textOf = (result: Generation | AppError) => (result instanceof AppError ? `${result.code}: ${result.message}` : result.message.text)

describe('answers', () => {
  it.each<[ScriptedMode, string]>([
    ['schema', answer],
    ['byte-by-byte', answer],
    ['not-streamed', answer],
    ['slow-tokens', answer],
    ['slow-first-token', answer],
    ['no-usage', answer],
    ['prose', prose],
    ['fenced-json', `Here is what I found:\n\n\`\`\`json\n${answer}\n\`\`\`\n\nLet me know if you need more.`],
    ['tool-call', `<tool_call>\n{"name": "answer", "arguments": ${answer}}\n</tool_call>`],
    ['think', `<think>\nThe user wants {"an": "answer"}.\n</think>\n\n${answer}`],
    ['empty', ''],
  ])('are given as the server wrote them: %s', async (mode, text) => {
    const { result, ...rest } = await askIn(mode, { server: { delayMs: 2 } })
    expect(textOf(result)).toBe(text)
    expect(rest).toMatchObject({ requests: 1, openSockets: 0 })
  })

  it.each<ScriptedMode>(['reasoning', 'reasoning-field'])('do not contain what the model thought: %s', async (mode) => {
    const { result } = await askIn(mode)
    expect(result).toMatchObject({ message: { text: answer }, stopReason: 'stop' })
    // The thoughts are no part of the probabilities either.
    expect((result as Generation).tokens?.map((token) => token.text).join('')).toBe(answer)
  })

  it('are marked as cut where the server reached a limit', async () => {
    const { result } = await askIn('finish-length')
    expect(result).toMatchObject({ stopReason: 'length', message: { text: answer.slice(0, textOf(result).length) } })
    expect(textOf(result).length).toBeLessThan(answer.length)
  })

  it('with calls say so, and carry the input parsed', async () => {
    const { result } = await askIn('tool-call-field')
    expect(result).toMatchObject({
      stopReason: 'tool-calls',
      message: { text: '', toolCalls: [{ id: 'call_0', name: 'answer', input: JSON.parse(answer) }] },
    })
  })

  it('carry what the server counted', async () => {
    const { result } = await askIn('schema', { server: { cachedTokens: 2 } })
    expect(result).toMatchObject({ usage: { inputTokens: 3, cachedInputTokens: 2, outputTokens: expect.any(Number) } })
  })

  it('carry an estimate where the server does not count', async () => {
    const { result } = await askIn('no-usage', { request: { maxTokens: 30 } })
    expect(result).toMatchObject({ usage: { inputTokens: 4, cachedInputTokens: 0, outputTokens: expect.any(Number) } })
    expect((result as Generation).usage.outputTokens).toBeGreaterThan(10)
  })
})

describe('failures that may pass', () => {
  it.each<[ScriptedMode, string]>([
    ['http-408', 'ENGINE_REFUSED'],
    ['http-429', 'ENGINE_REFUSED'],
    ['http-500', 'ENGINE_FAILED'],
    ['http-503', 'ENGINE_FAILED'],
    ['drop', 'ENGINE_FAILED'],
    ['drop-mid-stream', 'ENGINE_FAILED'],
    ['half-sse', 'ENGINE_FAILED'],
    ['wrong-json', 'ENGINE_FAILED'],
    ['wrong-shape', 'ENGINE_FAILED'],
    ['error-in-stream', 'ENGINE_FAILED'],
  ])('are tried again three times, then told: %s', async (mode, code) => {
    const { result, ...rest } = await askIn(mode)
    expect(result).toMatchObject({ code, hint: expect.stringMatching(/\w/) })
    expect(rest).toMatchObject({ requests: 4, openSockets: 0 })
  })

  it.each<ScriptedMode>(['http-429', 'http-500', 'drop', 'drop-mid-stream', 'half-sse'])(
    'are forgotten when the next attempt works: %s',
    async (mode) => {
      const { result, requests } = await askIn(mode, { server: { times: 2 } })
      expect(textOf(result)).toBe(answer)
      expect(requests).toBe(3)
    },
  )

  it('are not tried more often than is asked for', async () => {
    expect(await askIn('http-500', { engine: { maxRetries: 0 } })).toMatchObject({ requests: 1 })
    expect(await askIn('http-500', { engine: { maxRetries: 99 } })).toMatchObject({ requests: 4 })
  })

  it('are waited for with pauses that grow, by chance up to their whole length', async () => {
    const pauses: number[] = []
    const sleep = async (milliseconds: number) => void pauses.push(milliseconds)
    await askIn('http-500', { engine: { sleep, random: () => 0.5 } })
    expect(pauses).toEqual([250, 500, 1_000])
  })

  it.each([
    ['7', 7_000],
    ['0', 0],
    ['soon', 500],
    [new Date(Date.now() - 5_000).toUTCString(), 0],
  ])('are waited for as long as the server asks: Retry-After %s', async (retryAfter, pause) => {
    const pauses: number[] = []
    const sleep = async (milliseconds: number) => void pauses.push(milliseconds)
    await askIn('http-429', { server: { times: 1, retryAfter }, engine: { sleep } })
    expect(pauses).toEqual([pause])
  })

  it('are given up at once when the server asks to wait past the total deadline', async () => {
    const { result, requests } = await askIn('http-429', { server: { retryAfter: '3600' } })
    expect(result).toMatchObject({
      code: 'ENGINE_REFUSED',
      message: expect.stringContaining('A further attempt in 3600 s would be past the total deadline.'),
    })
    expect(requests).toBe(1)
  })
})

describe('failures that stay', () => {
  it.each<[ScriptedMode, string, RegExp]>([
    ['http-400', 'ENGINE_REFUSED', /status 400: .*Scripted failure 400/],
    ['http-401', 'ENGINE_REFUSED', /status 401/],
    ['http-403', 'ENGINE_REFUSED', /status 403/],
    ['http-404', 'ENGINE_REFUSED', /status 404/],
    ['redirect', 'ENGINE_REFUSED', /status 307/],
    ['html', 'ENGINE_FAILED', /text\/html/],
  ])('are not tried again: %s', async (mode, code, message) => {
    const { result, ...rest } = await askIn(mode, { request: { outputSchema: undefined, temperature: undefined } as never })
    expect(result).toMatchObject({ code, message: expect.stringMatching(message), hint: expect.stringMatching(/\w/) })
    expect(rest.openSockets).toBe(0)
    // A 400 that names nothing is answered with one more try without everything that can be left out.
    expect(rest.requests).toBe(mode === 'http-400' ? 2 : 1)
  })

  it('never follow a redirect with what was asked', async () => {
    await using server = await startScriptedServer({ answer: () => answer, mode: 'redirect' })
    const engine = await openTestEndpoint(server)
    await expect(engine.generate(ask('Secret'))).rejects.toMatchObject({
      code: 'ENGINE_REFUSED',
      hint: expect.stringContaining('Redirects are not followed'),
    })
    await engine.close()
    expect(server.requests.map((request) => request.path)).toEqual(['/v1/chat/completions'])
  })

  it('do not repeat the key, nor what would act on a terminal', async () => {
    const { result } = await askIn('http-401', { engine: { apiKey: 'sk-very-secret' }, server: { apiKey: 'other' } })
    expect(result).toMatchObject({ code: 'ENGINE_REFUSED', hint: expect.stringContaining('AGENT_API_KEY') })
    expect(textOf(result)).not.toContain('sk-very-secret')
  })
})

describe('servers that do not end', () => {
  it.each<[ScriptedMode, string]>([
    ['silent', 'no token within 80 ms'],
    ['headers-only', 'no token within 80 ms'],
    ['heartbeat', 'no token within 80 ms'],
    ['stall', 'nothing for 90 ms'],
  ])('are left at their deadline, and not asked again: %s', async (mode, message) => {
    const { result, ...rest } = await askIn(mode, { engine: { deadlines: mode === 'stall' ? { idleMs: 90 } : { firstTokenMs: 80 } } })
    expect(result).toMatchObject({
      code: 'ENGINE_TIMEOUT',
      message: expect.stringContaining(message),
      hint: expect.stringMatching(/deadline/),
    })
    expect(rest).toMatchObject({ requests: 1, openSockets: 0 })
  })

  it('are left at the total deadline even while they keep sending', async () => {
    const { result, ...rest } = await askIn('slow-tokens', {
      server: { delayMs: 20, answer: () => answer.repeat(20) },
      engine: { deadlines: { totalMs: 150 } },
    })
    expect(result).toMatchObject({ code: 'ENGINE_TIMEOUT', message: expect.stringContaining('150 ms in all') })
    expect(rest).toMatchObject({ requests: 1, openSockets: 0 })
  })

  it('are cut off when they say far more than was asked for', async () => {
    const { result, ...rest } = await askIn('enormous')
    expect(result).toMatchObject({ stopReason: 'length' })
    expect(textOf(result).length).toBeLessThan(20_000)
    expect(rest).toMatchObject({ requests: 1, openSockets: 0 })
  })

  it('are cut off when one line never ends', async () => {
    const { result, ...rest } = await askIn('enormous-line')
    expect(result).toMatchObject({ code: 'ENGINE_FAILED', message: expect.stringContaining('more than 32 MiB') })
    expect(rest).toMatchObject({ requests: 1, openSockets: 0 })
  })

  it.each<ScriptedMode>(['silent', 'headers-only', 'stall', 'heartbeat', 'http-429'])(
    'are left as soon as the caller leaves: %s',
    async (mode) => {
      await using server = await startScriptedServer({ answer: () => answer, mode, retryAfter: '60' })
      const engine = await openTestEndpoint(server, { sleep: undefined as never })
      const reason = new Error('the user pressed Ctrl-C')
      const abort = new AbortController()
      const asked = engine.generate(ask('Review this.', { signal: abort.signal }))
      setTimeout(() => abort.abort(reason), 60)
      await expect(asked).rejects.toBe(reason)
      await engine.close()
      await server.idle()
      expect(server.openSockets).toBe(0)
    },
  )

  it('do not keep the engine from closing', async () => {
    await using server = await startScriptedServer({ answer: () => answer, mode: 'silent' })
    const engine = await openTestEndpoint(server)
    const asked = engine.generate(ask('Review this.'))
    setTimeout(() => void engine.close(), 60)
    await expect(asked).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE', message: expect.stringContaining('was closed') })
    await server.idle()
    expect(server.openSockets).toBe(0)
  })
})

describe('servers that are not there', () => {
  async function failureAt(baseUrl: string, options: TestOptions = {}): Promise<AppError> {
    const engine = await openTestEndpoint({ baseUrl }, options)
    const failure = await engine.generate(ask('Hello?')).catch((error: unknown) => error)
    await engine.close()
    return failure as AppError
  }

  it('are asked twice when they refuse the connection', async () => {
    const pauses: number[] = []
    const failure = await failureAt(`http://127.0.0.1:${await freePort()}/v1`, { sleep: async (ms) => void pauses.push(ms) })
    expect(failure).toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: expect.stringContaining('127.0.0.1'),
      hint: expect.stringContaining('Start the server'),
    })
    expect(pauses).toHaveLength(1)
  })

  it('are not asked again when their name does not exist', async () => {
    const pauses: number[] = []
    const failure = await failureAt('http://nowhere.invalid/v1', { sleep: async (ms) => void pauses.push(ms) })
    expect(failure.code).toBe('ENGINE_UNREACHABLE')
    expect(failure.message).toContain('nowhere.invalid')
  })

  it('are named when they do not speak HTTP', async () => {
    const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n').on('error', () => undefined)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const failure = await failureAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`)
    server.close()
    expect(failure).toMatchObject({ code: 'ENGINE_UNREACHABLE', hint: expect.stringContaining('http against https') })
  })

  it('are named when plain HTTP answers where TLS is expected', async () => {
    await using server = await startScriptedServer({ answer: () => answer })
    const failure = await failureAt(server.baseUrl.replace('http:', 'https:'))
    expect(failure).toMatchObject({ code: 'ENGINE_UNREACHABLE', hint: expect.stringContaining('http against https') })
  })

  it('are left at the deadline when the connection does not come about', async () => {
    // Accepts and never shakes hands: TLS is part of connecting.
    const server = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const failure = await failureAt(`https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, { deadlines: { connectMs: 80 } })
    server.close()
    expect(failure).toMatchObject({
      code: 'ENGINE_TIMEOUT',
      message: expect.stringContaining('within 80 ms'),
      hint: expect.stringContaining('deadline'),
    })
  })

  it('are told apart from addresses that are none', async () => {
    await expect(openTestEndpoint({ baseUrl: 'localhost:8000' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('"localhost:8000"'),
    })
  })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
