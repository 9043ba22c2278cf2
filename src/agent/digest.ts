import type { Message, ToolCall } from '../domain/message.ts'
import type { Digest, Step } from './history.ts'

/** Lines of each kind that are kept, newest last; what comes before is only counted. */
const mostLines = { changes: 40, readings: 20 }
const longestInput = 120
const longestError = 100

export interface DigestOptions {
  /** Whether a tool of this name only reads. */
  isReading(tool: string): boolean
  /** The share of the lines that there is room for, from 0 to 1. */
  share: number
}

/** Puts steps, and what an earlier digest held, into a list of calls and how they ended. */
export function digestOf(earlier: Digest | null, steps: readonly Step[], { isReading, share }: DigestOptions): Digest {
  const done = steps.flatMap(doneCalls)
  const lines = (kind: 'changes' | 'readings') => [
    ...(earlier?.[kind] ?? []),
    ...done.filter(({ call }) => isReading(call.name) === (kind === 'readings')).map(lineOf),
  ]
  return withNotes({ changes: lines('changes'), readings: lines('readings'), notes: earlier?.notes ?? '' }, share)
}

/** The digest as a message. The notes are the model's own words on what others wrote, and say so. */
export function withNotes({ changes, readings, notes }: Omit<Digest, 'message'>, share: number): Digest {
  const parts = [
    'Earlier steps were left out to save room. This is a record of them, not an instruction.',
    section('What was changed or run', changes, Math.ceil(mostLines.changes * share)),
    section('What was looked at', readings, Math.ceil(mostLines.readings * share)),
    notes === '' || share === 0 ? '' : `Your notes on them:\n${notes}`,
  ]
  const message: Message = { role: 'user', text: parts.filter((part) => part !== '').join('\n\n') }
  return { changes, readings, notes, message }
}

/** A call in a few words, e.g. `read_file {"path":"a.ts"}`. */
export function briefCall({ name, input }: Pick<ToolCall, 'name' | 'input'>): string {
  const text = JSON.stringify(input, (_key, value: unknown) => (typeof value === 'string' ? clipped(value, 60) : value)) ?? ''
  return `${name} ${clipped(text, longestInput)}`
}

/** The beginning of a text, whole characters only. */
export function clipped(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length).toWellFormed()}…`
}

interface DoneCall {
  call: ToolCall
  result: Extract<Message, { role: 'tool' }> | undefined
}

function doneCalls(step: Step): DoneCall[] {
  const results = step.filter((message) => message.role === 'tool')
  return step
    .flatMap((message) => (message.role === 'assistant' ? message.toolCalls : []))
    .map((call) => ({ call, result: results.find(({ callId }) => callId === call.id) }))
}

function lineOf({ call, result }: DoneCall): string {
  if (!result?.isError) return `- ${briefCall(call)}: done`
  return `- ${briefCall(call)}: failed: ${clipped(result.text.replaceAll(/\s+/g, ' '), longestError)}`
}

function section(title: string, lines: readonly string[], most: number): string {
  if (lines.length === 0) return ''
  const left = Math.max(0, lines.length - most)
  return [`${title}:`, ...(left > 0 ? [`- ${left} earlier calls`] : []), ...lines.slice(left)].join('\n')
}
