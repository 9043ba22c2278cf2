import { literally, type Opener, push, type Scan } from './scan.ts'

const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '<': '>' }

/** Reads a Ruby literal such as `%q(a (nested) text)` or `%w[a b]`. */
export function readPercentLiteral(scan: Scan, { opener, at }: Opener): number {
  const { text } = scan
  const start = at + opener.length
  const open = opener.slice(-1)
  const close = closers[open] ?? open
  const stops = new RegExp(`\\\\|${literally(open)}|${literally(close)}`, 'g')
  stops.lastIndex = start
  let depth = 1
  for (let match = stops.exec(text); match; match = stops.exec(text)) {
    const [stop] = match
    if (stop === '\\') stops.lastIndex += 1
    else depth += stop === close ? -1 : 1
    if (depth === 0) return push(scan, 'string', { start, end: match.index }) + 1
  }
  return push(scan, 'string', { start, end: text.length })
}

/** Reads the here-documents that were opened on the line which ends at `newline`; the offset of their last line break. */
export function readHeredocs(scan: Scan, newline: number): number {
  const words = scan.heredocs
  scan.heredocs = []
  let at = newline
  for (const word of words) {
    if (scan.brokenHeredocs) break
    const end = new RegExp(`^[ \\t]*${word}\\b`, 'gm')
    end.lastIndex = at + 1
    const match = end.exec(scan.text)
    if (match) at = push(scan, 'string', { start: at + 1, end: match.index }) + match[0].length
    else scan.brokenHeredocs = true
  }
  return at === newline ? newline + 1 : at
}
