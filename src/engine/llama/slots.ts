import type { LlamaContextSequence, Token } from 'node-llama-cpp'
import { reusableTokens } from './slices.ts'

/** One of the sequences that are generated side by side, and the cuts at which what it holds was evaluated. */
export interface Slot {
  readonly sequence: LlamaContextSequence
  evaluatedCuts: number[]
}

interface CutPrompt {
  tokens: readonly Token[]
  cuts: readonly number[]
}

/** Lends sequences: the free one that has most of a prompt already, or else the next that is given back, first come, first served. */
export function createSlots(sequences: readonly LlamaContextSequence[]) {
  const free: Slot[] = sequences.map((sequence) => ({ sequence, evaluatedCuts: [] }))
  const waiting: ((slot: Slot) => void)[] = []
  return {
    /** Rejects with the signal's reason when it is aborted while waiting. */
    async acquire(prompt: CutPrompt, signal: AbortSignal): Promise<Slot> {
      signal.throwIfAborted()
      const best = free.toSorted((a, b) => reusableIn(b, prompt) - reusableIn(a, prompt))[0]
      if (!best) return await turn(waiting, signal)
      free.splice(free.indexOf(best), 1)
      return best
    },
    release(slot: Slot): void {
      const next = waiting.shift()
      if (next) next(slot)
      else free.push(slot)
    },
  }
}

export type Slots = ReturnType<typeof createSlots>

/** How much of a prompt a slot holds in a form that can be reused. */
export function reusableIn({ sequence, evaluatedCuts }: Slot, { tokens, cuts }: CutPrompt): number {
  const { firstDifferentIndex } = sequence.compareContextTokens([...tokens])
  return reusableTokens(evaluatedCuts, cuts, firstDifferentIndex)
}

function turn(waiting: ((slot: Slot) => void)[], signal: AbortSignal): Promise<Slot> {
  return new Promise((resolve, reject) => {
    const take = (slot: Slot) => {
      signal.removeEventListener('abort', leave)
      resolve(slot)
    }
    const leave = () => {
      waiting.splice(waiting.indexOf(take), 1)
      reject(signal.reason as Error)
    }
    waiting.push(take)
    signal.addEventListener('abort', leave, { once: true })
  })
}
