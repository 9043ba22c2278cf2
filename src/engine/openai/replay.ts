export interface Replay {
  /** Begins the answer anew; returns what takes its text. */
  begin(): (delta: string) => void
}

/**
 * Passes text on to a listener who must not hear anything twice: of a repeated answer, only what goes beyond the part that was passed on
 * before. Where it turns out differently, nothing more is passed on, and the returned answer is what holds.
 */
export function replayTo(listener: ((delta: string) => void) | undefined): Replay {
  let heard = ''
  return {
    begin() {
      let said = ''
      return (delta) => {
        said += delta
        if (listener === undefined || said.length <= heard.length || !said.startsWith(heard)) return
        const fresh = said.slice(heard.length)
        heard = said
        listener(fresh)
      }
    },
  }
}
