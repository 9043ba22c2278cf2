import type { ReadValue, Reading } from './read-value.ts'

/** Where the reader stands, and how sure it still is. */
interface Cursor {
  readonly text: string
  at: number
  reading: Reading
}

/** Nothing here is JSON, however kindly one looks at it. */
class NoValue extends Error {}

/** Deeper than any tool's input; a text of opening brackets must not overflow the stack. */
const deepest = 64

/** Reads JSON with the slips of small models, and says how sure the result is; null where it makes no sense. */
export function looseValue(text: string, at: number): ReadValue | null {
  const cursor: Cursor = { text, at, reading: 'exact' }
  try {
    const value = valueAt(cursor, 0)
    return { value, reading: atLeastMended(cursor.reading), end: cursor.at }
  } catch (error) {
    if (error instanceof NoValue) return null
    throw error
  }
}

const atLeastMended = (reading: Reading): Reading => (reading === 'exact' ? 'mended' : reading)

function valueAt(cursor: Cursor, depth: number): unknown {
  if (depth > deepest) throw new NoValue()
  skipBlank(cursor)
  const character = cursor.text[cursor.at]
  if (character === '{') return objectAt(cursor, depth)
  if (character === '[') return arrayAt(cursor, depth)
  if (character === '"' || character === "'") return stringAt(cursor, character)
  return literalAt(cursor)
}

function objectAt(cursor: Cursor, depth: number): Record<string, unknown> {
  const entries = new Map<string, unknown>()
  cursor.at++
  while (goesOn(cursor, '}')) {
    const key = keyAt(cursor)
    skipBlank(cursor)
    if (cursor.text[cursor.at] !== ':') throw new NoValue()
    cursor.at++
    // Which of two the model meant is not known.
    if (entries.has(key)) cursor.reading = 'guessed'
    entries.set(key, valueAt(cursor, depth + 1))
    skipComma(cursor)
  }
  return Object.fromEntries(entries)
}

function arrayAt(cursor: Cursor, depth: number): unknown[] {
  const items: unknown[] = []
  cursor.at++
  while (goesOn(cursor, ']')) {
    items.push(valueAt(cursor, depth + 1))
    skipComma(cursor)
  }
  return items
}

/** False at the closing bracket, which is passed, and at the end of the text, where it is only missing. */
function goesOn(cursor: Cursor, closing: '}' | ']'): boolean {
  skipBlank(cursor)
  if (cursor.at >= cursor.text.length) return false
  if (endsCall(cursor.text, cursor.at)) return false
  if (cursor.text[cursor.at] !== closing) return true
  cursor.at++
  return false
}

function keyAt(cursor: Cursor): string {
  skipBlank(cursor)
  const character = cursor.text[cursor.at]
  if (character === '"' || character === "'") return stringAt(cursor, character)
  const [bare] = matchAt(cursor, /[A-Za-z_][\w-]{0,99}/y) ?? []
  if (bare === undefined) throw new NoValue()
  return bare
}

function skipComma(cursor: Cursor): void {
  skipBlank(cursor)
  const character = cursor.text[cursor.at]
  if (character === ',') cursor.at++
  // A comma was forgotten, or a string ended before the model thought so.
  else if (character === '"' || character === "'" || character === '{' || character === '[') cursor.reading = 'guessed'
  else if (character !== undefined && character !== '}' && character !== ']' && !endsCall(cursor.text, cursor.at)) throw new NoValue()
}

function literalAt(cursor: Cursor): unknown {
  const [number] = matchAt(cursor, /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.])/y) ?? []
  if (number !== undefined) return Number(number)
  const [word] = matchAt(cursor, /(?:true|True|false|False|null|None)\b/y) ?? []
  if (word === undefined) throw new NoValue()
  const lower = word.toLowerCase()
  return lower === 'true' ? true : lower === 'false' ? false : null
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

function stringAt(cursor: Cursor, quote: '"' | "'"): string {
  const { text } = cursor
  const pieces: string[] = []
  cursor.at++
  while (cursor.at < text.length) {
    const character = text.charAt(cursor.at)
    if (character === quote && closesAt(text, cursor.at)) {
      cursor.at++
      return pieces.join('')
    }
    if (character === '\\') pieces.push(escapeAt(cursor))
    else {
      // A quote that is followed by more text belongs to it, most likely; and what single quotes hold is another language.
      if (character === '"' || character === "'") noteQuote(cursor, { quote, character })
      pieces.push(character)
      cursor.at++
    }
  }
  cursor.reading = 'guessed'
  return pieces.join('')
}

function noteQuote(cursor: Cursor, { quote, character }: { quote: string; character: string }): void {
  if (character === quote || quote === "'") cursor.reading = 'guessed'
}

/** What may follow a string in JSON, or the end. */
function closesAt(text: string, at: number): boolean {
  const after = /\s{0,200}(?=([,}\]:]|$)|)/y
  after.lastIndex = at + 1
  return after.exec(text)?.[1] !== undefined || endsCall(text, after.lastIndex)
}

/** The markup around a call is the end of it too, where brackets are missing. */
function endsCall(text: string, at: number): boolean {
  const closing = /<\/(?:tool_call|function)|<[|｜]|```/y
  closing.lastIndex = at
  return closing.test(text)
}

function escapeAt(cursor: Cursor): string {
  const { text, at } = cursor
  const [unicode] = matchAt(cursor, /\\u[0-9a-fA-F]{4}/y) ?? []
  if (unicode !== undefined) return String.fromCharCode(Number.parseInt(unicode.slice(2), 16))
  const plain = escapes[text.charAt(at + 1)]
  if (plain !== undefined) {
    cursor.at += 2
    return plain
  }
  // No escape of JSON: a pattern or a path, most likely, whose backslash was not doubled.
  cursor.reading = 'guessed'
  cursor.at++
  return '\\'
}

function skipBlank(cursor: Cursor): void {
  while (matchAt(cursor, /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y)) continue
}

function matchAt(cursor: Cursor, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = cursor.at
  const match = pattern.exec(cursor.text)
  if (match) cursor.at += match[0].length
  return match
}
