import { push, type Scan } from './scan.ts'

/** Keywords after which a slash cannot divide. */
const beforeRegex =
  /^(?:return|typeof|case|in|of|delete|void|throw|new|do|else|instanceof|yield|await|and|or|not|when|if|unless|while|until|then|puts)$/

/** Whether a slash begins a regular expression: what stands before it is no operand. */
export function startsRegex({ text, language, spans, noRegexBefore }: Scan, at: number): boolean {
  // `</b>` and `/>` are markup.
  if (at < noRegexBefore || text.charAt(at - 1) === '<' || text.charAt(at + 1) === '>') return false
  const before = lastCodeBefore(text, spans, at)
  const last = text.charAt(before)
  if (last === '') return true
  if (/[)\]}"'`]/.test(last)) return false
  if ((last === '+' || last === '-') && text.charAt(before - 1) === last) return false
  const word = /[\w$]+$/.exec(text.slice(Math.max(0, before - 12), before + 1))?.[0]
  if (word === undefined || beforeRegex.test(word)) return true
  // In Ruby `match /x/` is a call without parentheses, `a / b` and `a/b` are divisions.
  return language.name === 'ruby' && before < at - 1 && /\S/.test(text.charAt(at + 1))
}

/** The offset of the last character that is neither white space nor in a comment. */
function lastCodeBefore(text: string, spans: Scan['spans'], at: number): number {
  let offset = at - 1
  let span = spans.length - 1
  for (;;) {
    while (offset >= 0 && /\s/.test(text.charAt(offset))) offset -= 1
    const last = spans[span]
    if (last?.kind !== 'comment' || offset < last.start || offset >= last.end) return offset
    offset = last.start - 1
    span -= 1
  }
}

/** Reads a regular expression to its end on the same line; without one the slash divides. */
export function readRegex(scan: Scan, start: number): number {
  const { text } = scan
  const stops = /[\\/[\]\n]/g
  stops.lastIndex = start
  let inClass = false
  for (let match = stops.exec(text); match; match = stops.exec(text)) {
    const [stop] = match
    if (stop === '\n') break
    if (stop === '\\' && text.charAt(match.index + 1) !== '\n') stops.lastIndex += 1
    else if (stop === '/' && !inClass) return push(scan, 'string', { start, end: match.index }) + 1
    else if (stop === '[') inClass = true
    else if (stop === ']') inClass = false
  }
  const end = text.indexOf('\n', start)
  scan.noRegexBefore = end === -1 ? text.length : end
  return start
}
