import type { TokenProbability } from '../engine.ts'
import type { WireToken } from './wire.ts'

export interface ProbabilityCollector {
  add(token: WireToken): void
  /** The tokens that make up the text; null where they do not: what belongs to something else must not count as its probability. */
  of(text: string): TokenProbability[] | null
}

/** Gathers token probabilities. Tokens that end inside a character are joined with the next, until they are text. */
export function collectProbabilities(): ProbabilityCollector {
  const tokens: TokenProbability[] = []
  let open = { bytes: Buffer.alloc(0), logprob: 0 }

  return {
    add({ token, logprob, bytes }) {
      open = {
        bytes: Buffer.concat([open.bytes, bytes ? Buffer.from(bytes) : Buffer.from(token)]),
        logprob: open.logprob + Math.min(0, logprob),
      }
      const text = decoded(open.bytes)
      if (text === null) return
      tokens.push({ text, logprob: open.logprob })
      open = { bytes: Buffer.alloc(0), logprob: 0 }
    },
    of(text) {
      let end = 0
      let length = 0
      // The token that ends an answer is not part of its text.
      while (end < tokens.length && length < text.length) length += tokens[end++]?.text.length ?? 0
      const own = tokens.slice(0, end)
      return end > 0 && own.map((token) => token.text).join('') === text ? own : null
    },
  }
}

function decoded(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}
