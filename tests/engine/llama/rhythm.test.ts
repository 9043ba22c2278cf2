import type { BatchItem } from 'node-llama-cpp'
import { describe, expect, it } from 'vitest'
import { createRhythm } from '../../../src/engine/llama/rhythm.ts'

/** What waits to be computed: so many tokens of one sequence. */
const item = (tokens: number) =>
  ({ tokens: Array.from({ length: tokens }, () => 0), logits: [], evaluationPriority: 5 }) as unknown as BatchItem

describe('createRhythm', () => {
  it('computes what all answers go on with at once, and waits for who is not there yet', () => {
    const rhythm = createRhythm()
    const speakers = [rhythm.begin(), rhythm.begin(), rhythm.begin()]
    const [first, second, third] = [item(1), item(1), item(1)]
    expect(rhythm.next({ items: [first, second] })).toEqual([])
    expect(rhythm.next({ items: [first, second, third] }).map(({ item }) => item)).toEqual([first, second, third])
    expect(rhythm.counts).toEqual({ decodes: 1, stepBatches: 1, steps: 3 })
    expect(speakers.map(({ inCompany }) => inCompany)).toEqual([true, true, true])
  })

  it('does not wait for ever, nor for who has ended', () => {
    const rhythm = createRhythm()
    const [staying, leaving] = [rhythm.begin(), rhythm.begin()]
    let asked = 1
    while (rhythm.next({ items: [item(1)] }).length === 0) asked++
    expect(asked).toBeLessThan(100)
    rhythm.end(leaving)
    expect(rhythm.next({ items: [item(1)] })).toHaveLength(1)
    expect(staying.inCompany).toBe(false)
  })

  it('computes slices of prompts each by itself, and after a few of them what answers go on with', () => {
    const rhythm = createRhythm()
    rhythm.begin()
    const waiting = [100, 101, 102, 103, 104, 105].map(item)
    const computed: number[][] = []
    while (waiting.length > 0) {
      const batch = rhythm.next({ items: [...waiting, item(1)] })
      computed.push(batch.map(({ processAmount }) => processAmount))
      if (batch[0]?.item === waiting[0]) waiting.shift()
    }
    expect(computed).toEqual([[100], [101], [102], [103], [1], [104], [105]])
    expect(rhythm.counts).toEqual({ decodes: 7, stepBatches: 1, steps: 1 })
  })

  it('lets slices come one after the other where nobody speaks', () => {
    const rhythm = createRhythm()
    expect([rhythm.next({ items: [item(5), item(6)] }), rhythm.next({ items: [item(6)] })].map((batch) => batch[0]?.processAmount)).toEqual(
      [5, 6],
    )
  })

  it('holds everyone up while one needs to be alone, and all go on after the last of them', async () => {
    const rhythm = createRhythm()
    const order: string[] = []
    const [gate, otherGate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    await rhythm.goOn()
    const first = rhythm.alone(() => gate.promise).then(() => order.push('alone'))
    const second = rhythm.alone(() => otherGate.promise).then(() => order.push('alone too'))
    const waiting = rhythm.goOn().then(() => order.push('goes on'))
    // Who is held up is not waited for.
    rhythm.begin()
    rhythm.begin()
    expect(rhythm.next({ items: [item(1)] })).toHaveLength(1)
    gate.resolve()
    await first
    otherGate.resolve()
    await Promise.all([second, waiting])
    expect(order).toEqual(['alone', 'alone too', 'goes on'])
  })

  it('lets all go on when what was done alone fails', async () => {
    const rhythm = createRhythm()
    await expect(rhythm.alone(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
    await rhythm.goOn()
  })
})
