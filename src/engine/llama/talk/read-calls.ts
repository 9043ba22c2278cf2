import type { ToolSpec } from '../../engine.ts'
import { type InputStyle, readInput, skip } from './read-input.ts'

/**
 * How a model writes a call: texts that stand around its name and its input. `{{functionName}}` stands for the name, and `{{number}}` for a number that means
 * nothing to us.
 */
export interface CallFormat {
  /** Begins a call, and nothing else does. */
  marker: string
  /** From the marker to the name. */
  opening: string
  beforeInput: string
  /** Without it, a JSON object. */
  input?: InputStyle
  closing: string
  /** From the end of one call to the name of the next; null where an answer has one call only. */
  between: string | null
  /** After the last call. */
  end: string
}

export interface SpokenCall {
  name: string
  /** An object. */
  input: unknown
}

type KnownTool = Pick<ToolSpec, 'name' | 'inputSchema'>

/** Reads what stands after the first marker. Null unless all of it is calls of known tools, to their end. */
export function readCalls(said: string, { format, tools }: { format: CallFormat; tools: readonly KnownTool[] }): SpokenCall[] | null {
  const calls: SpokenCall[] = []
  let next = skip(said, 0, format.opening)
  while (next !== null) {
    const read = readCall(said, next, { format, tools })
    if (!read) return null
    calls.push(read.call)
    if (isEnd(said, read.end, format.end)) return calls
    next = format.between === null ? null : skip(said, read.end, format.between)
  }
  return null
}

function readCall(said: string, start: number, { format, tools }: { format: CallFormat; tools: readonly KnownTool[] }) {
  for (const { name, inputSchema } of tools) {
    if (!said.startsWith(name, start)) continue
    const fill = (text: string) => text.replaceAll('{{functionName}}', () => name)
    const open = skipNumbered(said, start + name.length, fill(format.beforeInput))
    const read = open === null ? null : readInput(said, open, { style: format.input, schema: inputSchema })
    const end = read === null ? null : skip(said, read.end, fill(format.closing))
    if (read !== null && end !== null) return { call: { name, input: read.input }, end }
  }
  return null
}

function skipNumbered(said: string, start: number, expected: string): number | null {
  const [before = '', after] = expected.split('{{number}}')
  const position = skip(said, start, before)
  if (position === null || after === undefined) return position
  const [digits = ''] = /^\d+/.exec(said.slice(position, position + 20)) ?? []
  return digits === '' ? null : skip(said, position + digits.length, after)
}

const isEnd = (said: string, position: number, end: string): boolean => {
  const after = skip(said, position, end)
  return after !== null && said.slice(after).trim() === ''
}
