/** How far behind the place where copying stopped a single token is looked for: an edit leaves out, puts in or replaces a little, and goes on. */
const nearby = 64
/** Matches longer than this are all alike. */
const longestMatch = 6
/** Of places where the last two tokens stand; in text of nothing but spaces there are thousands. */
const mostPlaces = 256

/**
 * Guesses how an answer goes on that copies much of what stands before it. Text is followed from the place it was found at; where the answer leaves it,
 * the last tokens are looked for again, first near that place. Knows nothing of models: a guess is only ever tried.
 */
export function createLookup(prompt: readonly number[]) {
  const tokens: number[] = []
  /** Where two tokens that follow each other end, in order. */
  const pairs = new Map<string, number[]>()
  /** What probably comes next stands here. */
  let at: number | null = null
  /** Whether that was seen to be so, and is no mere guess. */
  let isSure = false
  /** Where it stood when copying stopped last. */
  let left: number | null = null

  const pairAt = (end: number) => `${tokens[end - 1]} ${tokens[end]}`

  const append = (token: number) => {
    tokens.push(token)
    const end = tokens.length - 1
    if (end < 1) return
    const places = pairs.get(pairAt(end))
    if (places) places.push(end)
    else pairs.set(pairAt(end), [end])
  }

  const matchLength = (end: number): number => {
    const last = tokens.length - 1
    let length = 0
    while (length < longestMatch && length <= end && tokens[end - length] === tokens[last - length]) length++
    return length
  }

  /** The end of the longest match; of equals the one next after where copying stopped, else the last one. */
  const bestPlace = (): number | null => {
    const last = tokens.length - 1
    const places = (last < 1 ? undefined : pairs.get(pairAt(last)))?.filter((end) => end < last).slice(-mostPlaces) ?? []
    const isNear = (end: number) => left !== null && end >= left && end < left + nearby
    let best: { end: number; rank: number } | null = null
    for (const end of places) {
      const rank = 2 * matchLength(end) + (isNear(end) ? 1 : 0)
      if (best === null || rank > best.rank || (rank === best.rank && !isNear(end))) best = { end, rank }
    }
    return best?.end ?? null
  }

  /** A single token says something only where the text is expected to go on. */
  const nextNearby = (): number | null => {
    if (left === null) return null
    const [token, last] = [tokens.at(-1), tokens.length - 1]
    for (let place = left; place < Math.min(left + nearby, last); place++) if (tokens[place] === token) return place
    return null
  }

  const find = () => {
    if (isSure) left = at
    const place = bestPlace() ?? nextNearby()
    // Without a trace of it, one token was replaced, perhaps.
    at = place === null ? (isSure && left !== null ? left + 1 : null) : place + 1
    isSure = place !== null
  }

  for (const token of prompt) append(token)

  return {
    /** The next token of the answer. */
    push(token: number): void {
      const isExpected = at !== null && tokens[at] === token
      append(token)
      if (isExpected && at !== null) {
        at++
        isSure = true
      } else find()
    },
    /** What may come next, at most so many tokens; empty when nothing is like it. */
    draft: (most: number): number[] => (at === null ? [] : tokens.slice(at, at + most)),
  }
}
