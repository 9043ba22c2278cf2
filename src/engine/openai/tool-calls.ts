import type { ToolCall } from '../../domain/message.ts'
import type { ToolCallDelta } from './wire.ts'

interface PartialCall {
  index: number | null
  id: string
  name: string
  text: string
}

export interface ToolCallCollector {
  /** Returns how many characters of input came with it. */
  add(delta: ToolCallDelta): number
  /** The calls so far; `complete: false` leaves out one whose input was cut off. */
  calls(complete: boolean): ToolCall[]
}

/** Puts tool calls together from their deltas, also where servers give all the same index, repeat an id or leave either out. */
export function collectToolCalls(): ToolCallCollector {
  const partial: PartialCall[] = []

  const callOf = ({ index = null, id, function: call }: ToolCallDelta): PartialCall => {
    const known =
      index === null
        ? (partial.findLast((other) => id && other.id === id) ?? (id ? undefined : partial.at(-1)))
        : partial.findLast((other) => other.index === index)
    const another = known !== undefined && Boolean(id && known.id && id !== known.id && call?.name)
    if (known !== undefined && !another) return known
    const fresh = { index, id: id ?? '', name: '', text: '' }
    partial.push(fresh)
    return fresh
  }

  return {
    add(delta) {
      const call = callOf(delta)
      if (call.id === '') call.id = delta.id ?? ''
      if (call.name === '') call.name = delta.function?.name ?? ''
      const input = delta.function?.arguments
      if (input === undefined || input === null) return 0
      const text = typeof input === 'string' ? input : JSON.stringify(input)
      call.text += text
      return text.length
    },
    calls(complete) {
      const named = partial.filter((call) => call.name !== '' && (complete || isJson(call.text)))
      const ids = uniqueIds(named)
      return named.map((call, at) => ({ id: ids[at] ?? call.id, name: call.name, input: inputOf(call.text) }))
    },
  }
}

/** Results are matched to calls by id, so no two calls may share one. */
function uniqueIds(calls: readonly PartialCall[]): string[] {
  const taken = new Set<string>()
  return calls.map(({ id }, at) => {
    let unique = id === '' ? `call_${at}` : id
    while (taken.has(unique)) unique += '_'
    taken.add(unique)
    return unique
  })
}

/** Text that is no JSON stays text: the tool's schema tells the model what is wrong with it. */
function inputOf(text: string): unknown {
  if (text.trim() === '') return {}
  return isJson(text) ? JSON.parse(text) : text
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
