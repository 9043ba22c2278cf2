import type { Message, ToolCall } from '../domain/message.ts'
import { briefCall } from './digest.ts'
import type { Step } from './history.ts'

/** A result that is no longer than this is not worth shortening. */
const shortResult = 300

/** Whether a message is a result that can be made one line. */
export function isLong(message: Message): boolean {
  return message.role === 'tool' && message.text.length > shortResult
}

/** A step with one line in place of each long result: what it was, and that it can be had again. */
export function shortenStep(step: Step): Step {
  const calls = new Map<string, ToolCall>(
    step.flatMap((message) => (message.role === 'assistant' ? message.toolCalls : [])).map((call) => [call.id, call]),
  )
  return step.map((message) => {
    if (message.role !== 'tool' || !isLong(message)) return message
    const call = calls.get(message.callId)
    const lines = message.text.split('\n').length
    const what = call ? briefCall(call) : 'the call'
    return { ...message, text: `(${what} gave ${lines} lines, left out to save room. Make the call again if you need them.)` }
  })
}

/** The steps with the longest result cut to half, its middle left out; null when none is worth it. */
export function clipLongest(steps: readonly Step[]): Step[] | null {
  const results = steps.flat().filter(isLong)
  const longest = results.toSorted((a, b) => b.text.length - a.text.length)[0]
  if (!longest) return null
  const clipped = { ...longest, text: withoutMiddle(longest.text, Math.floor(longest.text.length / 2)) }
  return steps.map((step) => step.map((message) => (message === longest ? clipped : message)))
}

/** The end says more than the beginning: what failed, and the last lines of a log. */
function withoutMiddle(text: string, length: number): string {
  const [note, head] = ['\n[… the middle was left out to save room …]\n', Math.floor(length * 0.4)]
  const tail = Math.max(0, length - head - note.length)
  return `${text.slice(0, head).toWellFormed()}${note}${text.slice(text.length - tail).toWellFormed()}`
}
