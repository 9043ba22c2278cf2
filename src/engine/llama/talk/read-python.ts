/** Deeper than any tool's input; a text of opening brackets must not overflow the stack. */
const deepest = 64

interface Cursor {
  readonly text: string
  at: number
}

class NoValue extends Error {}

const words: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['True', true],
  ['False', false],
  ['None', null],
  ['true', true],
  ['false', false],
  ['null', null],
])
const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['b', '\b'],
  ['f', '\f'],
  ['\n', ''],
])

/** The arguments of a call in Python, `key=value, …`, up to the bracket that closes it; null where they are none. */
export function readPython(text: string, start: number): { input: Record<string, unknown>; end: number } | null {
  const cursor: Cursor = { text, at: start }
  try {
    const entries = new Map<string, unknown>()
    while (take(cursor, /\s*(?=\))/y) === null) {
      const key = take(cursor, /\s*([A-Za-z_]\w*)\s*=/y)?.[1]
      if (key === undefined || entries.has(key)) return null
      entries.set(key, valueAt(cursor, 0))
      if (take(cursor, /\s*,/y) === null && take(cursor, /\s*(?=\))/y) === null) return null
    }
    return { input: Object.fromEntries(entries), end: cursor.at }
  } catch (error) {
    if (error instanceof NoValue) return null
    throw error
  }
}

function valueAt(cursor: Cursor, depth: number): unknown {
  if (depth > deepest) throw new NoValue()
  take(cursor, /\s*/y)
  const character = cursor.text.charAt(cursor.at)
  if (character === '"' || character === "'") return stringAt(cursor, character)
  if (character === '[') return listAt(cursor, depth)
  if (character === '{') return dictionaryAt(cursor, depth)
  const number = take(cursor, /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.])/y)?.[0]
  if (number !== undefined) return Number(number)
  const word = take(cursor, /[A-Za-z]+/y)?.[0] ?? ''
  if (!words.has(word)) throw new NoValue()
  return words.get(word)
}

function listAt(cursor: Cursor, depth: number): unknown[] {
  const items: unknown[] = []
  cursor.at++
  while (take(cursor, /\s*\]/y) === null) {
    items.push(valueAt(cursor, depth + 1))
    separator(cursor, ']')
  }
  return items
}

function dictionaryAt(cursor: Cursor, depth: number): Record<string, unknown> {
  const entries: [string, unknown][] = []
  cursor.at++
  while (take(cursor, /\s*\}/y) === null) {
    const key = valueAt(cursor, depth + 1)
    if (typeof key !== 'string' || take(cursor, /\s*:/y) === null) throw new NoValue()
    entries.push([key, valueAt(cursor, depth + 1)])
    separator(cursor, '}')
  }
  return Object.fromEntries(entries)
}

function separator(cursor: Cursor, end: ']' | '}'): void {
  if (take(cursor, /\s*,/y) !== null) return
  take(cursor, /\s*/y)
  if (cursor.text.charAt(cursor.at) !== end) throw new NoValue()
}

function stringAt(cursor: Cursor, quote: string): string {
  const pieces: string[] = []
  for (cursor.at++; cursor.at < cursor.text.length; cursor.at++) {
    const character = cursor.text.charAt(cursor.at)
    if (character === quote) {
      cursor.at++
      return pieces.join('')
    }
    pieces.push(character === '\\' ? escapeAt(cursor) : character)
  }
  throw new NoValue()
}

/** Leaves the cursor at its last character. */
function escapeAt(cursor: Cursor): string {
  const code = take(cursor, /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))/y)
  if (code) {
    cursor.at--
    return String.fromCharCode(Number.parseInt(code[1] ?? code[2] ?? '', 16))
  }
  const escaped = cursor.text.charAt(++cursor.at)
  return escapes.get(escaped) ?? (/[\\'"/]/.test(escaped) ? escaped : `\\${escaped}`)
}

function take(cursor: Cursor, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = cursor.at
  const match = pattern.exec(cursor.text)
  if (match) cursor.at += match[0].length
  return match
}
