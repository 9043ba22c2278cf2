/**
 * Where a prompt is cut into slices that are evaluated one by one: at the end of what requests share, and after every `size` tokens before and behind it.
 * Where a prompt is cut changes its numbers a little, so the cuts depend on the prompt alone and a cached beginning is reused up to a cut only:
 * then a request is answered alike whether its beginning was cached or not. No slice is a single token: those are the ones that answers go on with.
 */
export function cutsOf({ length, shared, size }: { length: number; shared: number; size: number }): number[] {
  const cuts: number[] = []
  // No cut is made before the very last token, so that what is shared then ends with the prompt.
  const middle = shared < length - 1 ? shared : length
  for (let end = size; end < middle - 1; end += size) cuts.push(end)
  for (let end = middle; end < length - 1; end += size) if (end > 1) cuts.push(end)
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

/** A processor attends to so many tokens of a slice at once; where a slice has fewer, to each by itself, which takes ten times as long for what lies before. */
export const tileTokens = 64
/**
 * Measured: a token costs as much as attending, one by one, to some 750 others, and attending to a whole tile as much as to a dozen of its tokens. The
 * first is taken for twice as much, since models differ: where little is to be won, nothing is tried.
 */
const [tokenCost, tileCost] = [1500, 12]

/** How many tokens to append to a last slice, to be taken out again, so that it is computed faster than without them. */
export function fillersFor({ before, slice }: { before: number; slice: number }): number {
  const fillers = tileTokens - slice
  if (fillers <= 0) return 0
  // Besides the fillers, the last token is computed once more by itself.
  return before * (slice - tileCost) > tokenCost * (fillers + 4) ? fillers : 0
}
