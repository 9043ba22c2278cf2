import { type CallFormat, callsAt, type PrintedCall } from './printed-call.ts'
import { skipSpace } from './read-value.ts'

const opening = /<(tool_calls?|function_calls?|tool_use)>\s*(?:```(?:json)?\s*)?(?=[{[])/g
const closing = /\s*(?:```\s*)?(?:<\/(?:tool_calls?|function_calls?|tool_use)>|$)/y

/** `<tool_call>{"name":…,"arguments":…}</tool_call>`: Qwen, Hermes and many that learned from them. */
export const jsonTag: CallFormat = {
  trace: /<(?:tool_calls?|function_calls?|tool_use)>\s*(?:```\w*\s*)?["'{[]/,
  find: (text) => [...text.matchAll(opening)].flatMap((match) => callsOf(text, match)),
}

function callsOf(text: string, match: RegExpExecArray): PrintedCall[] {
  const calls: PrintedCall[] = []
  let at = match.index + match[0].length
  // Some print several objects in one tag.
  while (text[skipSpace(text, at)] === '{' || (calls.length === 0 && text[at] === '[')) {
    const found = callsAt(text, at)
    if (!found) break
    at = found.end
    calls.push(...found.calls.map((call) => ({ ...call, start: match.index, end: at })))
  }
  closing.lastIndex = at
  const closed = closing.exec(text)
  const end = closed ? at + closed[0].length : at
  // More text before the tag closes: the value may have ended earlier than it was meant to.
  return calls.map((call) => (closed || isTagNext(text, at) ? { ...call, end } : { ...call, end, reading: 'guessed' }))
}

/** A new call may begin where the last one was not closed. */
const isTagNext = (text: string, at: number): boolean => text.startsWith('<tool_call', skipSpace(text, at))
