import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { generate } from '../../../src/engine/llama/generate.ts'
import { type LoadedModel, loadModel } from '../../../src/engine/llama/load-model.ts'
import type { Answer, PromptRequest } from '../../../src/engine/llama/messages.ts'
import { fillersFor } from '../../../src/engine/llama/slices.ts'
import { tinyMoe } from '../../helpers/local-models.ts'

// What several requests at once have to do with each other, in this process.

const rules = 'A rule that all of them share: look at what changes, and at nothing else.\n'.repeat(60)
const request = (text: string, more: Partial<PromptRequest> = {}): PromptRequest => ({
  messages: [
    { role: 'system', text: rules },
    { role: 'user', text },
  ],
  tools: [],
  outputSchema: null,
  maxTokens: 24,
  temperature: 0,
  seed: 1,
  ...more,
})

const open = (parallel: number, prefixFolder: string | null = null): Promise<LoadedModel> =>
  loadModel({ modelPath: tinyMoe(), contextTokens: 4096, gpu: 'off', threads: 1, parallel, prefixFolder })

function ask(
  loaded: LoadedModel,
  asked: PromptRequest,
  { signal = new AbortController().signal, onText = () => {} } = {},
): Promise<Answer> {
  return generate(asked, loaded, { signal, onTurn: () => {}, onText })
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'agent-prefixes-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'prefixes')
}

const counters = ({ counts, rhythm }: LoadedModel) => ({ ...counts, ...rhythm.counts })
const units = Array.from({ length: 8 }, (_, index) =>
  request(`const unit${index} = ${index ** 3}`, { temperature: index % 2, seed: index }),
)

// Every instance of the library listens to the end of the process; in an engine process there is one.
beforeAll(() => void process.setMaxListeners(100))

describe('requests at once', () => {
  it.each([2, 4, 8])('are computed in batches of all %i', async (parallel) => {
    const loaded = await open(parallel)
    const schema = { type: 'string', minLength: 20, maxLength: 20 }
    await Promise.all(units.slice(0, parallel).map((unit) => ask(loaded, { ...unit, outputSchema: schema, maxTokens: 12 })))
    const { steps, stepBatches } = counters(loaded)
    // Who comes last begins when the first one has said something already.
    expect(steps / stepBatches).toBeGreaterThan(parallel / 2)
    await loaded.model.dispose()
  })

  it('do not keep another one waiting that has to change what its sequence holds', async () => {
    const loaded = await open(3)
    const abort = new AbortController()
    const plain = (text: string, more: Partial<PromptRequest> = {}) => request(text, { messages: [{ role: 'user', text }], ...more })
    let ended = 0
    const outputSchema = { type: 'string', minLength: 1400, maxLength: 1400 }
    const long = ['a', 'b'].map((text) => {
      const answer = ask(loaded, plain(text, { maxTokens: 1500, outputSchema }), abort)
      return answer.catch(() => undefined).finally(() => ended++)
    })
    for (const text of ['what', 'is', 'erased']) await ask(loaded, plain(text, { maxTokens: 8 }))
    expect(ended).toBe(0)
    abort.abort(new Error('enough'))
    await Promise.all(long)
    await loaded.model.dispose()
  })
})

describe('the beginning that requests share', () => {
  const many = Array.from({ length: 20 }, (_, index) => request(`unit ${index}: ${'x'.repeat(index * 5)}`, { maxTokens: 4 }))

  it.each([1, 4])('is evaluated once for all, on %i sequences', async (parallel) => {
    const loaded = await open(parallel, temporaryFolder())
    const answers = await Promise.all(many.map((unit) => ask(loaded, unit)))
    const total = answers.reduce((sum, { usage }) => sum + usage.inputTokens, 0)
    const { promptTokens, reusedTokens } = counters(loaded)
    expect(promptTokens + reusedTokens).toBe(total)
    expect(answers.reduce((sum, { usage }) => sum + usage.cachedInputTokens, 0)).toBe(reusedTokens)
    const shared = Math.min(...answers.map(({ usage }) => usage.cachedInputTokens || Infinity))
    expect(shared).toBeGreaterThan(1000)
    expect(promptTokens).toBeLessThanOrEqual(1.1 * (shared + total - 20 * shared))
    await loaded.model.dispose()
  })

  it('changes no answer whose own part is computed among fillers', async () => {
    const asked = ['a', 'b'].map((name) => request(`const ${name} = ${'1 + '.repeat(12)}2`))
    const [fresh, kept] = [await open(1), await open(1, temporaryFolder())]
    const expected: string[] = []
    const answers: Answer[] = []
    for (const unit of asked) {
      await ask(fresh, request('x', { messages: [{ role: 'user', text: 'else' }] }))
      expected.push((await ask(fresh, unit)).text)
      answers.push(await ask(kept, unit))
    }
    expect(answers.map(({ text }) => text)).toEqual(expected)
    const { usage } = answers[1]!
    expect(usage.cachedInputTokens).toBeGreaterThan(1000)
    expect(fillersFor({ before: usage.cachedInputTokens, slice: usage.inputTokens - usage.cachedInputTokens })).toBeGreaterThan(0)
    for (const { model } of [fresh, kept]) await model.dispose()
  })

  it('is evaluated by each sequence where nothing may be kept', async () => {
    const loaded = await open(4)
    const answers = await Promise.all(many.slice(0, 4).map((unit) => ask(loaded, unit)))
    expect(answers.map(({ usage }) => usage.cachedInputTokens)).toEqual([0, 0, 0, 0])
    await loaded.model.dispose()
  })

  it('is there for the next process, for nobody else to read, and not when it was damaged', async () => {
    const folder = temporaryFolder()
    const first = await open(1, folder)
    const { text, usage } = await ask(first, many[0]!)
    await first.model.dispose()
    const [name, ...others] = readdirSync(folder)
    expect([usage.cachedInputTokens, others]).toEqual([0, []])
    expect([statSync(folder).mode & 0o777, statSync(join(folder, name!)).mode & 0o777]).toEqual([0o700, 0o600])

    const second = await open(1, folder)
    const again = await ask(second, many[0]!)
    expect([again.text, again.usage.cachedInputTokens > 1000]).toEqual([text, true])
    await second.model.dispose()

    const bytes = readFileSync(join(folder, name!))
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(join(folder, name!), bytes)
    const third = await open(1, folder)
    const anew = await ask(third, many[0]!)
    expect([anew.text, anew.usage.cachedInputTokens]).toEqual([text, 0])
    expect(readdirSync(folder)).toHaveLength(1)
    await third.model.dispose()
  })
})
