import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Engine, GenerateRequest, Generation } from '../../src/engine/engine.ts'
import { redactingEngine, type FindSecrets } from '../../src/engine/redacting-engine.ts'
import { ask } from './contract.ts'

const secretPattern = /(?:sk-\w{8,20}|-----BEGIN[^]*?END-----)/g

/** Finds what looks like `sk-…` or a key file, and nothing else. */
const findSecrets: FindSecrets = async (text) =>
  [...text.matchAll(secretPattern)].map((match) => ({ start: match.index, end: match.index + match[0].length, kind: 'API key' }))

const echo = (request: GenerateRequest) => request.messages.map((message) => message.text).join('')

/** An engine whose model is a function, and that keeps what it was sent. */
function fakeEngine(answer: (request: GenerateRequest) => Partial<Generation> & { text?: string }, chunk = 3) {
  const sent: GenerateRequest[] = []
  const engine: Engine = {
    kind: 'endpoint',
    model: 'fake',
    digest: null,
    contextTokens: 1_000,
    offersTools: true,
    parallel: 2,
    notices: [],
    countTokens: async (text) => text.length,
    close: async () => undefined,
    async generate(request) {
      sent.push(request)
      const { text = '', ...more } = answer(request)
      for (let at = 0; at < text.length; at += chunk) request.onText?.(text.slice(at, at + chunk))
      const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 }
      return { message: { role: 'assistant', text, toolCalls: [] }, stopReason: 'stop', usage, firstTokenMs: 1, totalMs: 2, ...more }
    },
  }
  return { engine, sent }
}

const key = 'sk-abcdefgh1234'

it('puts secrets back into a thought as well', async () => {
  const { engine } = fakeEngine((request) => ({ text: 'ok', thought: `Is ${echo(request)} a key?` }))
  expect((await redactingEngine(engine, findSecrets).generate(ask(key))).thought).toBe(`Is ${key} a key?`)
})

