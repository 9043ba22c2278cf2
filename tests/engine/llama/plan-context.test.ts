import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type ContextPlan, leastContext, type ModelFacts, planContext } from '../../../src/engine/llama/plan-context.ts'

/** So many bytes for each token that can be remembered, half of them where that is quantised. */
const model = (bytesPerToken: number, more: Partial<ModelFacts> = {}): ModelFacts => ({
  trainedTokens: 32_768,
  hasFlashAttention: true,
  bytesFor: ({ contextTokens, sequences, cacheType }: ContextPlan) => ({
    ram: Math.ceil((contextTokens * sequences * bytesPerToken) / (cacheType === 'F16' ? 1 : 2)),
    vram: 0,
  }),
  ...more,
})
const anything = { contextTokens: null, sequences: 4 }
const best = (ram: number, request = {}, facts = {}) => planContext(model(1, facts), { ram, vram: 0 }, { ...anything, ...request })[0]

it('takes all that is useful where there is room for it', () => {
  expect(best(1e6)).toEqual({ contextTokens: 16_384, sequences: 4, cacheType: 'F16' })
})

it('gives up sequences first, then precision, then length', () => {
  expect(best(40_000)).toEqual({ contextTokens: 16_384, sequences: 2, cacheType: 'F16' })
  expect(best(17_000)).toEqual({ contextTokens: 16_384, sequences: 1, cacheType: 'F16' })
  expect(best(9000)).toEqual({ contextTokens: 16_384, sequences: 1, cacheType: 'Q8_0' })
  expect(best(5000)).toEqual({ contextTokens: 8192, sequences: 1, cacheType: 'Q8_0' })
  expect(best(1024)).toEqual({ contextTokens: 2048, sequences: 1, cacheType: 'Q8_0' })
})

it('does not quantise what the library cannot use then', () => {
  expect(best(9000, {}, { hasFlashAttention: false })).toEqual({ contextTokens: 8192, sequences: 1, cacheType: 'F16' })
})

it('never takes more than the model was trained on', () => {
  expect(best(1e6, { contextTokens: 100_000 })).toMatchObject({ contextTokens: 32_768 })
  expect(best(1e6, {}, { trainedTokens: 512 })).toMatchObject({ contextTokens: 512 })
})

it('takes the length that was asked for, or nothing', () => {
  expect(best(60_000, { contextTokens: 20_000, sequences: 3 })).toEqual({ contextTokens: 20_000, sequences: 3, cacheType: 'F16' })
  expect(best(59_999, { contextTokens: 20_000, sequences: 3 })).toEqual({ contextTokens: 20_000, sequences: 1, cacheType: 'F16' })
  expect(best(10_000, { contextTokens: 20_000, sequences: 3 })).toEqual({ contextTokens: 20_000, sequences: 1, cacheType: 'Q8_0' })
  expect(best(9999, { contextTokens: 20_000, sequences: 3 })).toBeUndefined()
})

it('looks at both memories', () => {
  const onGpu = model(1, { bytesFor: ({ contextTokens, sequences }) => ({ ram: 10, vram: contextTokens * sequences }) })
  expect(planContext(onGpu, { ram: 10, vram: 40_000 }, anything)[0]).toMatchObject({ sequences: 2 })
  expect(planContext(onGpu, { ram: 9, vram: 1e9 }, anything)).toEqual([])
})

it('never exceeds the memory, keeps to what was asked for, and finds the least that fits', () => {
  const tokens = fc.integer({ min: 512, max: 200_000 })
  fc.assert(
    fc.property(
      fc.record({
        bytesPerToken: fc.integer({ min: 1, max: 400_000 }),
        ram: fc.integer({ min: 0, max: 2 ** 36 }),
        trainedTokens: tokens,
        hasFlashAttention: fc.boolean(),
        contextTokens: fc.option(tokens),
        sequences: fc.integer({ min: 1, max: 16 }),
      }),
      ({ bytesPerToken, ram, trainedTokens, hasFlashAttention, ...request }) => {
        const facts = model(bytesPerToken, { trainedTokens, hasFlashAttention })
        const free = { ram, vram: 0 }
        const plans = planContext(facts, free, request)
        for (const plan of plans) {
          expect(facts.bytesFor(plan).ram).toBeLessThanOrEqual(ram)
          expect(plan.contextTokens).toBeGreaterThanOrEqual(Math.min(2048, trainedTokens, request.contextTokens ?? 2048))
          expect(plan.sequences).toBeLessThanOrEqual(request.sequences)
        }
        expect(plans.length > 0).toBe(facts.bytesFor(leastContext(facts, request)).ram <= ram)
      },
    ),
  )
})
