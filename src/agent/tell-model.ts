import type { Message } from '../domain/message.ts'
import type { Tool } from '../tools/tool.ts'
import { clipped } from './digest.ts'
import type { Turn } from './read-turn.ts'

/** A long wrong answer would push the task out of the window; its beginning is enough to be told that it was wrong. */
const longestWrong = 1_000

/** What goes into the history for an answer that could not be read. */
export function tellUnreadable({ text, complaint }: Extract<Turn, { kind: 'unreadable' }>, tools: readonly Tool[]): Message[] {
  const names = tools.map(({ name }) => name).join(', ')
  const how = names === '' ? '' : ` Call a tool (${names}) in the way you were given, with nothing around it, or say that you are done.`
  return [wrong(text, '(nothing)'), { role: 'user', text: `${complaint}${how}` }]
}

/** What goes into the history for an answer that was cut off. */
export function tellTruncated({ text }: Extract<Turn, { kind: 'truncated' }>, maxTokens: number): Message[] {
  const told = `Your answer was cut off at ${maxTokens} tokens, and nothing of it was run. Say less at once: one call, and long files in parts.`
  return [wrong(text, '(cut off)'), { role: 'user', text: told }]
}

const wrong = (text: string, empty: string): Message => ({ role: 'assistant', text: clipped(text, longestWrong) || empty, toolCalls: [] })
