import type { JsonSchema } from '../../engine.ts'
import { readPython } from './read-python.ts'

/** An input that is no JSON object: keys and values between tags, or the arguments of a call in Python. */
export type InputStyle = InputTags | 'python'

/** What stands around each key and value. A value that is a text stands there as it is. */
export interface InputTags {
  beforeKey: string
  afterKey: string
  afterValue: string
}

interface ReadInput {
  input: unknown
  end: number
}

/** The input that begins here, and where it ends; null where there is none. The schema says which values are texts. */
export function readInput(
  said: string,
  start: number,
  { style, schema }: { style: InputStyle | undefined; schema: JsonSchema },
): ReadInput | null {
  if (style === undefined) return readJson(said, start)
  if (style === 'python') return readPython(said, start)
  return readTags(said, start, { style, schema })
}

/** Where a text goes on after another, white space aside; null when it does not. */
export function skip(said: string, start: number, expected: string): number | null {
  let position = start
  for (const character of expected.replaceAll(/\s/g, '')) {
    position = afterSpace(said, position)
    if (!said.startsWith(character, position)) return null
    position += character.length
  }
  return afterSpace(said, position)
}

function afterSpace(said: string, start: number): number {
  let position = start
  while (/\s/.test(said.charAt(position))) position++
  return position
}

function readJson(said: string, start: number): ReadInput | null {
  const end = endOfObject(said, start)
  const input = end === null ? undefined : parsed(said.slice(start, end))
  return end === null || input === undefined ? null : { input, end }
}

function readTags(said: string, start: number, { style, schema }: { style: InputTags; schema: JsonSchema }): ReadInput | null {
  const entries = new Map<string, unknown>()
  let position = start
  for (let at = skip(said, position, style.beforeKey); at !== null; at = skip(said, position, style.beforeKey)) {
    const [keyEnd, valueEnd] = [style.afterKey.trim(), style.afterValue.trim()]
    const afterKey = said.indexOf(keyEnd.charAt(0), at)
    const key = said.slice(at, afterKey).trim()
    const opened = afterKey === -1 ? null : skipTag(said, afterKey, keyEnd)
    const closed = opened === null ? -1 : said.indexOf(valueEnd, opened)
    // Of two values of one key, which was meant is not known.
    if (opened === null || closed === -1 || entries.has(key)) return null
    entries.set(key, valueOf(unpadded(said.slice(opened, closed), style), propertyOf(schema, key)))
    position = afterSpace(said, closed + valueEnd.length)
  }
  return { input: Object.fromEntries(entries), end: position }
}

/** As `skip`, but the white space behind it is part of the value. */
function skipTag(said: string, start: number, expected: string): number | null {
  const next = skip(said, start, expected)
  if (next === null) return null
  const last = expected.at(-1) ?? ''
  return said.lastIndexOf(last, next - 1) + last.length
}

/** Where values stand on lines of their own, the breaks around them are no part of them. */
function unpadded(value: string, { afterKey, afterValue }: InputTags): string {
  const first = afterKey.endsWith('\n') ? value.replace(/^\n/, '') : value
  return afterValue.startsWith('\n') ? first.replace(/\n$/, '') : first
}

function valueOf(text: string, schema: JsonSchema | undefined): unknown {
  if (isText(schema)) return text
  const value = parsed(text)
  return value === undefined ? text : value
}

function propertyOf({ properties }: JsonSchema, key: string): JsonSchema | undefined {
  const found = (properties as Record<string, JsonSchema> | undefined) ?? {}
  return Object.hasOwn(found, key) ? found[key] : undefined
}

/** Whether all values of a schema are texts. */
export function isText(schema: JsonSchema | undefined): boolean {
  if (!schema) return false
  if (typeof schema.const === 'string' || schema.type === 'string') return true
  return Array.isArray(schema.enum) && schema.enum.every((value) => typeof value === 'string')
}

/** The end of the object that begins here; null when it has none. */
function endOfObject(said: string, start: number): number | null {
  if (said[start] !== '{') return null
  let [depth, isQuoted]: [number, boolean] = [0, false]
  for (let position = start; position < said.length; position++) {
    const character = said.charAt(position)
    if (isQuoted && character === '\\') position++
    else if (character === '"') isQuoted = !isQuoted
    else if (!isQuoted && (character === '{' || character === '[')) depth++
    else if (!isQuoted && (character === '}' || character === ']') && --depth === 0) return position + 1
  }
  return null
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
