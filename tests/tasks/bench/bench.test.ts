import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/domain/errors.ts'
import type { Engine, EngineHandle, GenerateRequest } from '../../../src/engine/engine.ts'
import { bench, type BenchOptions } from '../../../src/tasks/bench/bench.ts'
import { scriptedEngine } from '../../helpers/scripted-engine.ts'

interface Speed {
  firstTokenMs?: number
  /** For each token after the first. */
  tokenMs?: number
  /** The most that it says. */
  says?: number
}

/** An engine that claims to take so long, so that every figure is known. */
function engineThat({ firstTokenMs = 100, tokenMs = 4, says = Infinity }: Speed, more: Partial<Engine> = {}) {
  const seen = new Set<string>()
  return scriptedEngine(({ messages, maxTokens }) => {
    const [system] = messages
    const known = system && 'text' in system && seen.has(system.text)
    if (system && 'text' in system) seen.add(system.text)
    const outputTokens = Math.min(maxTokens, says)
    const first = known ? firstTokenMs / 10 : firstTokenMs
    return {
      usage: { inputTokens: 1000, cachedInputTokens: known ? 900 : 0, outputTokens },
      firstTokenMs: first,
      totalMs: first + (outputTokens - 1) * tokenMs,
    }
  }, more)
}

const plan = { tokens: 150, seed: 3, replies: 4, colds: 2, batches: 1, units: [1, 4] }

const measure = (handles: readonly [EngineHandle, ...EngineHandle[]], more: Partial<BenchOptions> = {}) =>
  bench({
    handles,
    plan,
    goalMs: 800,
    nonce: 'n',
    pid: 2 ** 30,
    signal: new AbortController().signal,
    timeUp: new AbortController().signal,
    onStep: () => {},
    ...more,
  })

