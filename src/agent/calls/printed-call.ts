import { isObject } from './is-object.ts'
import { lessSure, readValueAt, skipSpace, type Reading } from './read-value.ts'

/** A call that stands in a model's text. Its input is whatever was written: unvalidated. */
export interface PrintedCall {
  name: string
  input: unknown
  reading: Reading
  /** Where it stands in the text, with the markup around it. */
  start: number
  end: number
}

/** One way in which models print calls that has marks of its own, which no prose contains by accident. */
export interface CallFormat {
  /** Tells quickly that a text tries to be a call of this format. */
  trace: RegExp
  find(text: string): PrintedCall[]
}

type NamedInput = Pick<PrintedCall, 'name' | 'input' | 'reading'>

const nameKeys = ['name', 'tool', 'tool_name', 'function', 'action'] as const
const inputKeys = ['arguments', 'parameters', 'args', 'params', 'input', 'tool_input', 'action_input'] as const

/** The call that a JSON object describes under any of the names in use; null for one that describes none. */
export function callOfObject(value: unknown, reading: Reading): NamedInput | null {
  if (!isObject(value)) return null
  // OpenAI's own shape: {"type":"function","function":{"name":…,"arguments":…}}.
  if (isObject(value.function)) return callOfObject(value.function, reading)
  const name = nameKeys.map((key) => value[key]).find((found) => typeof found === 'string' && found.trim() !== '')
  const inputKey = inputKeys.find((key) => Object.hasOwn(value, key))
  if (typeof name !== 'string' || inputKey === undefined) return null
  return { name, ...inputOf(value[inputKey], reading) }
}

/** Input that is text holds JSON once more. */
export function inputOf(raw: unknown, reading: Reading): Pick<PrintedCall, 'input' | 'reading'> {
  if (typeof raw !== 'string') return { input: raw ?? {}, reading }
  if (raw.trim() === '') return { input: {}, reading }
  const inner = readValueAt(raw, 0)
  if (!inner || skipSpace(raw, inner.end) < raw.length) return { input: raw, reading }
  return { input: inner.value, reading: lessSure(reading, inner.reading) }
}

/** The calls of a JSON object or array that begins at an offset, each with the whole of it as its place. */
export function callsAt(text: string, at: number): { calls: NamedInput[]; end: number } | null {
  const read = readValueAt(text, at)
  if (!read) return null
  const values: unknown[] = Array.isArray(read.value) ? read.value : [read.value]
  const calls = values.map((value) => callOfObject(value, read.reading))
  if (calls.length === 0 || calls.includes(null)) return null
  return { calls: calls.filter((call) => call !== null), end: read.end }
}
