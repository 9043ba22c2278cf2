const hintLiteral = 'To look for the text as it is, set is_regex to false.'
/** Larger counts are too much for one of the programs. */
const maxRepetitions = 1000
const knownEscapes = 'dDwWsSbBtrf'
/** What both programs take a backslash before; before anything else it is left out. */
const metaCharacters = String.raw`\.+*?()|[]{}^$-`

interface Part {
  /** As both programs understand it. */
  text: string
  /** Characters of the pattern that it was. */
  length: number
  kind: 'item' | 'edge' | 'quantifier' | 'open' | 'close' | 'or'
}

/**
 * A regular expression in the words that ripgrep's and git's (PCRE) have in common, so that both find the same. Matching is by byte: case and classes are
 * ASCII's. Throws `Error` for what only one of them has, such as looking around, and for what neither understands.
 */
export function commonPattern(pattern: string): string {
  const parts: Part[] = []
  let depth = 0
  for (let at = 0; at < pattern.length; at += parts.at(-1)?.length ?? 1) {
    const part = partAt(pattern, at)
    depth += part.kind === 'open' ? 1 : part.kind === 'close' ? -1 : 0
    if (depth < 0) throw unusable(pattern, 'it closes a group that was not opened', String.raw`Write \) for the character.`)
    requireSomethingBefore(part, parts.at(-1), pattern)
    parts.push(part)
  }
  if (depth > 0) throw unusable(pattern, 'a group in it is not closed', String.raw`Write \( for the character. ${hintLiteral}`)
  return parts.map(({ text }) => text).join('')
}

/** The pattern that finds a text as it is. */
export function literalPattern(text: string): string {
  return Array.from(text, literal).join('')
}

function partAt(pattern: string, at: number): Part {
  const rest = pattern.slice(at)
  const character = String.fromCodePoint(pattern.codePointAt(at) ?? 0)
  if (character === '\\') return escapeAt(pattern, rest)
  if (character === '[') return classAt(pattern, rest)
  if (character === '(') return groupAt(pattern, rest)
  if (character === ')') return { text: ')', length: 1, kind: 'close' }
  if (character === '|') return { text: '|', length: 1, kind: 'or' }
  if (/^[.^$]/.test(rest)) return { text: character, length: 1, kind: character === '.' ? 'item' : 'edge' }
  return quantifierAt(pattern, rest) ?? { text: literal(character), length: character.length, kind: 'item' }
}

/** Null where a brace is only a brace. */
function quantifierAt(pattern: string, rest: string): Part | null {
  const [text, least, most = least] = /^(?:[*+?]|\{(\d{1,6})(?:,(\d{0,6}))?\})\??/.exec(rest) ?? []
  if (text === undefined) return null
  if (Math.max(Number(least ?? 0), Number(most ?? 0)) > maxRepetitions)
    throw unusable(pattern, `it repeats something more than ${maxRepetitions} times`, 'Use * or +.')
  return { text, length: text.length, kind: 'quantifier' }
}

function requireSomethingBefore(part: Part, before: Part | undefined, pattern: string): void {
  if (part.kind !== 'quantifier' || before?.kind === 'item' || before?.kind === 'close') return
  const problem = before?.kind === 'quantifier' ? `it repeats a repetition (${part.text})` : `there is nothing for ${part.text} to repeat`
  throw unusable(pattern, problem, String.raw`Write \${part.text[0]} for the character, .* for any text. ${hintLiteral}`)
}

function escapeAt(pattern: string, rest: string): Part {
  const escaped = rest.slice(1, 2)
  if (knownEscapes.includes(escaped) && escaped !== '')
    return { text: `\\${escaped}`, length: 2, kind: 'bB'.includes(escaped) ? 'edge' : 'item' }
  if (escaped === 'n') throw unusable(pattern, String.raw`\n never matches: the search goes line by line`, 'Look for one of the lines.')
  if (!/^[!-/:-@[-`{-~ ]$/.test(escaped) || /[<>]/.test(escaped))
    throw unusable(pattern, `\\${escaped} is not supported`, String.raw`\b is the edge of a word, \w \d \s are classes. ${hintLiteral}`)
  return { text: literal(escaped), length: 2, kind: 'item' }
}

function groupAt(pattern: string, rest: string): Part {
  if (rest.startsWith('(?:')) return { text: '(?:', length: 3, kind: 'open' }
  if (rest.startsWith('(?')) throw unusable(pattern, `${rest.slice(0, 4)} is not supported`, 'Only plain groups and (?:…) are.')
  return { text: '(?:', length: 1, kind: 'open' }
}

function classAt(pattern: string, rest: string): Part {
  const isNegated = rest.startsWith('[^')
  const start = isNegated ? 2 : 1
  const members: string[] = []
  for (let at = start; at < rest.length; ) {
    // As the first member it stands for itself.
    if (rest[at] === ']' && at > start) return { text: `[${isNegated ? '^' : ''}${members.join('')}]`, length: at + 1, kind: 'item' }
    const [text, length] = memberAt(pattern, rest, at)
    members.push(text)
    at += length
  }
  throw unusable(pattern, 'a [ in it is not closed', String.raw`Write \[ for the character. ${hintLiteral}`)
}

/** One member of a class, or one range, and its length. */
function memberAt(pattern: string, rest: string, at: number): readonly [string, number] {
  const posix = /^\[:\^?(?:alnum|alpha|blank|cntrl|digit|graph|lower|print|punct|space|upper|xdigit):\]/.exec(rest.slice(at))?.[0]
  if (posix) return [posix, posix.length]
  const [, range, first = '', last = ''] = /^((\\[^\w\s]|[^\\\]])-(\\[^\w\s]|[^\\\]]))/s.exec(rest.slice(at)) ?? []
  if (range !== undefined) {
    const [from, to] = [classCharacter(pattern, first), classCharacter(pattern, last)]
    if (first.slice(-1) > last.slice(-1))
      throw unusable(pattern, `the range ${range} goes backwards`, String.raw`Write \- for the character.`)
    return [`${from}-${to}`, range.length]
  }
  const escape = /^\\[dDwWsStrf]/.exec(rest.slice(at))?.[0]
  if (escape) return [escape, 2]
  const single = /^(?:\\[^\w\s]|[^\\])/u.exec(rest.slice(at))?.[0]
  if (single === undefined) throw unusable(pattern, `${rest.slice(at, at + 2)} is not supported between [ and ]`, 'Name the characters.')
  return [classCharacter(pattern, single), single.length]
}

function classCharacter(pattern: string, written: string): string {
  const character = written.length > 1 && written.startsWith('\\') ? written.slice(1) : written
  if (!/^[ -~\t]$/.test(character)) throw unusable(pattern, `${character} cannot stand between [ and ]`, 'Write alternatives: (?:ä|ö).')
  return /[\w\t ]/.test(character) ? character : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
}

/** A character that stands for itself; one beyond ASCII is its bytes, kept together for what repeats it. */
function literal(character: string): string {
  if (metaCharacters.includes(character)) return `\\${character}`
  if (/^[ -~\t]$/.test(character)) return character
  return `(?:${Array.from(Buffer.from(character), (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')})`
}

function unusable(pattern: string, problem: string, hint: string): Error {
  return new Error(`The pattern ${JSON.stringify(pattern)} cannot be used: ${problem}. ${hint}`)
}
