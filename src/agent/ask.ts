import type { Message, Usage } from '../domain/message.ts'
import type { Engine, Generation, JsonSchema } from '../engine/engine.ts'
import { readJson } from './lenient-json.ts'

export interface Question<Answer> {
  messages: readonly Message[]
  /** Handed to the engine, which may ignore it. */
  schema: JsonSchema
  /** Reads the value leniently; returns undefined where it is no answer to the question. */
  read(value: unknown): Answer | undefined
  maxTokens: number
  seed: number
  signal: AbortSignal
  onText?: (delta: string) => void
}

export type Reply<Answer> = { requests: number; usage: Usage; generation: Generation } & (
  | { status: 'answered'; answer: Answer }
  /** Neither the first text nor the repaired one could be read. */
  | { status: 'unreadable' }
  /** The text was cut off by the token limit. */
  | { status: 'truncated' }
)

const repairText =
  'That was not the JSON object asked for. Answer the same question again with only that JSON object: no prose, no code fence.'

/** One question, one structured answer. A text that cannot be read is asked for once more; there are never more than two requests. */
export async function ask<Answer>(question: Question<Answer>, engine: Engine): Promise<Reply<Answer>> {
  const first = await generate(question, question.messages, engine)
  const answer = readAnswer(question, first)
  if (answer !== undefined) return { status: 'answered', answer, requests: 1, usage: first.usage, generation: first }
  if (first.stopReason === 'length') return { status: 'truncated', requests: 1, usage: first.usage, generation: first }

  const again: Message[] = [...question.messages, shortened(first), { role: 'user', text: repairText }]
  const second = await generate(question, again, engine)
  const repaired = readAnswer(question, second)
  const both = { requests: 2, usage: sum(first.usage, second.usage), generation: second }
  if (repaired !== undefined) return { status: 'answered', answer: repaired, ...both }
  return { status: second.stopReason === 'length' ? 'truncated' : 'unreadable', ...both }
}

function generate<Answer>({ schema, maxTokens, seed, signal, onText }: Question<Answer>, messages: readonly Message[], engine: Engine) {
  return engine.generate({ messages, tools: [], outputSchema: schema, maxTokens, seed, signal, ...(onText && { onText }) })
}

function readAnswer<Answer>({ read }: Question<Answer>, { message }: Generation): Answer | undefined {
  const [call] = message.toolCalls
  const value = readJson(message.text) ?? call?.input
  return value === undefined ? undefined : read(value)
}

/** A long wrong answer would push the question out of the window; its beginning is enough to be told that it was wrong. */
const shortened = ({ message }: Generation): Message => ({ role: 'assistant', text: message.text.slice(0, 1000), toolCalls: [] })

const sum = (a: Usage, b: Usage): Usage => ({
  inputTokens: a.inputTokens + b.inputTokens,
  cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
})
