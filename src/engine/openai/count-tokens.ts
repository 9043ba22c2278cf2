import { z } from 'zod'
import { estimateTokens } from '../../domain/tokens.ts'
import type { AskServer } from './probe-server.ts'
import type { ServerTraits } from './server-traits.ts'

/** Texts that are counted once and kept, and below which no question is worth its way: the estimate errs upward. */
const [mostKept, smallest] = [256, 512]
const countMs = 5_000

const countedSchema = z.union([
  // vLLM
  z.object({ count: z.int().nonnegative() }).transform(({ count }) => count),
  // llama-server
  z.object({ tokens: z.array(z.unknown()) }).transform(({ tokens }) => tokens.length),
])

interface CounterOptions {
  traits: ServerTraits | null
  model: string
  ask: AskServer
  signal: AbortSignal
}

/** Counts with the server's own tokenizer where it has one and the text is long enough to matter, else estimates. */
export function createTokenCounter({ traits, model, ask, signal }: CounterOptions): (text: string) => Promise<number> {
  const kept = new Map<string, number>()
  let isUsable = traits?.hasTokenizer ?? false

  const counted = async (text: string): Promise<number | null> => {
    const body = traits?.kind === 'vllm' ? { model, prompt: text, add_special_tokens: false } : { content: text, add_special: false }
    try {
      const response = await ask('/tokenize', { body, signal: AbortSignal.any([signal, AbortSignal.timeout(countMs)]) })
      const parsed = response.ok ? countedSchema.safeParse(await response.json()) : undefined
      if (parsed?.success) return parsed.data
    } catch {
      // It is not asked again, and the estimate serves.
    }
    isUsable = false
    return null
  }

  return async (text) => {
    const estimate = estimateTokens(text)
    if (!isUsable || estimate < smallest) return estimate
    const known = kept.get(text)
    if (known !== undefined) return known
    const exact = await counted(text)
    if (exact === null) return estimate
    const [oldest] = kept.keys()
    if (kept.size >= mostKept && oldest !== undefined) kept.delete(oldest)
    kept.set(text, exact)
    return exact
  }
}
