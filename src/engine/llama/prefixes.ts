import { createHash } from 'node:crypto'
import type { LlamaContextSequence, Token } from 'node-llama-cpp'
import { orAborted } from './or-aborted.ts'
import type { PrefixStore } from './prefix-store.ts'
import type { Rhythm } from './rhythm.ts'

interface PrefixesOptions {
  /** Null: nothing is kept, and each sequence evaluates for itself. */
  store: PrefixStore | null
  /** All that an evaluated beginning depends on besides its tokens. */
  identity: readonly unknown[]
  rhythm: Pick<Rhythm, 'alone'>
}

interface Beginning {
  sequence: LlamaContextSequence
  tokens: readonly Token[]
  signal: AbortSignal
}

/** Copying fewer is not worth a look at the disk. */
const leastTokens = 64
/** What opening, naming and finding a file costs, and what a disk reads in a millisecond, until it is known better. */
const fileMs = 10
const assumedBytesPerMs = 300_000

/**
 * The beginning that requests share is evaluated once: whoever needs it first evaluates it, whoever comes meanwhile waits, and all others, in later
 * processes too, take a copy of it, where that is faster.
 */
export function createPrefixes({ store, identity, rhythm }: PrefixesOptions) {
  const evaluating = new Map<string, Promise<void>>()
  /** Read no faster than evaluated. */
  const useless = new Set<string>()
  let bytesPerMs = assumedBytesPerMs

  const keyOf = (tokens: readonly Token[]) => {
    const hash = createHash('sha256').update(JSON.stringify(identity)).update(Uint32Array.from(tokens))
    return hash.digest('hex').slice(0, 40)
  }

  const load = async (key: string, sequence: LlamaContextSequence, tokens: readonly Token[]): Promise<boolean> => {
    const begin = performance.now()
    const file = store?.find(key)
    if (!file) return false
    try {
      await rhythm.alone(() => sequence.loadStateFromFile(file.path, { acceptRisk: true }))
      const isWhole =
        sequence.nextTokenIndex === tokens.length && sequence.compareContextTokens([...tokens]).firstDifferentIndex === tokens.length
      if (!isWhole) throw new Error('It holds other tokens.')
      bytesPerMs = file.bytes / (performance.now() - begin)
      return true
    } catch {
      store?.discard(key)
      await rhythm.alone(() => sequence.clearHistory())
      return false
    }
  }

  const keep = async (key: string, sequence: LlamaContextSequence, evaluationMs: number): Promise<void> => {
    if (evaluationMs < fileMs || !store || useless.has(key)) return
    const bytes = await store.add(key, (path) => rhythm.alone(() => sequence.saveStateToFile(path)))
    // How large it is, is known only now.
    if (bytes / bytesPerMs + fileMs < evaluationMs) return
    useless.add(key)
    store.discard(key)
  }

  return {
    /** Brings a sequence to hold these tokens, by `evaluate` where there is nothing to copy. Says whether it was copied. */
    async bring({ sequence, tokens, signal }: Beginning, evaluate: () => Promise<void>): Promise<boolean> {
      const isShared = store !== null && tokens.length - sequence.nextTokenIndex >= leastTokens && !sequence.needsCheckpoints
      if (!isShared) {
        await evaluate()
        return false
      }
      const key = keyOf(tokens)
      for (let other = evaluating.get(key); other; other = evaluating.get(key)) await orAborted(other, signal)
      const { promise, resolve } = Promise.withResolvers<void>()
      evaluating.set(key, promise)
      try {
        if (await load(key, sequence, tokens)) return true
        const [begin, held] = [performance.now(), sequence.nextTokenIndex]
        await evaluate()
        const share = (tokens.length - held) / tokens.length
        await keep(key, sequence, (performance.now() - begin) / share)
        return false
      } finally {
        evaluating.delete(key)
        resolve()
      }
    },
  }
}

export type Prefixes = ReturnType<typeof createPrefixes>
