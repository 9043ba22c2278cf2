import type { LlamaContextSequence, Token } from 'node-llama-cpp'
import { expect, it } from 'vitest'
import { evaluatePrompt } from '../../../src/engine/llama/evaluate-prompt.ts'
import { createRhythm } from '../../../src/engine/llama/rhythm.ts'
import type { Slot } from '../../../src/engine/llama/slots.ts'

/** The sequence of a model whose state can only be taken back to where a checkpoint was taken. */
function createCarried() {
  let held: Token[] = []
  const [did, checkpoints]: [string[], number[]] = [[], []]
  const sequence = {
    needsCheckpoints: true,
    contextSize: 2100,
    get nextTokenIndex() {
      return held.length
    },
    compareContextTokens: (tokens: Token[]) => {
      const index = held.findIndex((token, index) => token !== tokens[index])
      return { firstDifferentIndex: index === -1 ? held.length : index }
    },
    getRestoreToPrefixIndexEvaluationSize: (index: number) => index - (checkpoints.findLast((at) => at <= index) ?? 0),
    evaluateWithoutGeneratingNewTokens: async (tokens: Token[]) => {
      did.push(`evaluate ${tokens.length}`)
      held = [...held, ...tokens]
    },
    takeCheckpoint: async () => void checkpoints.push(held.length - 1),
    eraseContextTokenRanges: async ([{ start }]: [{ start: number }]) => {
      did.push(`back to ${start}`)
      held = held.slice(0, start)
    },
    clearHistory: async () => {
      did.push('clear')
      held = []
    },
  }
  return { did, slot: { sequence: sequence as unknown as LlamaContextSequence, evaluatedCuts: [] } as Slot }
}

it('takes a sequence back exactly, or begins anew', async () => {
  const { did, slot } = createCarried()
  const rhythm = createRhythm()
  const counts = { promptTokens: 0, reusedTokens: 0, outputTokens: 0, draftedTokens: 0, acceptedTokens: 0 }
  const bring = async (_beginning: unknown, evaluate: () => Promise<void>) => {
    await evaluate()
    return false
  }
  const loaded = { rhythm, counts, prefixes: { bring }, fillsTiles: false }
  const prompt = (own: number, shared = 0) => ({
    tokens: Array.from({ length: 100 }, (_, index) => (index < 40 ? shared : own)) as Token[],
    cuts: [20, 40, 70],
    sharedTokens: 40,
  })
  const signal = new AbortController().signal
  const cached = []
  for (const each of [prompt(1), prompt(2), prompt(2, 9), prompt(3, 9)]) cached.push(await evaluatePrompt(each, { slot, loaded, signal }))
  expect(cached).toEqual([0, 40, 0, 40])
  expect(did.join(', ')).toBe(
    [
      'evaluate 20, evaluate 20, evaluate 30',
      'back to 40, evaluate 30',
      'clear, evaluate 20, evaluate 20, evaluate 30',
      'back to 40, evaluate 30',
    ].join(', '),
  )
  expect(counts).toMatchObject({ promptTokens: 200, reusedTokens: 80 })
})

it('computes a short last slice among fillers, which it takes out again', async () => {
  const { did, slot } = createCarried()
  const counts = { promptTokens: 0, reusedTokens: 0, outputTokens: 0, draftedTokens: 0, acceptedTokens: 0 }
  const prefixes = { bring: async () => false }
  const loaded = { rhythm: createRhythm(), counts, prefixes, fillsTiles: true }
  const signal = new AbortController().signal
  const prompt = (length: number, cut: number) => ({
    tokens: Array.from({ length }, (_, index) => index) as Token[],
    cuts: [cut],
    sharedTokens: 0,
  })
  for (const each of [prompt(2056, 2000), prompt(2090, 2040), prompt(2010, 2000)]) await evaluatePrompt(each, { slot, loaded, signal })
  // With fillers, the context would be full for the second one; the third one is too short for them.
  expect(did.join(', ')).toBe('evaluate 2000, evaluate 64, back to 2055, clear, evaluate 2040, clear, evaluate 2000')
  expect(counts.promptTokens).toBe(2000 + 55 + 2040 + 2000)
})
