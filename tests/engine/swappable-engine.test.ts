import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Engine, EngineHandle, GenerateRequest } from '../../src/engine/engine.ts'
import { swappableEngine } from '../../src/engine/swappable-engine.ts'
import { ask } from './contract.ts'

const never = new AbortController().signal

/** A model that answers with its name, after a while; asking one that is closed is what must not happen. */
function model(name: string, { answerMs = 0 }: { answerMs?: number } = {}) {
  const state = { closed: false, running: 0, broken: [] as string[] }
  const engine: Engine = {
    kind: 'local',
    model: name,
    digest: `${name}-digest`,
    contextTokens: 1000,
    offersTools: true,
    parallel: 2,
    notices: [],
    countTokens: async (text) => text.length,
    async generate() {
      if (state.closed) state.broken.push('asked after it was closed')
      state.running++
      await delay(answerMs)
      state.running--
      if (state.closed) state.broken.push('closed while it answered')
      const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 }
      return { message: { role: 'assistant', text: name, toolCalls: [] }, stopReason: 'stop', usage, firstTokenMs: 0, totalMs: 0 }
    },
    close: async () => void (state.closed = true),
  }
  return { engine, state }
}

const handleOf = (engine: Engine, { openMs = 0, error }: { openMs?: number; error?: Error } = {}): EngineHandle => ({
  kind: 'local',
  model: engine.model,
  digest: null,
  async open(signal) {
    await delay(openMs, undefined, { signal })
    if (error) throw error
    return engine
  },
})

const textOf = async (engine: Engine, request: GenerateRequest = ask('Who?')) => (await engine.generate(request)).message.text

describe('an engine whose model is exchanged', () => {
  it('answers with the old one what was asked before, and with the new one what is asked after', async () => {
    const [old, next] = [model('old', { answerMs: 20 }), model('new')]
    const engine = swappableEngine(old.engine)
    const before = textOf(engine)
    await delay(1)
    const exchange = engine.exchange(handleOf(next.engine, { openMs: 5 }), never)
    const during = textOf(engine)
    expect(await Promise.all([before, during])).toEqual(['old', 'new'])
    await exchange
    expect([engine.model, engine.digest, engine.current]).toEqual(['new', 'new-digest', next.engine])
    await delay(5)
    expect(old.state).toMatchObject({ closed: true, broken: [] })
    await engine.close()
    expect(next.state.closed).toBe(true)
  })

  it('stays with the old one where the new one cannot be had', async () => {
    const old = model('old')
    const engine = swappableEngine(old.engine)
    await expect(engine.exchange(handleOf(model('new').engine, { error: new Error('no memory') }), never)).rejects.toThrow('no memory')
    expect([await textOf(engine), old.state.closed]).toEqual(['old', false])
    await engine.close()
  })

  it('lets nobody wait for a model who has left', async () => {
    const engine = swappableEngine(model('old').engine)
    const exchange = engine.exchange(handleOf(model('new').engine, { openMs: 30 }), never)
    const abort = new AbortController()
    const asked = textOf(engine, { ...ask('Who?'), signal: abort.signal })
    abort.abort(new Error('left'))
    await expect(asked).rejects.toThrow('left')
    await exchange
    await engine.close()
  })

  it('closes a model that comes too late', async () => {
    const [old, late] = [model('old'), model('late')]
    const engine = swappableEngine(old.engine)
    const exchange = engine.exchange(handleOf(late.engine, { openMs: 10 }), never)
    await delay(1)
    const closing = engine.close()
    await expect(exchange).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
    await closing
    expect([old.state.closed, late.state.closed]).toEqual([true, true])
    await expect(textOf(engine)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
    await expect(engine.exchange(handleOf(late.engine), never)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
  })

  it('waits for nobody when it is closed, also not for the answers of models that were exchanged', async () => {
    const [old, next] = [model('old', { answerMs: 30_000 }), model('new')]
    const engine = swappableEngine(old.engine)
    void textOf(engine)
    await delay(1)
    await engine.exchange(handleOf(next.engine), never)
    expect(old.state.closed).toBe(false)
    await engine.close()
    expect([old.state.closed, next.state.closed]).toEqual([true, true])
  })

  it('says of itself what its model says', async () => {
    const engine = swappableEngine(model('only').engine)
    expect(engine).toMatchObject({ kind: 'local', contextTokens: 1000, offersTools: true, parallel: 2, notices: [] })
    expect(await engine.countTokens('four')).toBe(4)
    await engine.close()
  })

  it('loses no request and closes no model that answers, in whatever order things happen', async () => {
    const step = fc.oneof({ weight: 4, arbitrary: fc.constant('ask' as const) }, fc.constantFrom('exchange', 'fail', 'wait'))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step, fc.integer({ min: 0, max: 3 })), { maxLength: 25 }), async (steps) => {
        const models = [model('0')]
        const engine = swappableEngine(models[0]?.engine as Engine)
        const answers: Promise<string>[] = []
        const exchanges: Promise<unknown>[] = []
        for (const [what, ms] of steps) {
          if (what === 'ask') answers.push(textOf(engine))
          if (what === 'wait') await delay(ms)
          if (what !== 'exchange' && what !== 'fail') continue
          const next = model(String(models.length), { answerMs: ms })
          if (what === 'exchange') models.push(next)
          const failing = what === 'fail' ? { error: new Error('no') } : {}
          exchanges.push(engine.exchange(handleOf(next.engine, { openMs: ms, ...failing }), never).catch(() => {}))
        }
        const texts = await Promise.all(answers)
        await Promise.all(exchanges)
        expect(texts.every((text) => models.some(({ engine: { model: name } }) => name === text))).toBe(true)
        expect(await textOf(engine)).toBe(String(models.length - 1))
        await engine.close()
        expect(models.map(({ state }) => state)).toEqual(models.map(() => ({ closed: true, running: 0, broken: [] })))
      }),
      { numRuns: process.env.SOAK === '1' ? 500 : 40 },
    )
  })
})