describe('what is sent', () => {
  it('has a placeholder for each secret, the same one every time', async () => {
    const { engine, sent } = fakeEngine(() => ({ text: 'ok' }))
    const redacting = redactingEngine(engine, findSecrets)
    await redacting.generate(ask(`const a = "${key}"; const b = "sk-zyxwvuts9876"; again("${key}")`))
    await redacting.generate(ask(`later: ${key}`))
    expect(sent.map(echo)).toEqual([
      'const a = "SECRET_apikey_1_"; const b = "SECRET_apikey_2_"; again("SECRET_apikey_1_")',
      'later: SECRET_apikey_1_',
    ])
  })

  it('is no secret to be counted either', async () => {
    const counted: string[] = []
    const { engine } = fakeEngine(() => ({ text: 'ok' }))
    const counting = { ...engine, countTokens: async (text: string) => counted.push(text) }
    const redacting = redactingEngine(counting, findSecrets)
    expect(await redacting.countTokens(`const a = "${key}"`)).toBeGreaterThan(4)
    await redacting.countTokens('nothing to hide')
    expect(counted).toEqual(['nothing to hide'])
  })

  it('hides secrets in every role, and in the input of calls', async () => {
    const { engine, sent } = fakeEngine(() => ({ text: 'ok' }))
    const messages: GenerateRequest['messages'] = [
      { role: 'system', text: `system ${key}` },
      { role: 'user', text: `user ${key}` },
      {
        role: 'assistant',
        text: `assistant ${key}`,
        toolCalls: [{ id: '1', name: 'write', input: { [key]: [key, 7, null, { deep: key }] } }],
      },
      { role: 'tool', callId: '1', text: `tool ${key}`, isError: false },
    ]
    await redactingEngine(engine, findSecrets).generate(ask('', { messages }))
    const hidden = 'SECRET_apikey_1_'
    expect(sent[0]?.messages).toEqual([
      { role: 'system', text: `system ${hidden}` },
      { role: 'user', text: `user ${hidden}` },
      {
        role: 'assistant',
        text: `assistant ${hidden}`,
        toolCalls: [{ id: '1', name: 'write', input: { [hidden]: [hidden, 7, null, { deep: hidden }] } }],
      },
      { role: 'tool', callId: '1', text: `tool ${hidden}`, isError: false },
    ])
  })

  it('hides a secret that is known also where it cannot be recognised', async () => {
    const { engine, sent } = fakeEngine(() => ({ text: 'ok' }))
    const byContext: FindSecrets = async (text) => {
      const start = text.indexOf('password=')
      return start < 0 ? [] : [{ start: start + 9, end: start + 21, kind: 'password' }]
    }
    await redactingEngine(engine, byContext).generate(
      ask('', {
        messages: [
          { role: 'user', text: 'I saw hunter2hunter in a log' },
          { role: 'user', text: 'password=hunter2hunte' },
        ],
      }),
    )
    expect(sent.map(echo)).toEqual(['I saw SECRET_password_1_r in a logpassword=SECRET_password_1_'])
  })

  it('keeps its lines where a secret has several', async () => {
    const { engine, sent } = fakeEngine((request) => ({ text: echo(request) }))
    const pem = '-----BEGIN KEY\n  MIIEvQIBADAN\r\n\n  BgkqhkiG9w0B\nEND-----'
    const { message } = await redactingEngine(engine, findSecrets).generate(ask(`a\n${pem}\nb`))
    expect(echo(sent[0]!)).toBe('a\nSECRET_apikey_1_\n  SECRET_apikey_2_\r\n\n  SECRET_apikey_3_\nSECRET_apikey_4_\nb')
    expect(message.text).toBe(`a\n${pem}\nb`)
  })

  it('gives way to text that looks like a placeholder, whenever it turns up', async () => {
    const { engine, sent } = fakeEngine((request) => ({ text: echo(request) }))
    const redacting = redactingEngine(engine, findSecrets)
    const texts = [`SECRET_apikey_1_ ${key}`, `SECRET_apikey_2_ ${key}`, `${key} SECRET_apikey_1_`]
    const answers = []
    for (const text of texts) answers.push((await redacting.generate(ask(text))).message.text)
    expect(answers).toEqual(texts)
    expect(sent.map(echo)).toEqual([
      'SECRET_apikey_1_ SECRET_apikey_2_',
      'SECRET_apikey_2_ SECRET_apikey_3_',
      'SECRET_apikey_3_ SECRET_apikey_1_',
    ])
  })

  it('is what it was where there is no secret, and then nothing is told', async () => {
    const { engine, sent } = fakeEngine(() => ({ text: 'ok' }))
    const redacting = redactingEngine(engine, findSecrets)
    await redacting.generate(ask('nothing to hide'))
    expect(sent.map(echo)).toEqual(['nothing to hide'])
    expect(redacting.notices).toEqual([])
  })

  it('is never sent when looking for secrets fails, and the next request still works', async () => {
    const { engine, sent } = fakeEngine(() => ({ text: 'ok' }))
    const redacting = redactingEngine(engine, async (text) => {
      if (text === 'odd') throw new Error('cannot look')
      return []
    })
    await expect(redacting.generate(ask('odd'))).rejects.toThrow('cannot look')
    expect((await redacting.generate(ask('even'))).message.text).toBe('ok')
    expect(sent).toHaveLength(1)
  })

  it('is not sent any more when the caller left while it was searched', async () => {
    const { engine, sent } = fakeEngine(() => ({ text: 'ok' }))
    const abort = new AbortController()
    const redacting = redactingEngine(engine, async () => {
      abort.abort(new Error('gone'))
      return []
    })
    await expect(redacting.generate(ask('x', { signal: abort.signal }))).rejects.toThrow('gone')
    expect(sent).toEqual([])
  })
})

