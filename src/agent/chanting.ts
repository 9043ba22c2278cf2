const chunkLength = 50
const mostTimes = 10
/** Further apart on average than so many chunks, the same words are a way of speaking. */
const nearness = 5
/** Enough to notice it, whatever came before. */
const longestLook = 20_000

/** Whether a text says the same fifty characters ten times in a small space. Code and lines of one character are no speech. */
export function isChanting(text: string): boolean {
  const speech = text.slice(-longestLook).replaceAll(/```[\s\S]*?```/g, '\n')
  if (speech.length < chunkLength * mostTimes) return false
  const places = new Map<string, number[]>()
  for (let at = 0; at + chunkLength <= speech.length; at++) {
    const chunk = speech.slice(at, at + chunkLength)
    const found = places.get(chunk)
    if (!found) places.set(chunk, [at])
    else if (at - (found.at(-1) ?? 0) >= chunkLength) found.push(at)
    if (!found || found.length < mostTimes) continue
    const span = (found.at(-1) ?? 0) - (found.at(-mostTimes) ?? 0)
    if (span <= mostTimes * nearness * chunkLength && new Set(chunk).size > 4) return true
  }
  return false
}
