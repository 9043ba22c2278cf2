import { createHash } from 'node:crypto'
import type { ToolCall } from '../domain/message.ts'
import type { Effect } from '../tools/tool.ts'

type Call = Pick<ToolCall, 'name' | 'input'>

/** Watches whether a run gets anywhere. */
export interface Progress {
  /** What to do with a call before it is made. */
  judge(call: Call): 'run' | 'refuse' | 'stop'
  /** Takes note of a result; returns what the model should be told about it, or null. */
  note(call: Call, result: { text: string; isError: boolean; effect: Effect }): string | null
}

const nudgeAt = 3
const longestCycle = 5
/** How often a cycle of calls comes before it is remarked on, and before it ends the run. */
const cycles = { nudge: 4, stop: 5 }

/**
 * The same call with the same result: the third is remarked on, the fourth is not made, the fifth ends the run. After something was changed or run
 * that was not before, a call may well give the same again. The same few calls in turn end it too, also where their results vary.
 */
export function createProgress(): Progress {
  const seen = new Map<string, { result: string; times: number; refused: number }>()
  const pairs = new Set<string>()
  const order: string[] = []

  return {
    judge(call) {
      const key = keyOf(call)
      if (cyclesIn([...order, key]) >= cycles.stop) return 'stop'
      const entry = seen.get(key)
      if (!entry || entry.times < nudgeAt) return 'run'
      if (entry.refused > 0) return 'stop'
      entry.refused++
      order.push(key)
      return 'refuse'
    },
    note(call, { text, isError, effect }) {
      const [key, result] = [keyOf(call), digest(text)]
      order.push(key)
      const isNew = !pairs.has(key + result)
      pairs.add(key + result)
      const entry = seen.get(key)
      const times = entry?.result === result ? entry.times + 1 : 1
      if (isNew && !isError && effect !== 'read') seen.clear()
      seen.set(key, { result, times, refused: 0 })
      if (times >= nudgeAt)
        return `This is the same call with the same result for the ${ordinal(times)} time. Do something else, or say that you are done.`
      return cyclesIn(order) >= cycles.nudge
        ? 'You are making the same few calls in turn. Do something else, or say that you are done.'
        : null
    },
  }
}

/** How often the last few calls were made one after the other in the same order; 1 where nothing repeats. */
function cyclesIn(order: readonly string[]): number {
  let most = 1
  for (let length = 2; length <= longestCycle; length++) {
    const last = order.slice(-length)
    if (new Set(last).size === 1) continue
    let times = 1
    while (last.every((key, index) => order[order.length - (times + 1) * length + index] === key)) times++
    most = Math.max(most, times)
  }
  return most
}

const keyOf = ({ name, input }: Call): string => digest(JSON.stringify([name, sorted(input)]))

/** The order of keys means nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, item]) => [key, sorted(item)])
}

const digest = (text: string): string => createHash('sha1').update(text).digest('base64')
const ordinal = (count: number): string => (count === 3 ? 'third' : `${count}th`)