describe('what comes back', () => {
  it('has the secrets in the places of their placeholders: text, stream and calls', async () => {
    const { engine } = fakeEngine((request) => ({
      message: { role: 'assistant', text: '', toolCalls: [{ id: '1', name: 'write', input: { text: [echo(request)] } }] },
      stopReason: 'tool-calls',
    }))
    const { message } = await redactingEngine(engine, findSecrets).generate(ask(`key ${key}`))
    expect(message.toolCalls).toEqual([{ id: '1', name: 'write', input: { text: [`key ${key}`] } }])
  })

  it('is still JSON where it was asked for by schema, whatever is in the secret', async () => {
    const secret = 'sk-"quotes"\\and\\'
    const { engine } = fakeEngine((request) => ({ text: JSON.stringify({ quote: echo(request) }) }))
    const { message } = await redactingEngine(engine, async (text) => [{ start: 2, end: text.length - 2, kind: '' }]).generate(
      ask(`x ${secret} y`, { outputSchema: {} }),
    )
    expect(JSON.parse(message.text)).toEqual({ quote: `x ${secret} y` })
  })

  it('is the same text in any text, cut in any way into deltas and tokens', async () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom(
        key,
        'sk-zyxwvuts9876',
        'S',
        'SECRET',
        'SECRET_',
        'SECRET_apikey_',
        'SECRET_apikey_1',
        'SECRET_apikey_1_',
        '2',
        '_',
        '-----BEGIN\nx\nEND-----',
        '\n',
      ),
    )
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 9 }), async (texts, size) => {
        const { engine, sent } = fakeEngine((request) => {
          const said = echo(request)
          const tokens = Array.from({ length: Math.ceil(said.length / size) }, (_, at) => ({
            text: said.slice(at * size, (at + 1) * size),
            logprob: -1,
          }))
          return { text: said, tokens }
        }, size)
        const redacting = redactingEngine(engine, findSecrets)
        for (const original of texts) {
          let heard = ''
          const { message, tokens = [] } = await redacting.generate(ask(original, { onText: (delta) => (heard += delta) }))
          expect([message.text, heard, tokens.map((token) => token.text).join('')]).toEqual([original, original, original])
          expect(tokens.reduce((sum, token) => sum + token.logprob, 0)).toBe(-Math.ceil(echo(sent.at(-1)!).length / size) || 0)
        }
        expect(sent.map(echo).join('\n')).not.toMatch(/sk-abcdefgh1234|sk-zyxwvuts9876|-----BEGIN/)
      }),
      { numRuns: 500 },
    )
  })

  it('is restored by the names of its own request, also when a later one took them away meanwhile', async () => {
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const { engine } = fakeEngine((request) => ({ text: echo(request) }))
    const slow: Engine = {
      ...engine,
      async generate(request) {
        const generation = await engine.generate(request)
        if (echo(request).startsWith('first')) await held
        return generation
      },
    }
    const redacting = redactingEngine(slow, findSecrets)
    const first = redacting.generate(ask(`first ${key}`))
    await redacting.generate(ask('second SECRET_apikey_1_'))
    release()
    expect((await first).message.text).toBe(`first ${key}`)
  })

  it('survives spans that overlap, are empty, out of order or out of bounds', async () => {
    const span = fc.record({
      start: fc.integer({ min: -5, max: 60 }),
      end: fc.integer({ min: -5, max: 60 }),
      kind: fc.string({ maxLength: 6 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 50 }), fc.array(span, { maxLength: 6 }), async (text, spans) => {
        const { engine } = fakeEngine((request) => ({ text: echo(request) }))
        expect((await redactingEngine(engine, async () => spans).generate(ask(text))).message.text).toBe(text)
      }),
    )
  })
})

it('is otherwise the engine that it wraps, and says how much it replaced', async () => {
  const { engine } = fakeEngine(() => ({ text: 'ok' }))
  let closed = 0
  const redacting = redactingEngine({ ...engine, close: async () => void closed++ }, findSecrets)
  const { kind, model, digest, contextTokens, offersTools, parallel } = redacting
  expect({ kind, model, digest, contextTokens, offersTools, parallel }).toEqual({
    kind: 'endpoint',
    model: 'fake',
    digest: null,
    contextTokens: 1_000,
    offersTools: true,
    parallel: 2,
  })
  expect(await redacting.countTokens('four')).toBe(4)
  await redacting.generate(ask(key))
  expect(redacting.notices).toMatchObject([{ code: 'SECRETS_REPLACED', message: expect.stringContaining('1 secret was') }])
  await redacting.generate(ask('sk-zyxwvuts9876'))
  expect(redacting.notices).toMatchObject([{ message: expect.stringContaining('2 secrets were') }])
  await redacting.close()
  expect(closed).toBe(1)
})
