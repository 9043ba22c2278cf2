/** How a model writes a call: texts that stand around its name and its input, which is JSON. `{{functionName}}` stands for the name. */
export interface CallFormat {
  /** Begins a call, and nothing else does. */
  marker: string
  /** From the marker to the name. */
  opening: string
  beforeInput: string
  closing: string
  /** From the end of one call to the name of the next; null where an answer has one call only. */
  between: string | null
  /** After the last call. */
  end: string
}

export interface SpokenCall {
  name: string
  /** A JSON object. */
  input: unknown
}

/** Reads what stands after the first marker. Null unless all of it is calls of known tools, to their end. */
export function readCalls(said: string, { format, names }: { format: CallFormat; names: readonly string[] }): SpokenCall[] | null {
  const calls: SpokenCall[] = []
  let next = skip(said, 0, format.opening)
  while (next !== null) {
    const read = readCall(said, next, { format, names })
    if (!read) return null
    calls.push(read.call)
    if (isEnd(said, read.end, format.end)) return calls
    next = format.between === null ? null : skip(said, read.end, format.between)
  }
  return null
}

function readCall(said: string, start: number, { format, names }: { format: CallFormat; names: readonly string[] }) {
  for (const name of names) {
    if (!said.startsWith(name, start)) continue
    const fill = (text: string) => text.replaceAll('{{functionName}}', () => name)
    const open = skip(said, start + name.length, fill(format.beforeInput))
    const closed = open === null ? null : endOfObject(said, open)
    const end = closed === null ? null : skip(said, closed, fill(format.closing))
    if (open !== null && closed !== null && end !== null) {
      const input = parsed(said.slice(open, closed))
      return input === undefined ? null : { call: { name, input }, end }
    }
  }
  return null
}

const isEnd = (said: string, position: number, end: string): boolean => {
  const after = skip(said, position, end)
  return after !== null && said.slice(after).trim() === ''
}

/** Where a text goes on after another, white space aside; null when it does not. */
function skip(said: string, start: number, expected: string): number | null {
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
