import { regionsOf } from './code-regions.ts'
import { functionTag } from './function-tag.ts'
import { jsonTag } from './json-tag.ts'
import { plainCalls } from './plain-calls.ts'
import type { CallFormat, PrintedCall } from './printed-call.ts'
import { tokenFormats } from './token-formats.ts'

/** What a text without native calls turns out to be. */
export type ReadText =
  | { kind: 'calls'; calls: readonly PrintedCall[]; prose: string }
  /** It tries to call a tool, or seems to, and nobody can say how. */
  | { kind: 'unclear'; complaint: string; mayBeProse: boolean }
  | { kind: 'prose' }

/** The formats that have marks of their own, in the order in which they are looked for. */
const formats: readonly CallFormat[] = [jsonTag, functionTag, ...tokenFormats]

/** An answer longer than this is no call; nor is it looked through. */
const longestText = 400_000
/** A few words may follow a call; a document that goes on after it only shows it. */
const longestRemark = 400
/** The same for what stands before a call that has no marks of its own. */
const longestPreamble = 600

/**
 * Reads the calls that a model printed instead of making them. `isValid` says whether a call names a tool and has the input that it wants:
 * what has no marks of its own counts only then. What only shows a call is prose: inside a document, in a fence with more text, in backticks.
 */
export function readCalls(text: string, isValid: (call: PrintedCall) => boolean): ReadText {
  if (text.length > longestText) return { kind: 'prose' }
  const marked = markedCalls(text)
  if (marked.length > 0) return judgeMarked(text, marked, isValid)
  const plain = plainCalls(text)
  if (plain) {
    const [first] = plain.calls
    const prose = text.slice(0, first?.start ?? 0).trim()
    if (plain.isWhole || (prose.length <= longestPreamble && plain.calls.every(isValid)))
      return { kind: 'calls', calls: plain.calls, prose }
    return plain.calls.every(isValid) ? { kind: 'unclear', complaint: asExample, mayBeProse: true } : { kind: 'prose' }
  }
  const isBroken = formats.some(({ trace }) => isTraced(text, trace))
  return isBroken ? { kind: 'unclear', complaint: asBroken, mayBeProse: false } : { kind: 'prose' }
}

const asExample =
  'Your text ends with what looks like a call, after much other text, so it was not run. To call a tool, answer with the call alone. If you are done, answer without it.'
const asBroken = 'Your text contains the beginning of a call, but the call could not be read.'

/** Those of the first format in which there are any; formats contain each other's marks. */
function markedCalls(text: string): PrintedCall[] {
  for (const { trace, find } of formats) {
    const calls = trace.test(text) ? find(text) : []
    if (calls.length > 0) return calls
  }
  return []
}

function judgeMarked(text: string, calls: readonly PrintedCall[], isValid: (call: PrintedCall) => boolean): ReadText {
  const regions = regionsOf(text, calls)
  const meant = calls.filter((_, index) => regions[index] === 'prose')
  const last = meant.at(-1)
  if (last) {
    const rest = text.slice(last.end).trim()
    const isInvented = /^(?:Observation\s*:|<\/?tool_|<\|)/.test(rest)
    if (rest.length > longestRemark && !isInvented) return { kind: 'prose' }
    return { kind: 'calls', calls: meant, prose: text.slice(0, meant[0]?.start ?? 0).trim() }
  }
  return fencedAlone(text, calls, isValid) ?? { kind: 'prose' }
}

/** A fence around the call, and hardly anything else: some models cannot print markup without one. */
function fencedAlone(text: string, calls: readonly PrintedCall[], isValid: (call: PrintedCall) => boolean): ReadText | null {
  const [first, last] = [calls[0], calls.at(-1)]
  if (!first || !last) return null
  const opening = /```\w*\s*$/.exec(text.slice(0, first.start))
  const isEnd = /^\s*```\s*$/.test(text.slice(last.end))
  const prose = text.slice(0, opening?.index ?? 0).trim()
  if (!opening || !isEnd || prose.includes('```') || prose.length > longestPreamble || !calls.every(isValid)) return null
  return { kind: 'calls', calls, prose }
}

/** A mark outside of code. */
function isTraced(text: string, trace: RegExp): boolean {
  const match = trace.exec(text)
  return match !== null && regionsOf(text, [{ start: match.index, end: match.index + 1 }])[0] === 'prose'
}
