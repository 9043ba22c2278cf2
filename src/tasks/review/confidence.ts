import type { TokenProbability } from '../../engine/engine.ts'

/**
 * How sure the model was of each claim it wrote: the geometric mean of the probabilities of the claim's tokens.
 * Null where the engine gives no probabilities or the text does not fall into as many claims.
 */
export function confidencesOf(tokens: readonly TokenProbability[] | undefined, claims: number): (number | null)[] {
  const unknown = Array.from({ length: claims }, () => null)
  if (!tokens || claims === 0) return unknown
  const text = tokens.map((token) => token.text).join('')
  const starts = [...text.matchAll(/"quote"\s*:/g)].map(({ index }) => index)
  if (starts.length !== claims) return unknown
  return starts.map((start, index) => meanProbability(tokens, start, starts[index + 1] ?? text.length))
}

function meanProbability(tokens: readonly TokenProbability[], start: number, end: number): number | null {
  let offset = 0
  let total = 0
  let count = 0
  for (const { text, logprob } of tokens) {
    if (offset >= start && offset < end) {
      total += Math.max(logprob, -20)
      count++
    }
    offset += text.length
  }
  return count === 0 ? null : Math.round(Math.exp(total / count) * 1000) / 1000
}