describe('bench', () => {
  it('tells every figure of an engine, and that the goal is met', async () => {
    const { completeness, goal, engines, ratios, summary } = await measure([engineThat({}).handle])
    expect({ completeness, goal, ratios, summary }).toEqual({
      completeness: 'complete',
      goal: { replyTokens: 150, ms: 800, p95Ms: 606, isMet: true },
      ratios: [],
      summary: 'Yes: a reply of 150 tokens within 800 ms, 95 times of 100; it takes 606 ms here.',
    })
    expect(engines).toMatchObject([
      {
        prompt: { tokens: 1000, tokensPerSecond: { runs: 2, p50: 10_000 } },
        generation: { tokensPerSecond: { runs: 4, p50: 250 } },
        firstToken: { coldMs: { p50: 100 }, warmMs: { p50: 10 } },
        parallelUnits: [{ units: 1 }, { units: 4 }],
        reply: { tokens: 150, ms: { runs: 4, p50: 606 }, short: 0 },
        memory: { residentBytes: null, gpuBytes: null },
      },
    ])
  })

  it('says how far away a goal is', async () => {
    const { goal, summary } = await measure([engineThat({ tokenMs: 100 }).handle])
    expect(goal).toMatchObject({ p95Ms: 14_910, isMet: false })
    expect(summary).toBe('No: a reply of 150 tokens within 800 ms, 95 times of 100; it takes 14.9 s here, 19 times as long.')
  })

  it('scales the time of replies that end early, and says how many did', async () => {
    const { engines } = await measure([engineThat({ says: 75 }).handle])
    expect(engines[0]?.reply).toMatchObject({ short: 4, ms: { p50: 606 } })
  })

  it('tells no reply where the model says next to nothing', async () => {
    const { goal, engines, summary } = await measure([engineThat({ says: 2 }).handle])
    expect({ reply: engines[0]?.reply, isMet: goal.isMet, summary }).toEqual({
      reply: null,
      isMet: null,
      summary: 'Not measured: a reply of 150 tokens within 800 ms, 95 times of 100.',
    })
  })

  it('measures a server by turns with the engine, and divides pair by pair', async () => {
    const order: string[] = []
    const named = (name: string, speed: Speed) => {
      const { engine } = engineThat(speed)
      const generate = (request: GenerateRequest) => {
        if (request.maxTokens === 150) order.push(name)
        return engine.generate(request)
      }
      const handle: EngineHandle = { kind: 'endpoint', model: name, digest: null, open: async () => ({ ...engine, generate }) }
      return handle
    }
    const { ratios, engines } = await measure([named('ours', { tokenMs: 2 }), named('theirs', { tokenMs: 4, firstTokenMs: 200 })])
    expect(order).toEqual(['ours', 'theirs', 'theirs', 'ours', 'ours', 'theirs', 'theirs', 'ours'])
    expect(engines).toHaveLength(2)
    const byMeasure = Object.fromEntries(ratios.map(({ measure, units, ratio }) => [`${measure} ${units ?? ''}`.trim(), ratio.p50]))
    expect(byMeasure).toMatchObject({ 'prompt speed': 2, 'generation speed': 2, 'first token, cold': 0.5, 'first token, warm': 0.5 })
    expect(Object.keys(byMeasure)).toEqual(expect.arrayContaining(['units at once 1', 'units at once 4', 'reply']))
  })

  it('sends cold prompts that begin unlike any before, and warm ones that begin alike', async () => {
    const { handle, requests } = engineThat({})
    await measure([handle])
    const firsts = requests.map(({ messages: [system] }) => (system && 'text' in system ? (system.text.split('\n')[0] ?? '') : ''))
    const warm = requests.length - plan.colds
    expect(new Set(firsts.slice(0, warm))).toEqual(new Set(['Run n.']))
    expect(firsts.slice(warm)).toEqual(['Run n-0.', 'Run n-1.'])
    expect(new Set(requests.map(({ messages }) => JSON.stringify(messages))).size).toBe(requests.length)
    expect(requests.every(({ seed }) => seed === 3)).toBe(true)
  })

  it('fits its prompts into a small context', async () => {
    const { handle, requests } = engineThat({}, { contextTokens: 1024 })
    await measure([handle])
    const lengths = requests.map(
      ({ messages }) => messages.reduce((sum, message) => sum + ('text' in message ? message.text.length : 0), 0) / 3,
    )
    expect(Math.max(...lengths) + 150).toBeLessThan(1024)
  })

  it('keeps what it has when time is up, and says that it is a part', async () => {
    const timeUp = new AbortController()
    let replies = 0
    const { engine } = engineThat({})
    const generate = async (request: GenerateRequest) => {
      request.signal.throwIfAborted()
      if (request.maxTokens === 150 && ++replies === 3) timeUp.abort(new DOMException('late', 'TimeoutError'))
      return engine.generate(request)
    }
    const open = async () => ({ ...engine, generate })
    const found = await measure([{ kind: 'endpoint', model: 'slow', digest: null, open }], { timeUp: timeUp.signal })
    expect(found.completeness).toBe('partial')
    expect(found.engines[0]).toMatchObject({ reply: { ms: { runs: 2 } }, prompt: null, parallelUnits: [] })
  })

  it('throws what the user or the engine ends it with, and closes every engine', async () => {
    let closed = 0
    const close = async () => void closed++
    const interruption = new AbortController()
    interruption.abort(130)
    const fine = engineThat({}, { close })
    await expect(measure([fine.handle], { signal: interruption.signal })).rejects.toBe(130)
    const broken = scriptedEngine(() => new AppError('ENGINE_FAILED', 'It broke.'), { close })
    await expect(measure([fine.handle, broken.handle])).rejects.toThrow('It broke.')
    expect(closed).toBe(3)
  })

  it('says what a local engine computes on', async () => {
    const backend = { name: 'cuda', devices: ['A', 'B'], threads: 1, library: 'L 1' }
    const { engine } = engineThat({})
    const handle: EngineHandle = {
      kind: 'local',
      model: 'm',
      digest: null,
      open: async () => Object.assign({}, engine, { kind: 'local' as const, backend }),
    }
    expect((await measure([handle])).engines[0]).toMatchObject({ computesOn: 'cuda, A and B', library: 'L 1' })
  })
})
