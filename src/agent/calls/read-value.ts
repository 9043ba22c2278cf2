import { looseValue } from './loose-value.ts'

/**
 * How surely a value is what the model meant. `exact`: it is JSON. `mended`: slips outside strings were put right, no string changed.
 * `guessed`: a string was closed, or its end or an escape had to be guessed; nothing may be written or executed by it.
 */
export type Reading = 'exact' | 'mended' | 'guessed'

export interface ReadValue {
  value: unknown
  reading: Reading
  /** Where the value ends in the text. */
  end: number
}

/** Reads the JSON object or array that begins at an offset, put right where it can be; null where there is none. */
export function readValueAt(text: string, at: number): ReadValue | null {
  const start = skipSpace(text, at)
  if (text[start] !== '{' && text[start] !== '[') return null
  const end = strictEnd(text, start)
  if (end !== null) {
    try {
      return { value: JSON.parse(text.slice(start, end)) as unknown, reading: 'exact', end }
    } catch {
      // Read with tolerance below.
    }
  }
  return looseValue(text, start)
}

/** The less sure of two. */
export function lessSure(one: Reading, other: Reading): Reading {
  const order: readonly Reading[] = ['exact', 'mended', 'guessed']
  return order.indexOf(one) > order.indexOf(other) ? one : other
}

/** The offset of the first character that is no white space. */
export function skipSpace(text: string, at: number): number {
  let index = at
  while (index < text.length && /\s/.test(text.charAt(index))) index++
  return index
}

/** Where the brackets that open at an offset are closed again, if strings are as JSON has them. */
function strictEnd(text: string, start: number): number | null {
  let depth = 0
  let inString = false
  for (let index = start; index < text.length; index++) {
    const character = text[index]
    if (inString) {
      if (character === '\\') index++
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '{' || character === '[') depth++
    else if ((character === '}' || character === ']') && --depth === 0) return index + 1
  }
  return null
}
