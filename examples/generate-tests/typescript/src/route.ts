export interface Stop {
  id: string
  minutes: number
  isOpen: boolean
}

/** The stops that can be reached in time, in order; a closed one is passed by. */
export function reachable(stops: readonly Stop[], minutes: number): string[] {
  const reached: string[] = []
  let left = minutes
  for (const stop of stops) {
    if (!stop.isOpen) continue
    if (stop.minutes > left) break
    left -= stop.minutes
    reached.push(stop.id)
  }
  return reached
}

/** The longest way between two stops; 0 where there is none. */
export function longestLeg(stops: readonly Stop[]): number {
  let longest = 0
  for (const { minutes } of stops) {
    if (minutes > longest) longest = minutes
  }
  return longest
}
