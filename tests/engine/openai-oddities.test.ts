import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { diagnose } from '../../src/engine/openai/failure.ts'
import { ask } from './contract.ts'
import { openTestEndpoint } from './openai-endpoint.ts'

const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`
const says = (delta: unknown, finish: string | null = null, more: object = {}) =>
  event({ choices: [{ index: 0, delta, finish_reason: finish, ...more }] })
const done = 'data: [DONE]\n\n'
const schema = { outputSchema: { type: 'object' } }

/** Asks a server that answers every request with exactly this. */
async function askServer(respond: string | ((response: ServerResponse, count: number) => void), request: Parameters<typeof ask>[1] = {}) {
  let count = 0
  const server = createServer((incoming, response) => {
    incoming.resume()
    count += 1
    if (typeof respond === 'function') respond(response, count)
    else response.setHeader('content-type', 'text/event-stream').end(respond)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const engine = await openTestEndpoint({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` }, { apiKey: 'sk-1' })
  const result = await engine.generate(ask('Hello?', request)).catch((error: unknown) => error)
  await engine.close()
  server.close()
  return { result, count }
}

const refusing = (status: number, error: object | string) => (response: ServerResponse) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(typeof error === 'string' ? error : JSON.stringify({ error }))

describe('events that servers send besides the answer', () => {
  it.each([
    ['pings', `: ping\n\n${event({ type: 'ping' })}${event(7)}${event(null)}event: ping\ndata: {}\n\n`],
    ['what a filter thinks of the prompt', event({ choices: [], prompt_filter_results: [{ index: 0 }] })],
    ['a second choice', event({ choices: [{ index: 1, delta: { content: 'no' }, finish_reason: null }] })],
    ['choices that are null', event({ choices: null })],
    ['choices without an index or a delta', event({ choices: [{}] })],
    [
      'nulls wherever there can be one',
      says({ role: 'assistant', content: null, tool_calls: null, refusal: null, reasoning: null }, null, { logprobs: null }),
    ],
    ['usage that means nothing', event({ choices: [], usage: { prompt_tokens: -1, completion_tokens: 'many', prompt_tokens_details: 7 } })],
  ])('are passed over: %s', async (_name, noise) => {
    const { result } = await askServer(`${noise}${says({ content: 'yes' })}${noise}${says({}, 'stop')}${noise}${done}`)
    expect(result).toMatchObject({
      message: { text: 'yes', toolCalls: [] },
      stopReason: 'stop',
      usage: { cachedInputTokens: 0, outputTokens: 1 },
    })
  })

  it('may hold calls with nothing but a name, and then an input that is an object', async () => {
    const calls = [
      { index: 0, id: 'a', function: { name: 'list' } },
      { index: 1 },
      { index: 1, id: 'b', function: { name: 'read', arguments: { path: 'a.ts' } } },
    ]
    const { result } = await askServer(`${calls.map((call) => says({ tool_calls: [call] })).join('')}${says({}, 'stop')}${done}`)
    expect(result).toMatchObject({
      stopReason: 'tool-calls',
      message: {
        toolCalls: [
          { id: 'a', name: 'list', input: {} },
          { id: 'b', name: 'read', input: { path: 'a.ts' } },
        ],
      },
    })
  })

  it('may be missing after the reason for the end', async () => {
    expect((await askServer(`${says({ content: 'yes' })}${says({}, 'stop')}`)).result).toMatchObject({ message: { text: 'yes' } })
  })

  it('may be parted by any kind of line end', async () => {
    const text = `${says({ content: 'yes' })}${says({}, 'stop')}${done}`
    expect((await askServer(text.replaceAll('\n', '\r\n'))).result).toMatchObject({ message: { text: 'yes' } })
    expect((await askServer(text.replaceAll('\n', '\r'))).result).toMatchObject({ message: { text: 'yes' } })
  })
})

