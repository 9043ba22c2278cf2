/** Whether a place in a text is shown there as code, by a fence or by backticks. */
export type Region = 'prose' | 'fence' | 'inline'

/**
 * Tells for places in ascending order how each is shown. What lies between `start` and `end` of a place is skipped, because the fences in
 * a call's own input are no fences of the text around it.
 */
export function regionsOf(text: string, places: readonly { start: number; end: number }[]): Region[] {
  let [at, fence]: [number, string | null] = [0, null]
  return places.map(({ start, end }) => {
    const between = text.slice(Math.min(at, start), start)
    for (const [, mark = ''] of between.matchAll(/^ {0,3}(`{3,}|~{3,})/gm)) {
      if (fence === null) fence = mark
      else if (mark.startsWith(fence)) fence = null
    }
    at = Math.max(at, end)
    if (fence !== null) return 'fence'
    const line = between.slice(between.lastIndexOf('\n') + 1)
    return (line.match(/`/g)?.length ?? 0) % 2 === 1 ? 'inline' : 'prose'
  })
}
