import { Ajv } from 'ajv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, GenerateRequest, JsonSchema, ToolSpec } from '../../src/engine/engine.ts'

export interface EngineCapabilities {
  /** Answers carry token probabilities. */
  tokenProbabilities: boolean
  /** A question whose unconstrained answer is longer than three tokens. */
  longPrompt?: string
  /** A question that is answered with a call of `contractTool`, for engines that take tools. */
  toolPrompt?: string
}

const contractTool: ToolSpec = {
  name: 'look_up',
  description: 'Looks up a word.',
  inputSchema: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'], additionalProperties: false },
}

/** Small, and still with every construct that the tasks use: enums of words and of numbers, bounded strings and arrays, null, nesting. */
export const contractSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['verdict', 'items'],
  properties: {
    verdict: { enum: ['none', 'some'] },
    items: {
      type: 'array',
      minItems: 1,
      maxItems: 2,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['quote', 'line', 'note'],
        properties: {
          quote: { type: 'string', maxLength: 12 },
          line: { enum: [3, 17, 204] },
          note: { oneOf: [{ type: 'string', maxLength: 8 }, { type: 'null' }] },
        },
      },
    },
  },
} satisfies JsonSchema

/** What every engine promises; each adapter's test file runs it on an engine of its own kind. */
export function describeEngine(
  name: string,
  open: () => Promise<Engine>,
  { tokenProbabilities, longPrompt = 'Count to one hundred.', toolPrompt }: EngineCapabilities,
) {
  describe(`the engine contract: ${name}`, () => {
    let engine: Engine
    beforeAll(async () => {
      engine = await open()
    })
    afterAll(() => engine.close())

    it('says what it is', () => {
      expect(engine.model).not.toBe('')
      expect(engine.contextTokens).toBeGreaterThan(0)
      expect(engine.parallel).toBeGreaterThanOrEqual(1)
    })

    it('counts tokens: none for nothing, more for more', async () => {
      expect(await engine.countTokens('')).toBe(0)
      const one = await engine.countTokens('return cache.get(key)')
      const two = await engine.countTokens('return cache.get(key)\nreturn cache.get(other)')
      expect(one).toBeGreaterThan(0)
      expect(two).toBeGreaterThan(one)
    })

    it('answers, and says what it cost', async () => {
      const generation = await engine.generate(ask(longPrompt))
      expect(generation.message).toEqual({ role: 'assistant', text: expect.any(String), toolCalls: [] })
      expect(generation.usage.inputTokens).toBeGreaterThan(0)
      expect(generation.usage.cachedInputTokens).toBeLessThanOrEqual(generation.usage.inputTokens)
      expect(generation.usage.outputTokens).toBeGreaterThan(0)
      expect(generation.firstTokenMs).toBeLessThanOrEqual(generation.totalMs)
    })

    it('streams exactly the text that it returns', async () => {
      const deltas: string[] = []
      const { message } = await engine.generate(ask(longPrompt, { onText: (delta) => deltas.push(delta) }))
      expect(deltas.join('')).toBe(message.text)
      expect(deltas.length).toBeGreaterThan(1)
    })

    it('keeps to the schema', async () => {
      const { message, stopReason } = await engine.generate(ask('What do you see?', { outputSchema: contractSchema, maxTokens: 600 }))
      expect(stopReason).toBe('stop')
      const validate = new Ajv({ strict: false }).compile(contractSchema)
      expect(validate(JSON.parse(message.text))).toBe(true)
    })

    it.runIf(toolPrompt)('calls a tool, and goes on with its result', async () => {
      expect(engine.offersTools).toBe(true)
      const question = ask(toolPrompt ?? '', { tools: [contractTool], maxTokens: 200 })
      const { message, stopReason } = await engine.generate(question)
      expect({ stopReason, calls: message.toolCalls }).toEqual({
        stopReason: 'tool-calls',
        calls: [{ id: expect.stringMatching(/./), name: 'look_up', input: { word: expect.any(String) } }],
      })
      const results = message.toolCalls.map(({ id }) => ({ role: 'tool', callId: id, text: 'A fruit.', isError: false }) as const)
      const answer = await engine.generate({ ...question, messages: [...question.messages, message, ...results] })
      expect(answer.usage.inputTokens).toBeGreaterThan(0)
    })

    it.runIf(toolPrompt)('returns no call that the token limit cuts off', async () => {
      const { message, stopReason } = await engine.generate(ask(toolPrompt ?? '', { tools: [contractTool], maxTokens: 3 }))
      expect([stopReason, message.toolCalls]).toEqual(['length', []])
    })

    it.runIf(tokenProbabilities)('gives the probability of each token of the answer', async () => {
      const { message, tokens } = await engine.generate(ask('What do you see?', { outputSchema: contractSchema, maxTokens: 600 }))
      expect(tokens?.map((token) => token.text).join('')).toBe(message.text)
      expect(tokens?.every((token) => token.logprob <= 0 && Number.isFinite(token.logprob))).toBe(true)
    })

    it('stops at the token limit and says so', async () => {
      const { stopReason, usage } = await engine.generate(ask(longPrompt, { maxTokens: 2 }))
      expect(stopReason).toBe('length')
      expect(usage.outputTokens).toBeLessThanOrEqual(2)
    })

    it('gives the same answer to the same question and seed', async () => {
      const first = await engine.generate(ask(longPrompt, { seed: 7 }))
      const second = await engine.generate(ask(longPrompt, { seed: 7 }))
      expect(second.message).toEqual(first.message)
    })

    it('says the same, or as good as the same, to one that copies', async () => {
      const { message, stopReason } = await engine.generate(ask(longPrompt, { copiesInput: true }))
      const repeated = await engine.generate(ask(longPrompt, { copiesInput: true }))
      expect([repeated.message, repeated.stopReason]).toEqual([message, stopReason])
      expect(message.toolCalls).toEqual([])
    })

    it('answers two questions at once', async () => {
      const alone = await engine.generate(ask('What do you see?', { outputSchema: contractSchema, maxTokens: 600 }))
      const both = await Promise.all(
        [1, 2].map((seed) => engine.generate(ask('What do you see?', { outputSchema: contractSchema, maxTokens: 600, seed }))),
      )
      expect(both.map((generation) => generation.stopReason)).toEqual(['stop', 'stop'])
      expect(both.every((generation) => generation.usage.inputTokens === alone.usage.inputTokens)).toBe(true)
    })

    it('does not begin when it was aborted before, and says why', async () => {
      const reason = new Error('not wanted any more')
      await expect(engine.generate(ask(longPrompt, { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason)
    })

    it('ends when it is aborted in the middle, says why, and can be asked again', async () => {
      const reason = new Error('not wanted any more')
      const abort = new AbortController()
      const asked = engine.generate(ask(longPrompt, { signal: abort.signal, onText: () => abort.abort(reason) }))
      await expect(asked).rejects.toBe(reason)
      await expect(engine.generate(ask(longPrompt))).resolves.toMatchObject({ message: { role: 'assistant' } })
    })

    it('refuses a prompt that is longer than its context instead of cutting it', async () => {
      const overlong = 'one two three four\n'.repeat(engine.contextTokens)
      await expect(engine.generate(ask(overlong))).rejects.toMatchObject({ name: 'AppError', code: 'ENGINE_OUT_OF_CONTEXT' })
      await expect(engine.generate(ask(longPrompt))).resolves.toMatchObject({ message: { role: 'assistant' } })
    })

    it('can be closed twice, and says afterwards that it is closed', async () => {
      const other = await open()
      await other.close()
      await other.close()
      await expect(other.generate(ask(longPrompt))).rejects.toMatchObject({
        name: 'AppError',
        code: 'ENGINE_UNAVAILABLE',
        message: expect.stringContaining('closed'),
      })
    })
  })
}

/** A request with everything filled in: greedy, no tools, never aborted. */
export function ask(text: string, more: Partial<GenerateRequest> = {}): GenerateRequest {
  return { messages: [{ role: 'user', text }], tools: [], maxTokens: 64, seed: 1, signal: new AbortController().signal, ...more }
}
