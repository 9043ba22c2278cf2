import type { Language, Lexeme } from './language.ts'
import { readHeredocs, readPercentLiteral } from './lex-ruby.ts'
import { readRegex, startsRegex } from './lex-regex.ts'
import { indexOrEnd, literally, type Opener, push, type Scan, type Span, type StringLexeme } from './scan.ts'

/** Finds the comments and strings of a text, in order and without overlap. */
export function lexCode(text: string, language: Language): readonly Span[] {
  const scan = startScan(text, language)
  const { lexemes } = language
  const all = lexemes.map(openerOf)
  if (lexemes.some(({ kind }) => kind === 'heredoc')) all.push('\\n')
  const openers = new RegExp(all.join('|'), 'g')
  const openersInHole = new RegExp([...all, '[(){}]'].join('|'), 'g')
  for (let at = 0; ; ) {
    const wanted = scan.holes.length > 0 ? openersInHole : openers
    wanted.lastIndex = at
    const match = wanted.exec(text)
    if (!match) return scan.spans
    const [opener] = match
    const lexeme = lexemes[groupOf(match)]
    const after = lexeme ? readLexeme(scan, lexeme, { opener, at: match.index }) : readBracket(scan, opener, match.index)
    at = Math.max(after, match.index + 1)
  }
}

/** Which of the groups matched. */
function groupOf(match: RegExpExecArray): number {
  for (let group = 1; group < match.length; group += 1) if (match[group] !== undefined) return group - 1
  return -1
}

function startScan(text: string, language: Language): Scan {
  const nothingFound = { heredocs: [], brokenHeredocs: false, strayQuote: false, noRegexBefore: 0 }
  return { text, language, spans: [], holes: [], stops: new Map(), ...nothingFound }
}

function openerOf(lexeme: Lexeme): string {
  return `(${'pattern' in lexeme ? lexeme.pattern : literally(lexeme.open)})`
}

/** Reads what an opener opens; the answer is the offset to go on from. */
function readLexeme(scan: Scan, lexeme: Lexeme, { opener, at }: Opener): number {
  const { text } = scan
  const inside = at + opener.length
  if (lexeme.guard && !lexeme.guard(text, at)) return at + 1
  switch (lexeme.kind) {
    case 'line-comment':
      return push(scan, 'comment', { start: at, end: indexOrEnd(text, '\n', inside) })
    case 'block-comment':
      return push(scan, 'comment', { start: at, end: lexeme.nests ? endOfNested(text, inside) : afterClose(text, lexeme.close, inside) })
    case 'string':
      return readString(scan, lexeme, inside)
    case 'raw-string':
      return readRaw(scan, lexeme.closeOf(opener), inside)
    case 'heredoc':
      scan.heredocs.push(opener.replace(/\W+/g, ''))
      return inside
    case 'percent-literal':
      return readPercentLiteral(scan, { opener, at })
    case 'char':
      return readChar(scan, inside)
    case 'regex':
      return startsRegex(scan, at) ? readRegex(scan, inside) : inside
  }
}

function readString(scan: Scan, lexeme: StringLexeme, start: number): number {
  const { text } = scan
  const { close, hole } = lexeme
  const stops = stopsOf(scan, lexeme)
  stops.lastIndex = start
  for (let match = stops.exec(text); match; match = stops.exec(text)) {
    const [stop] = match
    const after = match.index + stop.length
    if (stop === hole?.open) {
      scan.holes.push({ lexeme, open: hole.close === ')' ? '(' : '{', close: hole.close, depth: 0 })
      return Math.max(push(scan, 'string', { start, end: match.index }), after)
    }
    if (stop === '\\') stops.lastIndex = text.startsWith('\r\n', after) ? after + 2 : after + 1
    else if (stop === close && lexeme.doubles && text.startsWith(close, after)) stops.lastIndex = after + close.length
    else if (stop === close) return Math.max(push(scan, 'string', { start, end: match.index }), after)
    else if (!lexeme.multiline) return push(scan, 'string', { start, end: match.index })
  }
  if (!lexeme.multiline || scan.strayQuote) return push(scan, 'string', { start, end: text.length })
  scan.strayQuote = true
  return start
}

function stopsOf({ stops }: Scan, lexeme: StringLexeme): RegExp {
  const { hole, escapes, close } = lexeme
  // The hole comes first: Swift's begins with a backslash.
  const all = [...(hole ? [hole.open] : []), ...(escapes ? ['\\'] : []), close, '\n']
  const known = stops.get(lexeme) ?? new RegExp(all.map(literally).join('|'), 'g')
  stops.set(lexeme, known)
  return known
}

/** A bracket counts only in the hole of a string; the one that closes the hole goes back into the string. */
function readBracket(scan: Scan, bracket: string, at: number): number {
  if (bracket === '\n') return scan.heredocs.length > 0 ? readHeredocs(scan, at) : at + 1
  const hole = scan.holes.at(-1)
  if (!hole) return at + 1
  if (bracket === hole.open) hole.depth += 1
  if (bracket !== hole.close) return at + 1
  if (hole.depth > 0) {
    hole.depth -= 1
    return at + 1
  }
  scan.holes.pop()
  return readString(scan, hole.lexeme, at + 1)
}

function readRaw(scan: Scan, close: string, start: number): number {
  const end = indexOrEnd(scan.text, close, start)
  push(scan, 'string', { start, end })
  return end + close.length
}

/** One character between apostrophes; anything else is a lifetime, a label or a digit separator. */
function readChar(scan: Scan, start: number): number {
  const literal = /(?:\\[^\n][^'\n]{0,10}|[^'\\\n]|[\ud800-\udbff][\udc00-\udfff])'/y
  literal.lastIndex = start
  const match = literal.exec(scan.text)
  if (!match) return start
  return push(scan, 'string', { start, end: start + match[0].length - 1 }) + 1
}

function endOfNested(text: string, start: number): number {
  const ends = /\/\*|\*\//g
  ends.lastIndex = start
  let depth = 1
  for (let match = ends.exec(text); match; match = ends.exec(text)) {
    depth += match[0] === '/*' ? 1 : -1
    if (depth === 0) return ends.lastIndex
  }
  return text.length
}

function afterClose(text: string, close: string, start: number): number {
  const index = text.indexOf(close, start)
  return index === -1 ? text.length : index + close.length
}
