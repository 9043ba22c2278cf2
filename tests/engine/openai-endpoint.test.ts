import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { connect, createServer as createSocketServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GenerateRequest } from '../../src/engine/engine.ts'
import { endpointHandle } from '../../src/engine/openai/endpoint-handle.ts'
import { isLoopback } from '../../src/engine/openai/is-loopback.ts'
import { startScriptedServer } from '../helpers/scripted-server.ts'
import { ask } from './contract.ts'
import { openTestEndpoint, testEndpointOptions } from './openai-endpoint.ts'
import { startJsonServer } from './openai-json-server.ts'

const never = new AbortController().signal

describe('opening an endpoint', () => {
  it('sends nothing when the model is named', async () => {
    await using server = await startScriptedServer({ answer: () => 'hello' })
    const handle = endpointHandle(testEndpointOptions(server))
    expect(handle).toMatchObject({ kind: 'endpoint', model: 'scripted-model', digest: null })
    const engine = await handle.open(never)
    expect(engine).toMatchObject({
      kind: 'endpoint',
      model: 'scripted-model',
      digest: null,
      contextTokens: 8_192,
      parallel: 4,
      notices: [],
    })
    expect([server.requests.length, server.openSockets]).toEqual([0, 0])
    await engine.close()
  })

  it('asks for the models when none is named, and takes the only one', async () => {
    await using server = await startScriptedServer({ answer: () => 'hello', models: ['qwen3-coder'] })
    const engine = await openTestEndpoint(server, { model: null, contextTokens: 2_048, parallel: 9 })
    await engine.generate(ask('Hello?'))
    await engine.close()
    expect(engine).toMatchObject({ model: 'qwen3-coder', contextTokens: 2_048, parallel: 9, notices: [] })
    expect(server.chatRequests[0]?.body?.model).toBe('qwen3-coder')
  })

  it('takes the first of several models, and says so', async () => {
    await using server = await startScriptedServer({ answer: () => 'hello', models: ['one', 'two', 'three'] })
    const engine = await openTestEndpoint(server, { model: null })
    await engine.close()
    expect(engine.model).toBe('one')
    expect(engine.notices).toEqual([
      { code: 'MODEL_CHOSEN', message: expect.stringContaining('3 models; the first, one'), hint: expect.stringContaining('--model two') },
    ])
  })

  it('takes the length of the context from a server that tells it', async () => {
    await using server = await jsonServer({ data: [{ id: 'm', max_model_len: 65_536 }] })
    const engine = await openTestEndpoint(server, { model: null })
    await engine.close()
    expect(engine.contextTokens).toBe(65_536)
  })

  it.each([{ data: [] }, { models: ['m'] }, 'not JSON at all'])('says when there is no model to take: %j', async (models) => {
    await using server = await jsonServer(models)
    await expect(openTestEndpoint(server, { model: null })).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      hint: expect.stringContaining('--model'),
    })
  })

  it('says when the list of models does not come', async () => {
    await using server = await startJsonServer({ '/v1/models': () => new Promise(() => {}) })
    await expect(openTestEndpoint(server, { model: null, deadlines: { firstTokenMs: 50 } })).rejects.toMatchObject({
      code: 'ENGINE_TIMEOUT',
      message: `The endpoint ${server.baseUrl} did not say in 50 ms which models it has.`,
    })
    expect(server.paths()).toEqual(['/v1/models', '/v1/models'])
  })

  it('says when the list of models is refused', async () => {
    await using server = await startScriptedServer({ answer: () => 'hello', apiKey: 'right' })
    await expect(openTestEndpoint(server, { model: null, apiKey: 'wrong' })).rejects.toMatchObject({
      code: 'ENGINE_REFUSED',
      message: expect.stringContaining('401'),
    })
    await server.idle()
    expect(server.openSockets).toBe(0)
  })

  it('does not begin when it was aborted before', async () => {
    const reason = new Error('not wanted')
    await expect(endpointHandle(testEndpointOptions({ baseUrl: 'http://127.0.0.1:1/v1' })).open(AbortSignal.abort(reason))).rejects.toBe(
      reason,
    )
  })
})

