import { inputOf, type CallFormat, type PrintedCall } from './printed-call.ts'
import { lessSure, readValueAt, skipSpace, type Reading } from './read-value.ts'

const opening = /<(?:function|invoke)(?:=|\s+name=)["']?([\w.:-]{1,100})["']?\s*>/g
const parameter = /\s*<parameter(?:=|\s+name=)["']?([\w.-]{1,100})["']?[^<>]{0,40}>/y
const closing = /\s*<\/(?:function|invoke)>(?:\s*<\/(?:tool_call|function_calls)>)?/y
/** What may stand behind a parameter: the next one, the end of the call, or nothing. */
const afterValue = /<\/parameter>(?=\s*(?:<parameter[=\s]|<\/(?:function|invoke|tool_call)>|<(?:function|invoke)[=\s]|$))/g
const endOfOpen = /<parameter[=\s]|<\/(?:function|invoke|tool_call)>|$/g

/** `<function=name><parameter=key>value</parameter></function>`: Qwen3-Coder, and with other attributes some more. Values are text. */
export const functionTag: CallFormat = {
  trace: /<(?:function|invoke)(?:=|\s+name=)["']?\w/,
  find(text) {
    const calls: PrintedCall[] = []
    for (const match of text.matchAll(opening)) {
      // One that stands in a value of the last call is part of that value.
      if (match.index < (calls.at(-1)?.end ?? 0)) continue
      calls.push(callAt(text, match))
    }
    return calls
  },
}

function callAt(text: string, { index, 0: { length }, 1: name = '' }: RegExpExecArray): PrintedCall {
  const start = startOf(text, index)
  const body = readValueAt(text, index + length)
  if (body) {
    const { end, closed } = closeAt(text, body.end)
    return { name, ...inputOf(body.value, closed ? body.reading : 'guessed'), start, end }
  }
  const entries = new Map<string, string>()
  let [at, reading]: [number, Reading] = [index + length, 'exact']
  for (let next = parameterAt(text, at); next; next = parameterAt(text, at)) {
    if (entries.has(next.key)) reading = 'guessed'
    entries.set(next.key, next.value)
    reading = lessSure(reading, next.reading)
    at = next.end
  }
  const { end, closed } = closeAt(text, at)
  const isCut = !closed && skipSpace(text, at) < text.length
  return {
    name,
    input: Object.fromEntries(entries),
    reading: isCut ? 'guessed' : closed ? reading : lessSure(reading, 'mended'),
    start,
    end,
  }
}

/** With the tag that Qwen3-Coder puts around it. */
function startOf(text: string, index: number): number {
  const before = /<(?:tool_call|function_calls)>\s*$/.exec(text.slice(Math.max(0, index - 40), index))
  return before ? index - before[0].length : index
}

function closeAt(text: string, at: number): { end: number; closed: boolean } {
  closing.lastIndex = at
  const match = closing.exec(text)
  return match ? { end: at + match[0].length, closed: true } : { end: at, closed: false }
}

interface Parameter {
  key: string
  value: string
  reading: Reading
  end: number
}

function parameterAt(text: string, at: number): Parameter | null {
  parameter.lastIndex = at
  const match = parameter.exec(text)
  if (!match) return null
  const begin = at + match[0].length
  const key = match[1] ?? ''
  afterValue.lastIndex = begin
  const close = afterValue.exec(text)
  const [next] = text.slice(begin, close?.index).matchAll(/<parameter[=\s]|<\/(?:function|invoke)>/g)
  // Closed properly, and nothing in between that looks like the end of this value.
  if (close && !next) {
    const value = text.slice(begin, close.index)
    return { key, value: trimmed(value), reading: value.includes('</parameter>') ? 'guessed' : 'exact', end: close.index + close[0].length }
  }
  endOfOpen.lastIndex = begin
  const end = endOfOpen.exec(text)?.index ?? text.length
  return { key, value: trimmed(text.slice(begin, end)), reading: 'guessed', end }
}

/** The template puts each value on lines of its own. */
const trimmed = (value: string): string => value.replace(/^\r?\n/, '').replace(/\r?\n$/, '')
