import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { estimateTokens } from '../../src/domain/tokens.ts'
import { createAdmission } from '../../src/engine/openai/admission.ts'
import { openConnection } from '../../src/engine/openai/connection.ts'
import { createTokenCounter } from '../../src/engine/openai/count-tokens.ts'
import { createQueueReader, waitingRequests } from '../../src/engine/openai/queue-length.ts'
import { traitsOfKind, type ServerKind } from '../../src/engine/openai/server-traits.ts'
import { startScriptedServer } from '../helpers/scripted-server.ts'
import { ask } from './contract.ts'
import { openTestEndpoint, testEndpointOptions } from './openai-endpoint.ts'
import { startJsonServer } from './openai-json-server.ts'

const never = new AbortController().signal

/** Works that end when they are told to, and how many were under way at once. */
function works() {
  const open: (() => void)[] = []
  const seen = { now: 0, most: 0 }
  const work = () =>
    new Promise<void>((resolve) => {
      seen.most = Math.max(seen.most, ++seen.now)
      open.push(() => {
        seen.now--
        resolve()
      })
    })
  return { work, seen, endOne: () => open.shift()?.(), isIdle: () => open.length === 0 }
}

const settled = () => delay(0)

describe('requests', () => {
  it('are let through one more at a time as long as they are answered', async () => {
    const admission = createAdmission({ initial: 2, most: 5 })
    const limits: number[] = []
    for (let round = 0; round < 12; round++) {
      await admission.run(never, async () => {})
      limits.push(admission.limit)
    }
    expect(limits).toEqual([2, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5])
  })

  it('are halved by a refusal, once for those that were refused together, and rest for as long as the server says', async () => {
    const clock = { now: 0 }
    const admission = createAdmission({ initial: 8, most: 8, now: () => clock.now })
    admission.backOff(1)
    admission.backOff(1)
    expect(admission.limit).toBe(4)
    clock.now = 2
    admission.backOff(30)
    expect(admission.limit).toBe(2)
    let began = false
    const waiting = admission.run(never, async () => void (began = true))
    await settled()
    expect(began).toBe(false)
    clock.now = 40
    await waiting
    expect(began).toBe(true)
  })

  it('become fewer while others wait inside of the server', async () => {
    let crowded = true
    const admission = createAdmission({ initial: 3, most: 9, isCrowded: async () => crowded })
    for (let round = 0; round < 3; round++) await admission.run(never, async () => {})
    await settled()
    expect(admission.limit).toBe(2)
    crowded = false
    for (let round = 0; round < 2; round++) await admission.run(never, async () => {})
    await settled()
    expect(admission.limit).toBe(3)
  })

  it('leave the queue when they are aborted, and take nobody along', async () => {
    const { work, endOne, seen } = works()
    const admission = createAdmission({ initial: 1, most: 1 })
    const first = admission.run(never, work)
    const abort = new AbortController()
    const second = admission.run(abort.signal, work)
    const third = admission.run(never, work)
    abort.abort(new Error('gone'))
    await expect(second).rejects.toThrow('gone')
    endOne()
    await first
    await settled()
    endOne()
    await third
    expect(seen.most).toBe(1)
    await expect(admission.run(abort.signal, work)).rejects.toThrow('gone')
  })

  it('leave no clock running when all who waited for the server to rest have left', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    const admission = createAdmission({ initial: 1, most: 1 })
    admission.backOff(30_000)
    const abort = new AbortController()
    const waiting = admission.run(abort.signal, async () => {})
    expect(timers()).toBe(before + 1)
    abort.abort(new Error('gone'))
    await expect(waiting).rejects.toThrow('gone')
    expect(timers()).toBe(before)
  })

  it('are never more at once than allowed, and all end, whatever happens meanwhile', async () => {
    const step = fc.constantFrom('ask', 'ask', 'ask', 'end', 'end', 'abort', 'refuse', 'fail')
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 5 }),
        fc.array(step, { maxLength: 60 }),
        async (initial, more, steps) => {
          const { work, seen, endOne, isIdle } = works()
          const admission = createAdmission({ initial, most: initial + more })
          const aborts: AbortController[] = []
          const running: Promise<unknown>[] = []
          for (const one of steps) {
            if (one === 'ask' || one === 'fail') {
              const abort = new AbortController()
              aborts.push(abort)
              const body = one === 'ask' ? work : () => Promise.reject(new Error('failed'))
              running.push(admission.run(abort.signal, body).catch(() => {}))
            }
            if (one === 'end') endOne()
            if (one === 'abort') aborts.at(-1)?.abort()
            if (one === 'refuse') admission.backOff(0)
            await Promise.resolve()
            expect(admission.limit).toBeGreaterThanOrEqual(1)
            expect(admission.limit).toBeLessThanOrEqual(initial + more)
          }
          for (let round = 0; round < 200 && (round < 5 || !isIdle()); round++) {
            endOne()
            await settled()
          }
          await Promise.all(running)
          expect(seen.most).toBeLessThanOrEqual(initial + more)
          expect(seen.now).toBe(0)
        },
      ),
      { numRuns: process.env.SOAK ? 1000 : 60 },
    )
  })

  it('are all answered by a server that refuses some of them', async () => {
    await using server = await startScriptedServer({ answer: () => 'hello', mode: 'http-429', times: 3 })
    const engine = await openTestEndpoint(server, { parallel: 6 })
    const texts = await Promise.all(Array.from({ length: 20 }, () => engine.generate(ask('Hello?')).then(({ message }) => message.text)))
    await engine.close()
    expect(texts).toEqual(Array.from({ length: 20 }, () => 'hello'))
  })
})