describe('what goes over the wire', () => {
  it('is what is needed and no more: no name of this machine, no variable of the environment', async () => {
    await using server = await startScriptedServer({ answer: () => 'hello' })
    const script = `
      import { openTestEndpoint } from ${JSON.stringify(join(import.meta.dirname, 'openai-endpoint.ts'))}
      const engine = await openTestEndpoint({ baseUrl: ${JSON.stringify(server.baseUrl)} })
      const messages = [{ role: 'user', text: 'Hello?' }]
      const { message } = await engine.generate({ messages, tools: [], maxTokens: 64, seed: 1, signal: new AbortController().signal })
      console.log(message.text)
      await engine.close()`
    const environment = {
      OPENAI_API_KEY: 'sk-env',
      OPENAI_BASE_URL: 'http://127.0.0.1:1',
      OPENAI_ORG_ID: 'org',
      OPENAI_CUSTOM_HEADERS: 'X-Secret: 1',
      OPENAI_LOG: 'debug',
    }
    const output = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, ...environment },
    })
    expect(output.stdout).toBe('hello\n')
    const { host, ...headers } = server.chatRequests[0]?.headers ?? {}
    expect(headers).toEqual({
      accept: 'text/event-stream, application/json',
      'accept-encoding': 'identity',
      'user-agent': 'coding-agent/test',
      'content-type': 'application/json',
      'content-length': expect.any(String),
      connection: 'keep-alive',
    })
    expect(server.baseUrl).toContain(host)
  })

  it('carries the key that was given, also one with a newline at its end', async () => {
    await using server = await startScriptedServer({ answer: () => 'hello', apiKey: 'sk-1' })
    const engine = await openTestEndpoint(server, { apiKey: 'sk-1\n' })
    expect((await engine.generate(ask('Hello?'))).message.text).toBe('hello')
    await engine.close()
  })

  it('goes over one connection as long as that is open', async () => {
    await using server = await startScriptedServer({ answer: () => 'hello' })
    const engine = await openTestEndpoint(server)
    const ports = new Set<number>()
    for (let round = 0; round < 3; round++) {
      await engine.generate(ask('Hello?'))
      // The end of the answer is read in the background.
      await new Promise(setImmediate)
      ports.add(server.openSockets)
    }
    expect([...ports]).toEqual([1])
    await engine.close()
    await server.idle()
  })

  it('can go to a local socket', async () => {
    await using server = await startScriptedServer({ answer: () => 'hello' })
    const path = join(mkdtempSync(join(tmpdir(), 'agent-socket-')), 'agent.sock')
    const port = Number(new URL(server.baseUrl).port)
    const proxy = createSocketServer((socket) => socket.pipe(connect(port, '127.0.0.1')).pipe(socket)).listen(path)
    await once(proxy, 'listening')
    const engine = await openTestEndpoint({ baseUrl: `unix:${path}` })
    expect((await engine.generate(ask('Hello?'))).message.text).toBe('hello')
    await engine.close()
    proxy.close()
  })

  it('holds the whole conversation, with calls and their results', async () => {
    await using server = await startScriptedServer({
      answer: () => ({ text: 'Let me look.', toolCalls: [{ id: 'c2', name: 'read_file', input: { path: 'b.ts' } }] }),
    })
    const engine = await openTestEndpoint(server)
    const request: Partial<GenerateRequest> = {
      messages: [
        { role: 'system', text: 'You review code.' },
        { role: 'user', text: 'Look at a.ts.' },
        { role: 'assistant', text: '', toolCalls: [{ id: 'c1', name: 'read_file', input: { path: 'a.ts' } }] },
        { role: 'tool', callId: 'c1', text: 'a.ts does not exist.', isError: true },
        { role: 'assistant', text: 'It is not there.', toolCalls: [] },
      ],
      tools: [{ name: 'read_file', description: 'Reads a file.', inputSchema: { type: 'object' } }],
    }
    const generation = await engine.generate(ask('', request))
    await engine.close()
    expect(server.chatRequests[0]?.body).toMatchObject({
      messages: [
        { role: 'system', content: 'You review code.' },
        { role: 'user', content: 'Look at a.ts.' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'read_file', arguments: '{"path":"a.ts"}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'a.ts does not exist.' },
        { role: 'assistant', content: 'It is not there.' },
      ],
      tools: [{ type: 'function', function: { name: 'read_file', description: 'Reads a file.', parameters: { type: 'object' } } }],
    })
    expect(generation).toMatchObject({
      stopReason: 'tool-calls',
      message: { text: 'Let me look.', toolCalls: [{ id: 'c2', name: 'read_file', input: { path: 'b.ts' } }] },
    })
  })
})

