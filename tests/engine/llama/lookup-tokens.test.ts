import type { LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LoadedModel, loadModel } from '../../../src/engine/llama/load-model.ts'
import { canTakeBack, copyingTokens } from '../../../src/engine/llama/lookup-tokens.ts'
import { tinyMoe } from '../../helpers/local-models.ts'

const open = (modelPath: string) => loadModel({ modelPath, contextTokens: 4096, gpu: 'off', threads: 1, parallel: null })
const none = new AbortController().signal

async function onSequence<T>({ slots }: LoadedModel, use: (sequence: LlamaContextSequence) => Promise<T>): Promise<T> {
  const slot = await slots.acquire({ tokens: [], cuts: [] }, none)
  try {
    await slot.sequence.clearHistory()
    return await use(slot.sequence)
  } finally {
    slots.release(slot)
  }
}

const plain = (loaded: LoadedModel, prompt: Token[], count: number) =>
  onSequence(loaded, async (sequence) => {
    const said: Token[] = []
    for await (const token of sequence.evaluate(prompt, { temperature: 0, yieldEogToken: true })) if (said.push(token) === count) break
    return said
  })

const copying = (loaded: LoadedModel, prompt: Token[], count: number) =>
  onSequence(loaded, async (sequence) => {
    const counts = { decodes: 0, drafted: 0, accepted: 0 }
    const said: Token[] = []
    for await (const token of copyingTokens({ sequence, prompt, lastSlice: prompt, maxTokens: count, counts, rhythm: loaded.rhythm }))
      said.push(token)
    return { said, counts, left: sequence.contextTokens.length }
  })

describe('a model that copies', () => {
  const step = 101
  let loaded: LoadedModel
  let chain: Token[]
  beforeAll(async () => {
    loaded = await open(tinyMoe({ step }))
    const size = loaded.model.fileInfo.metadata.tokenizer.ggml.tokens.length
    chain = Array.from({ length: 320 }, (_, index) => ((300 + index * step) % size) as Token)
  })
  afterAll(() => loaded.model.dispose())

  it('says the same as one that goes token by token, with a fifth of the steps where nine tokens of ten are copied', async () => {
    // What it is given to copy differs from what it will say in every tenth token.
    const given = chain.map((token, index) => (index % 10 === 9 ? (((token + 7) % 500) as Token) : token))
    const prompt = [...given, ...chain.slice(0, 10)]
    const said = await plain(loaded, prompt, 300)
    expect(said).toEqual(chain.slice(10, 310))
    const copied = await copying(loaded, prompt, 300)
    expect(copied.said).toEqual(said)
    expect(copied.counts.decodes / 300).toBeLessThanOrEqual(0.2)
    expect(copied.counts.decodes + copied.counts.accepted).toBe(300)
  })

  it('leaves nothing of a wrong guess behind', async () => {
    const prompt = [...chain.map((token, index) => (index % 3 === 0 ? (5 as Token) : token)), ...chain.slice(0, 10)]
    const { said, counts, left } = await copying(loaded, prompt, 60)
    expect(said).toEqual(chain.slice(10, 70))
    expect(counts.drafted).toBeGreaterThan(counts.accepted)
    // The last token is said, and not evaluated.
    expect(left).toBe(prompt.length + 59)
  })
})

it('says nothing that the model would not say, whatever the weights are', async () => {
  // How many tokens are evaluated together changes the last bits of their numbers: of two that are as good as equal, either may come.
  for (const seed of [1, 2, 3]) {
    const loaded = await open(tinyMoe({ seed }))
    const prompt = loaded.model.tokenize('const a = 1\nconst b = 2\nconst c = a + b\n'.repeat(8))
    const { said, counts } = await copying(loaded, prompt, 150)
    expect(counts.accepted).toBeGreaterThan(0)
    const shares = await onSequence(loaded, async (sequence) => {
      const found: number[] = []
      let input = prompt
      for (const token of said) {
        const asked: [Token, { generateNext: { probabilities: true } }] = [input.at(-1)!, { generateNext: { probabilities: true } }]
        const results = await sequence.controlledEvaluate([...input.slice(0, -1), asked])
        const probabilities = results.at(-1)?.next.probabilities
        found.push((probabilities?.get(token) ?? 0) / Math.max(...(probabilities?.values() ?? [])))
        input = [token]
      }
      return found
    })
    expect(shares.filter((share) => share < 0.97)).toEqual([])
    await loaded.model.dispose()
  }
})

describe('canTakeBack', () => {
  const facts = (insights: object) =>
    ({ fileInsights: { isRecurrent: false, isHybrid: false, swaSize: undefined, ...insights } }) as unknown as LlamaModel
  it.each([
    ['has nothing but attention', {}, true],
    ['is recurrent', { isRecurrent: true }, false],
    ['is so in part', { isHybrid: true }, false],
    ['forgets what left its window', { swaSize: 512 }, false],
  ])('of a model that %s', (_name, insights, expected) => {
    expect(canTakeBack(facts(insights))).toBe(expected)
  })
})
