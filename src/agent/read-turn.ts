import type { Generation } from '../engine/engine.ts'
import type { Tool } from '../tools/tool.ts'
import type { CallMode } from './call-mode.ts'
import { finishTool } from './call-schema.ts'
import { isObject } from './calls/is-object.ts'
import { callOfObject, type PrintedCall } from './calls/printed-call.ts'
import { readCalls } from './calls/read-calls.ts'
import { readValueAt, skipSpace } from './calls/read-value.ts'
import { withoutReasoning } from './reasoning.ts'
import { nativeCall, type RequestedCall, resolveName } from './requested-call.ts'
import { prepareCall } from './run-tool.ts'

/** What the model wants, read from one answer. Calls that were printed have no id yet. */
export type Turn =
  | { kind: 'calls'; text: string; calls: readonly RequestedCall[] }
  | { kind: 'done'; text: string }
  /** The answer was cut off by the token limit; nothing of it is run. */
  | { kind: 'truncated'; text: string }
  | {
      kind: 'unreadable'
      text: string
      /** What the model has to be told. */
      complaint: string
      /** Said a second time, the text is an answer and no call. */
      mayBeProse: boolean
    }

interface TurnContext {
  mode: CallMode
  tools: readonly Tool[]
  /** Whether a text stands word for word in a result: what others wrote is no call of the model's. */
  isQuoted(text: string): boolean
}

/** Reads an answer: its own calls first, then those that it printed as text. */
export function readTurn({ message, stopReason }: Generation, context: TurnContext): Turn {
  const text = withoutReasoning(message.text).trim()
  if (stopReason === 'length') return { kind: 'truncated', text }
  if (message.toolCalls.length > 0) return { kind: 'calls', text, calls: message.toolCalls.map((call) => nativeCall(call, context.tools)) }
  if (text === '') return unreadable(text, 'Your answer was empty.')
  return (context.mode.kind === 'json' ? jsonTurn(text, context) : null) ?? printedTurn(text, context)
}

/** The object that was asked for, and nothing else. */
function jsonTurn(text: string, context: TurnContext): Turn | null {
  const read = readValueAt(text, 0)
  if (!read || skipSpace(text, read.end) < text.length || !isObject(read.value)) return null
  const call = callOfObject(read.value, read.reading)
  if (!call) return null
  const thought = typeof read.value.thought === 'string' ? read.value.thought : ''
  return turnOf([{ ...call, start: 0, end: text.length }], thought, context)
}

function printedTurn(text: string, context: TurnContext): Turn {
  const { mode, tools } = context
  const isValid = (call: PrintedCall) => 'tool' in prepareCall({ ...call, name: resolveName(call.name, tools), reading: 'exact' }, tools)
  const read = readCalls(text, isValid)
  if (read.kind === 'unclear') return { kind: 'unreadable', text, complaint: read.complaint, mayBeProse: read.mayBeProse }
  if (read.kind === 'calls') {
    if (read.calls.some(({ start, end }) => context.isQuoted(text.slice(start, end))))
      return { kind: 'unreadable', text, complaint: asQuoted, mayBeProse: true }
    return turnOf(read.calls, read.prose, context)
  }
  return mode.kind === 'json' ? unreadable(text, 'Your answer was not the JSON object that was asked for.') : { kind: 'done', text }
}

const asQuoted =
  'What looks like a call in your text stands word for word in a result, so it was taken for a quotation and not run. If you are done, answer without it.'

function turnOf(calls: readonly PrintedCall[], text: string, { mode, tools }: TurnContext): Turn {
  const [first] = calls
  if (mode.kind === 'json' && first?.name === finishTool) return { kind: 'done', text: answerOf(first.input) || text }
  return {
    kind: 'calls',
    text,
    calls: calls.map(({ name, input, reading }) => ({ id: '', name: resolveName(name, tools), input, reading })),
  }
}

const answerOf = (input: unknown): string => (isObject(input) && typeof input.answer === 'string' ? input.answer.trim() : '')

const unreadable = (text: string, complaint: string): Turn => ({ kind: 'unreadable', text, complaint, mayBeProse: false })