describe('tokens', () => {
  const long = 'const answer = await question(42)\n'.repeat(100)
  const counter = (baseUrl: string, kind: ServerKind) => {
    const connection = openConnection(testEndpointOptions({ baseUrl }), () => {})
    const traits = { kind, version: null, models: [], slots: null, ...traitsOfKind[kind] }
    return createTokenCounter({ traits, model: 'm', ask: connection.ask, signal: never })
  }

  it.each([
    ['vllm', { count: 7 }, { model: 'm', prompt: long, add_special_tokens: false }],
    ['llama-server', { tokens: [1, 2, 3, 4, 5, 6, 7] }, { content: long, add_special: false }],
  ] as const)('are counted by the server where it can: %s', async (kind, answer, body) => {
    await using server = await startJsonServer({ '/tokenize': answer })
    const count = counter(server.baseUrl, kind)
    expect([await count(long), await count(long)]).toEqual([7, 7])
    expect(server.asked).toEqual([{ path: '/tokenize', body }])
  })

  it('of a short text are estimated: the way to the server is longer', async () => {
    await using server = await startJsonServer({ '/tokenize': { count: 1 } })
    expect(await counter(server.baseUrl, 'vllm')('short')).toBe(estimateTokens('short'))
    expect(server.asked).toEqual([])
  })

  it.each([undefined, 'not JSON', { count: -1 }, { tokens: 'many' }])(
    'are estimated where the server does not count after all: %j',
    async (answer) => {
      await using server = await startJsonServer({ '/tokenize': answer })
      const count = counter(server.baseUrl, 'vllm')
      expect(await count(long)).toBe(estimateTokens(long))
      expect(await count(`${long}more`)).toBe(estimateTokens(`${long}more`))
      expect(server.asked).toHaveLength(1)
    },
  )

  it('are kept for the texts that were counted last', async () => {
    await using server = await startJsonServer({ '/tokenize': { count: 9 } })
    const count = counter(server.baseUrl, 'vllm')
    for (let index = 0; index < 258; index++) await count(long + index)
    expect(server.asked).toHaveLength(258)
    await count(`${long}257`)
    expect(server.asked).toHaveLength(258)
    await count(`${long}0`)
    expect(server.asked).toHaveLength(259)
  })

  it('are estimated by a server that does not say what it is', async () => {
    const count = createTokenCounter({ traits: null, model: 'm', ask: () => Promise.reject(new Error('not asked')), signal: never })
    expect(await count(long)).toBe(estimateTokens(long))
  })
})

describe('the queue of a server', () => {
  it.each([
    ['# HELP x\nvllm:num_requests_waiting{engine="0",model_name="a"} 2.0\nvllm:num_requests_waiting{engine="1",model_name="a"} 1.0\n', 3],
    ['llamacpp:requests_processing 4\nllamacpp:requests_deferred 5\n', 5],
    ['vllm:num_requests_waiting_by_reason{reason="capacity"} 9\n', 0],
    ['<html>', 0],
  ])('is read from its metrics', (text, waiting) => {
    expect(waitingRequests(text)).toBe(waiting)
  })

  it('is asked for now and then, and is empty where it cannot be read', async () => {
    const clock = { now: 0 }
    await using server = await startJsonServer({ '/metrics': 'vllm:num_requests_waiting 1' })
    const connection = openConnection(testEndpointOptions(server), () => {})
    const isCrowded = createQueueReader(connection.ask, never, () => clock.now)
    expect([await isCrowded(), await isCrowded()]).toEqual([true, true])
    expect(server.asked).toHaveLength(1)
    clock.now = 2_000
    server.routes['/metrics'] = undefined
    expect(await isCrowded()).toBe(false)
    connection.close()
    clock.now = 4_000
    expect(await isCrowded()).toBe(false)
  })
})