describe('leaving a question that was answered long ago', () => {
  it('does not disturb the next one on the same connection', async () => {
    await using server = await startScriptedServer({ answer: () => 'one two three four five six', delayMs: 10 })
    const engine = await openTestEndpoint(server)
    const before = new AbortController()
    await engine.generate(ask('Count.', { signal: before.signal }))
    server.setMode('slow-tokens')
    const asked = engine.generate(ask('Count.', { onText: () => before.abort() }))
    expect((await asked).message.text).toBe('one two three four five six')
    expect(server.chatRequests).toHaveLength(2)
    await engine.close()
  })
})

describe('a prompt that is too long', () => {
  it('is not sent where it cannot fit', async () => {
    await using server = await startScriptedServer({ answer: () => 'hello' })
    const engine = await openTestEndpoint(server, { contextTokens: 100 })
    await expect(engine.generate(ask('word '.repeat(50)))).rejects.toMatchObject({
      code: 'ENGINE_OUT_OF_CONTEXT',
      message: expect.stringContaining('at least 50 tokens'),
    })
    await engine.close()
    expect(server.requests).toEqual([])
  })

  it('is not taken for answered when the server cut it', async () => {
    await using server = await startScriptedServer({ answer: () => 'hello', promptTokens: 1_000 })
    const engine = await openTestEndpoint(server, { contextTokens: 100_000 })
    await expect(engine.generate(ask('word '.repeat(5_000)))).rejects.toMatchObject({
      code: 'ENGINE_OUT_OF_CONTEXT',
      message: expect.stringContaining('read 1000 tokens'),
    })
    await engine.close()
  })
})

describe('text that was passed on before the connection broke', () => {
  it('is not passed on again', async () => {
    await using server = await startScriptedServer({ answer: () => 'one two three four five six', mode: 'drop-mid-stream', times: 2 })
    const engine = await openTestEndpoint(server)
    let heard = ''
    const { message } = await engine.generate(ask('Count.', { onText: (delta) => (heard += delta) }))
    await engine.close()
    expect([heard, message.text]).toEqual(['one two three four five six', 'one two three four five six'])
  })

  it('is not mixed with another answer', async () => {
    await using server = await startScriptedServer({
      answer: (_request, index) => (index === 0 ? 'one two three four' : 'uno dos tres cuatro'),
      mode: 'drop-mid-stream',
      times: 1,
    })
    const engine = await openTestEndpoint(server)
    let heard = ''
    const { message } = await engine.generate(ask('Count.', { onText: (delta) => (heard += delta) }))
    await engine.close()
    expect(message.text).toBe('uno dos tres cuatro')
    expect('one two three four'.startsWith(heard)).toBe(true)
  })
})

describe('counting tokens', () => {
  it('errs upward: never fewer than one per word, nor than one per four bytes of anything but spaces', async () => {
    const engine = await openTestEndpoint({ baseUrl: 'http://127.0.0.1:1/v1' })
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => {
        const tokens = await engine.countTokens(text)
        const words = text.match(/[A-Za-z]+/g) ?? []
        const other = text.replace(/[A-Za-z\s]+/g, '')
        expect(tokens).toBeGreaterThanOrEqual(words.length + Math.floor(Buffer.byteLength(other) / 4))
      }),
    )
    await engine.close()
  })
})

describe('isLoopback', () => {
  it.each([
    'http://127.0.0.1:8000/v1',
    'http://127.9.8.7',
    'http://127.1',
    'http://2130706433/v1',
    'https://localhost/v1',
    'http://LOCALHOST:1',
    'http://[::1]:8080',
    'http://[::ffff:127.0.0.1]/',
    'unix:/run/agent.sock',
  ])('knows that %s stays on this machine', (url) => {
    expect(isLoopback(url)).toBe(true)
  })

  it.each([
    'http://127.evil.com/v1',
    'http://127.0.0.1.nip.io',
    'http://localhost.evil.com',
    'http://0.0.0.0:8000',
    'http://192.168.1.2',
    'http://[::2]',
    'http://127.0.0.1@evil.com/',
    'http://[::ffff:10.0.0.1]/',
    'nonsense',
    '',
  ])('does not believe it of %s', (url) => {
    expect(isLoopback(url)).toBe(false)
  })
})

/** A server that answers everything with this. */
async function jsonServer(body: unknown) {
  const server = createServer((_request, response) =>
    response.setHeader('content-type', 'application/json').end(typeof body === 'string' ? body : JSON.stringify(body)),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const close = async () => {
    server.closeAllConnections()
    server.close()
  }
  return { baseUrl: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/v1`, [Symbol.asyncDispose]: close }
}
