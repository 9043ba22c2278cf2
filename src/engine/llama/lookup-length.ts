const first = 4
const shortest = 2
const longest = 32
/** The share of a guess that has to be right for the next one to be as long. */
const enough = 0.4
/** So many guesses in a row of which nothing was right, and guessing pauses. */
const patience = 3
const firstPause = 8
const longestPause = 256

/**
 * How many tokens to guess at once: more after each guess that was right, fewer after several wrong ones, none for a while after more. A single wrong one says
 * nothing: so it looks where a text that is copied was edited.
 */
export function createDraftLength() {
  let length = first
  let [misses, pause, pausedFor] = [0, firstPause, 0]
  return {
    /** Zero during a pause. Called once for each step. */
    next(): number {
      if (pausedFor === 0) return length
      pausedFor--
      return 0
    },
    /** How a guess went. */
    judge({ drafted, accepted }: { drafted: number; accepted: number }): void {
      if (drafted === 0) return
      if (accepted > 0) {
        if (accepted === drafted) length = Math.min(longest, length * 2)
        else if (accepted < drafted * enough) length = Math.max(shortest, Math.floor(length / 2))
        misses = 0
        pause = firstPause
        return
      }
      misses++
      if (misses > 1) length = Math.max(shortest, Math.floor(length / 4))
      if (misses < patience) return
      misses = 0
      pausedFor = pause
      pause = Math.min(longestPause, pause * 2)
    },
  }
}
