import { callsAt, inputOf, type PrintedCall } from './printed-call.ts'
import { readValueAt, skipSpace } from './read-value.ts'

/** Calls without marks of their own: JSON, or lines with `Action:`. They count only where they end the text. */
export interface PlainCalls {
  calls: readonly PrintedCall[]
  /** There is nothing else in the text. */
  isWhole: boolean
}

/** Models that go on invent the result, too; what comes after it is not theirs to say. */
const invented = /^\s*(?:$|Observation\s*:|<tool_response>|<\|(?:im_end|end|call|return|eot_id)\|>)/
const maxCandidates = 10

/** The calls with which a text ends, if it does. */
export function plainCalls(text: string): PlainCalls | null {
  return reactCall(text) ?? bareCalls(text) ?? fencedCalls(text)
}

/** Objects, one after the other, from the beginning of a line to the end of the text. */
function bareCalls(text: string): PlainCalls | null {
  if (text.includes('```')) return null
  let candidates = 0
  for (const { index, 0: blank } of text.matchAll(/^[ \t]*(?=[{[])/gm)) {
    if (++candidates > maxCandidates) return null
    const start = index + blank.length
    const found = sequenceAt(text, start)
    if (found && invented.test(text.slice(found.end))) return { calls: found.calls, isWhole: text.slice(0, start).trim() === '' }
  }
  return null
}

/** The only fence of a text, if it ends it. */
function fencedCalls(text: string): PlainCalls | null {
  const [fence, ...others] = text.matchAll(/```[ \t]*(?:json|tool_call|tool_code|tool|javascript)?[ \t]*\n?\s*(?=[{[])/gi)
  if (!fence || others.length > 0 || text.indexOf('```') !== fence.index) return null
  const found = sequenceAt(text, fence.index + fence[0].length)
  if (!found) return null
  const rest = text.slice(found.end).replace(/^\s*```/, '')
  if (!invented.test(rest)) return null
  const calls = found.calls.map((call) => ({ ...call, start: fence.index, end: text.length - rest.length }))
  return { calls, isWhole: text.slice(0, fence.index).trim() === '' }
}

function sequenceAt(text: string, start: number): { calls: PrintedCall[]; end: number } | null {
  const calls: PrintedCall[] = []
  let [at, end] = [start, start]
  while (text[at] === '{' || text[at] === '[') {
    const found = callsAt(text, at)
    if (!found) return null
    calls.push(...found.calls.map((call) => ({ ...call, start: at, end: found.end })))
    end = found.end
    at = skipSpace(text, found.end)
    // Some put commas between them, as in a list without its brackets.
    if (text[at] === ',') at = skipSpace(text, at + 1)
  }
  return calls.length > 0 ? { calls, end } : null
}

/** `Action: name` and `Action Input: {…}`, up to the `Observation:` that is not the model's to write. */
function reactCall(text: string): PlainCalls | null {
  const match =
    /^[ \t]*\**Action\**[ \t]*:\**[ \t]*`?([\w.-]{1,100})`?[ \t]*\n\s*\**Action Input\**[ \t]*:\**\s*(?:```(?:json)?\s*)?/im.exec(text)
  if (!match) return null
  const start = match.index
  if ((text.slice(0, start).match(/```/g)?.length ?? 0) % 2 === 1) return null
  const at = start + match[0].length
  const read = readValueAt(text, at)
  const isWhole = text.slice(0, start).trim() === ''
  if (!read) {
    const rest = text.slice(at)
    const end = at + (/\n\s*Observation\s*:/i.exec(rest)?.index ?? rest.length)
    const { input, reading } = inputOf(text.slice(at, end).trim(), 'mended')
    return { calls: [{ name: match[1] ?? '', input, reading, start, end }], isWhole }
  }
  const end = read.end + (/^\s*```/.exec(text.slice(read.end))?.[0].length ?? 0)
  if (!invented.test(text.slice(end))) return null
  return { calls: [{ name: match[1] ?? '', ...inputOf(read.value, read.reading), start, end }], isWhole }
}
