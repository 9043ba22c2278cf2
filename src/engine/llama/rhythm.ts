import type { BatchItem, PrioritizedBatchItem } from 'node-llama-cpp'

/** One answer that is being generated. */
interface Speaker {
  /** Some of its tokens were computed in one batch with those of others. */
  inCompany: boolean
}

interface RhythmCounts {
  /** Calls of the native library that computed something. */
  decodes: number
  /** Those of them that computed the next tokens of answers, and how many tokens that were. */
  stepBatches: number
  steps: number
}

/** The library asks in a loop that lets nothing else happen but what is due already; whoever needs longer than this misses a batch. */
const mostWaits = 64
/** The fuller the batches, the more is done in a second; and yet nobody waits for its next token until all others have read their prompts. */
const slicesInTurn = 4

/**
 * Decides what is computed together. Tokens that answers go on with are one batch, which waits until all have theirs: the library itself would compute all
 * but the last. Slices of prompts are computed each by itself, in turn with those, so that their numbers depend on nobody else's.
 */
export function createRhythm() {
  const counts: RhythmCounts = { decodes: 0, stepBatches: 0, steps: 0 }
  const speakers = new Set<Speaker>()
  let [waits, slices] = [0, 0]
  let [pauses, resumed]: [number, PromiseWithResolvers<void> | null] = [0, null]

  const compute = (items: readonly BatchItem[]): PrioritizedBatchItem[] => {
    waits = 0
    counts.decodes++
    return items.map((item) => ({ item, processAmount: item.tokens.length }))
  }

  const computeSteps = (items: readonly BatchItem[]): PrioritizedBatchItem[] => {
    counts.stepBatches++
    counts.steps += items.length
    if (items.length > 1) for (const speaker of speakers) speaker.inCompany = true
    return compute(items)
  }

  return {
    counts: counts as Readonly<RhythmCounts>,

    /** What the library is to compute next of all that waits. */
    next({ items }: { items: readonly BatchItem[] }): PrioritizedBatchItem[] {
      const slice = items.find(({ tokens }) => tokens.length > 1)
      const steps = items.filter(({ tokens }) => tokens.length === 1)
      if (slice && (steps.length === 0 || slices < slicesInTurn)) {
        slices++
        return compute([slice])
      }
      if (!slice && pauses === 0 && steps.length < speakers.size && waits++ < mostWaits) return []
      slices = 0
      return computeSteps(steps)
    },

    /** Whoever speaks is waited for. */
    begin(): Speaker {
      const speaker = { inCompany: false }
      speakers.add(speaker)
      return speaker
    },

    end(speaker: Speaker): void {
      speakers.delete(speaker)
    },

    /** Between two computations of one request: here it stands back for `alone`. */
    async goOn(): Promise<void> {
      while (resumed) await resumed.promise
    },

    /** What needs a sequence to hold still: the library does it only when nothing is left to compute, which among many would be never. */
    async alone<Value>(work: () => Promise<Value>): Promise<Value> {
      pauses++
      resumed ??= Promise.withResolvers()
      try {
        return await work()
      } finally {
        if (--pauses === 0) {
          resumed.resolve()
          resumed = null
        }
      }
    },
  }
}

export type Rhythm = ReturnType<typeof createRhythm>