it('takes an answer that is complete although the server never closes it, and leaves nothing behind', async () => {
  const server = createServer((incoming, response) => {
    incoming.resume()
    response.setHeader('content-type', 'text/event-stream').write(`${says({ content: 'yes' }, 'stop')}${done}`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const engine = await openTestEndpoint({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` })
  expect((await engine.generate(ask('Hello?'))).message.text).toBe('yes')
  await engine.close()
  server.close()
  // Does not happen while anybody is connected.
  await once(server, 'close')
})

describe('answers that are none', () => {
  it.each<[string, string, string, number]>([
    ['a filter cut it off', `${says({ content: 'ye' })}${says({}, 'content_filter')}${done}`, 'ENGINE_REFUSED', 1],
    [
      'the model declines in a field of its own',
      `${says({ refusal: 'I cannot\u001b[2J.' })}${says({}, 'stop')}${done}`,
      'ENGINE_REFUSED',
      1,
    ],
    ['the server gave up', `${says({ content: 'ye' })}${says({}, 'abort')}${done}`, 'ENGINE_FAILED', 4],
    ['there is no reason for its end', `${says({ content: 'ye' })}${done}`, 'ENGINE_FAILED', 4],
    ['there is nothing in the stream', '', 'ENGINE_FAILED', 4],
    ['its text is a number', `${says({ content: 5 })}${done}`, 'ENGINE_FAILED', 4],
  ])('are not given as one: %s', async (_name, text, code, requests) => {
    const { result, count } = await askServer(text)
    expect(result).toMatchObject({ code, message: expect.not.stringContaining('\u001b') })
    expect(count).toBe(requests)
  })

  it.each([204, 304, 599])('are not expected of status %i', async (status) => {
    const { result } = await askServer((response) => void response.writeHead(status).end())
    expect(result).toMatchObject({ name: 'AppError', code: expect.stringMatching(/^ENGINE_(?:FAILED|REFUSED)$/) })
  })

  it('are not expected of a status that does not exist', async () => {
    const { result } = await askServer((response) => void response.socket?.end('HTTP/1.1 799 Odd\r\ncontent-length: 0\r\n\r\n'))
    expect(result).toMatchObject({ name: 'AppError', code: 'ENGINE_FAILED' })
  })

  it.each([
    ['application/json', (error: object) => JSON.stringify({ error })],
    ['text/event-stream', (error: object) => `${says({ content: 'ye' })}${event({ error })}`],
  ])('are errors also with status 200: %s', async (type, body) => {
    const answered = (error: object) => askServer((response) => void response.setHeader('content-type', type).end(body(error)))
    expect(await answered({ message: 'CUDA error' })).toMatchObject({
      result: { code: 'ENGINE_FAILED', message: expect.stringContaining('CUDA error') },
      count: 4,
    })
    expect(await answered({ message: 'maximum context length is 8' })).toMatchObject({
      result: { code: 'ENGINE_OUT_OF_CONTEXT' },
      count: 1,
    })
  })

  it('are reported when the content has no type', async () => {
    const { result } = await askServer((response) => void response.end('hello'))
    expect(result).toMatchObject({ code: 'ENGINE_FAILED', message: expect.stringContaining('no content type') })
  })

  it('are tried again when a document breaks off', async () => {
    const { result, count } = await askServer((response, asked) => {
      response.setHeader('content-type', 'application/json')
      response.end(asked === 1 ? '{"choices":[{"mess' : '{"choices":[{"message":{"content":"yes"},"finish_reason":"stop"}]}')
    })
    expect(result).toMatchObject({ message: { text: 'yes' } })
    expect(count).toBe(2)
  })
})

describe('refusals', () => {
  it.each<[number, object | string]>([
    [400, { message: "This model's maximum context length is 4096 tokens.", code: 'context_length_exceeded' }],
    [400, { message: 'the request exceeds the available context size, try increasing it', type: 'exceed_context_size_error' }],
    [500, { message: 'the request exceeds the available context size' }],
    [400, { message: 'The decoder prompt (length 9000) is longer than the maximum model length of 4096.' }],
    [413, { message: 'prompt is too long: 9000 tokens > 4096 maximum' }],
  ])('of long prompts are told as such: %i %j', async (status, error) => {
    const { result, count } = await askServer(refusing(status, error), schema)
    expect(result).toMatchObject({ code: 'ENGINE_OUT_OF_CONTEXT', hint: expect.stringContaining('context') })
    expect(count).toBe(1)
  })

  it('of models that are not there name the model', async () => {
    const { result } = await askServer(refusing(404, { message: 'model "scripted-model" not found, try pulling it first' }))
    expect(result).toMatchObject({
      code: 'ENGINE_REFUSED',
      message: expect.stringContaining('try pulling it first'),
      hint: expect.stringContaining('scripted-model'),
    })
  })

  it.each<object | string>([
    '<html>Bad gateway</html>',
    '',
    '{"error":"plain text"}',
    '{"detail":[{"msg":"odd","input":{"key":"sk-1"}}]}',
    '[]',
    'null',
  ])('in any form become one line: %j', async (body) => {
    const { result } = await askServer(refusing(418, body))
    expect(result).toMatchObject({
      code: 'ENGINE_REFUSED',
      message: expect.stringMatching(/^The endpoint http:\S+ answered with status 418(?:: .+|\.)$/),
    })
    expect((result as Error).message).not.toContain('sk-1')
  })

  it('that repeat the whole request lose only what they name first', async () => {
    const { result, count } = await askServer((response, asked) => {
      if (asked > 1) return void response.setHeader('content-type', 'text/event-stream').end(`${says({ content: '{}' }, 'stop')}${done}`)
      refusing(400, {
        message:
          "[{'type': 'extra_forbidden', 'loc': ('body', 'chat_template_kwargs'), 'input': {'seed': 1, 'logprobs': True, 'response_format': …}}]",
      })(response)
    }, schema)
    expect(result).toMatchObject({ message: { text: '{}' } })
    expect(count).toBe(2)
  })

  it('for the grammar are met with less, also when they come as a broken server', async () => {
    const { result, count } = await askServer((response, asked) => {
      if (asked > 1) return void response.setHeader('content-type', 'text/event-stream').end(`${says({ content: '{}' }, 'stop')}${done}`)
      refusing(500, { message: 'failed to parse grammar' })(response)
    }, schema)
    expect([result, count]).toMatchObject([{ message: { text: '{}' } }, 2])
  })

  it('that turn into another failure while they are being found out end with that failure', async () => {
    const { result, count } = await askServer(
      (response, asked) => (asked === 1 ? refusing(400, 'no') : refusing(401, 'who are you'))(response),
      schema,
    )
    expect(result).toMatchObject({ code: 'ENGINE_REFUSED', message: expect.stringContaining('400') })
    expect(count).toBeLessThanOrEqual(4)
    const other = await askServer((response, asked) => (asked % 2 === 1 ? refusing(400, 'no') : refusing(503, 'busy'))(response), schema)
    expect(other.result).toMatchObject({ code: 'ENGINE_FAILED', message: expect.stringContaining('503') })
    expect(other.count).toBe(8)
  })
})

describe('failures without a status', () => {
  const place = { url: 'http://127.0.0.1:1/v1', model: null, apiKey: null }
  const withCode = (code: string) => Object.assign(new Error('it broke'), { code })

  it.each([
    ['CERT_HAS_EXPIRED', 'ENGINE_UNREACHABLE', false],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'ENGINE_UNREACHABLE', false],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ENGINE_UNREACHABLE', false],
    ['ENOTFOUND', 'ENGINE_UNREACHABLE', false],
    ['EAI_AGAIN', 'ENGINE_UNREACHABLE', true],
    ['EHOSTUNREACH', 'ENGINE_UNREACHABLE', true],
    ['ECONNRESET', 'ENGINE_FAILED', true],
  ])('are told by what the system calls them: %s', (code, told, retryable) => {
    const failure = diagnose(new Error('Connection error.', { cause: withCode(code) }), place)
    expect([failure.told.code, failure.retryable]).toEqual([told, retryable])
    expect(failure.told.message).toContain('it broke')
  })

  it('are told when they are no errors at all, or go in circles', () => {
    const circle = new Error('round')
    circle.cause = circle
    for (const thrown of ['text', undefined, null, 7, {}, circle]) expect(diagnose(thrown, place).told.code).toBe('ENGINE_FAILED')
  })
})
