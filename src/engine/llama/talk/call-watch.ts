/** Tells what is said to the reader from what begins a call. White space before a call belongs to neither. */
export function createCallWatch(marker: string) {
  let held = ''
  return {
    /** What may be said now, and what the call begins with and what follows that, once it is there. */
    push(text: string): { said: string; begun: string | null; rest: string } {
      held += text
      const start = held.indexOf(marker)
      if (start !== -1) {
        const said = held.slice(0, start).trimEnd()
        const end = start + marker.length
        return { said, begun: held.slice(said.length, end), rest: held.slice(end) }
      }
      const kept = undecided(held, marker)
      const said = held.slice(0, kept)
      held = held.slice(kept)
      return { said, begun: null, rest: '' }
    },
    /** What was kept back, when it turns out to begin nothing. */
    flush: (): string => held,
  }
}

/** Where the end of the text begins that may yet become white space and a marker. */
function undecided(text: string, marker: string): number {
  let start = Math.max(0, text.length - marker.length + 1)
  while (!marker.startsWith(text.slice(start))) start++
  return text.slice(0, start).trimEnd().length
}
