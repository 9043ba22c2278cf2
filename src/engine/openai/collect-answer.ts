import { estimateTokens } from '../../domain/tokens.ts'
import type { Usage } from '../../domain/message.ts'
import type { GenerateRequest, Generation } from '../engine.ts'
import { collectProbabilities } from './probabilities.ts'
import { collectToolCalls } from './tool-calls.ts'
import type { Chunk } from './wire.ts'

type Answer = Pick<Generation, 'message' | 'stopReason' | 'usage' | 'tokens'>

/** How an answer ended, in the server's word; null: it did not. */
export type Ending = { finish: string | null; refusal: string; tooLong: boolean }

export interface AnswerCollector {
  /** False when the chunk said nothing; servers send empty ones before they think. */
  add(chunk: Chunk): boolean
  readonly ending: Ending
  answer(): Answer
}

/** A token is rarely longer than this; an answer that is, on average, comes from a server that ignores the limit. */
const mostCharactersPerToken = 32

/** Puts an answer together from its chunks. Reasoning is counted, because it takes time and tokens, and left out. */
export function collectAnswer(request: GenerateRequest, onText: (delta: string) => void): AnswerCollector {
  const toolCalls = collectToolCalls()
  const probabilities = collectProbabilities()
  const ending: Ending = { finish: null, refusal: '', tooLong: false }
  let [text, hidden] = ['', 0]
  let usage: Chunk['usage'] = null

  const add = (chunk: Chunk): boolean => {
    usage = chunk.usage ?? usage
    const choice = chunk.choices?.find((one) => (one.index ?? 0) === 0)
    if (choice === undefined) return false
    const said = choice.delta ?? choice.message ?? {}
    const [content, reasoning] = [said.content ?? '', said.reasoning_content ?? said.reasoning ?? '']
    text += content
    ending.refusal += said.refusal ?? ''
    ending.finish = choice.finish_reason || ending.finish
    for (const call of said.tool_calls ?? []) hidden += toolCalls.add(call)
    // Servers that part thoughts from the answer still give the probabilities of both.
    if (reasoning === '') for (const token of choice.logprobs?.content ?? []) probabilities.add(token)
    hidden += reasoning.length
    ending.tooLong = text.length + hidden > 4_096 + request.maxTokens * mostCharactersPerToken
    if (content !== '') onText(content)
    return content !== '' || reasoning !== '' || Boolean(said.tool_calls?.length)
  }

  const answer = (): Answer => {
    const cut = ending.tooLong || ending.finish === 'length'
    const calls = toolCalls.calls(!cut)
    const tokens = probabilities.of(text)
    return {
      message: { role: 'assistant', text, toolCalls: calls },
      stopReason: cut ? 'length' : calls.length > 0 ? 'tool-calls' : 'stop',
      usage: usageOf(usage, request, text),
      ...(tokens === null ? {} : { tokens }),
    }
  }
  return { add, ending, answer }
}

/** The server's count; where it gives none, an estimate. */
function usageOf(usage: Chunk['usage'], request: GenerateRequest, text: string): Usage {
  const inputTokens = usage?.prompt_tokens ?? request.messages.reduce((sum, message) => sum + estimateTokens(message.text), 0)
  return {
    inputTokens,
    cachedInputTokens: Math.min(inputTokens, usage?.prompt_tokens_details?.cached_tokens ?? 0),
    outputTokens: usage?.completion_tokens ?? Math.min(request.maxTokens, estimateTokens(text)),
  }
}
