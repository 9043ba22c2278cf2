/**
 * Where a prompt is cut into slices that are evaluated one by one: at the end of what requests share, and after every `size` tokens before and behind it.
 * Where a prompt is cut changes its numbers a little, so the cuts depend on the prompt alone and a cached beginning is reused up to a cut only:
 * then a request is answered alike whether its beginning was cached or not. No slice is a single token: those are the ones that answers go on with.
 */
export function cutsOf({ length, shared, size }: { length: number; shared: number; size: number }): number[] {
  const cuts: number[] = []
  for (let end = size; end < shared - 1; end += size) cuts.push(end)
  for (let end = shared; end < length - 1; end += size) if (end > 1) cuts.push(end)
  return cuts
}

/** How many tokens of what was evaluated can be kept: up to the last cut that both have, with the same cuts and tokens before it. */
export function reusableTokens(evaluated: readonly number[], cuts: readonly number[], sameTokens: number): number {
  let reusable = 0
  for (const [index, cut] of cuts.entries()) {
    if (cut !== evaluated[index] || cut > sameTokens) break
    reusable = cut
  }
  return reusable
}
