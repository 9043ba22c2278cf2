import type { LlamaContextSequence, Token } from 'node-llama-cpp'
import { expect, it } from 'vitest'
import { createSlots } from '../../../src/engine/llama/slots.ts'

/** A sequence that holds these tokens. */
const holding = (held: number[]) =>
  ({
    compareContextTokens: (tokens: number[]) => ({ firstDifferentIndex: held.findIndex((token, index) => token !== tokens[index]) }),
  }) as unknown as LlamaContextSequence
const prompt = { tokens: [1, 2, 3, 4] as Token[], cuts: [2, 3] }
const never = new AbortController().signal

it('lends the sequence that has most of the prompt', async () => {
  const [other, half, most] = [holding([9]), holding([1, 2, 9]), holding([1, 2, 3, 9])]
  const slots = createSlots([other, half, most])
  const [first, second] = [await slots.acquire(prompt, never), await slots.acquire(prompt, never)]
  expect(first.sequence).toBe(other)
  for (const slot of [first, second]) {
    slot.evaluatedCuts = [2, 3]
    slots.release(slot)
  }
  expect((await slots.acquire(prompt, never)).sequence).toBe(half)
})

it('serves those who wait in the order in which they came', async () => {
  const slots = createSlots([holding([0])])
  const slot = await slots.acquire(prompt, never)
  const order: string[] = []
  const waiting = ['first', 'second'].map(async (name) => {
    const given = await slots.acquire(prompt, never)
    order.push(name)
    slots.release(given)
  })
  slots.release(slot)
  const late = slots.acquire(prompt, never).then(() => order.push('late'))
  await Promise.all([...waiting, late])
  expect(order).toEqual(['first', 'second', 'late'])
})

it('lets whoever is aborted leave the queue, and not lose its turn for others', async () => {
  const slots = createSlots([holding([0])])
  const slot = await slots.acquire(prompt, never)
  const abort = new AbortController()
  const leaving = slots.acquire(prompt, abort.signal)
  const staying = slots.acquire(prompt, never)
  const reason = new Error('enough')
  abort.abort(reason)
  await expect(leaving).rejects.toBe(reason)
  await expect(slots.acquire(prompt, abort.signal)).rejects.toBe(reason)
  slots.release(slot)
  expect(await staying).toBe(slot)
})
