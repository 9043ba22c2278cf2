import { AppError } from '../../domain/errors.ts'
import type { Message } from '../../domain/message.ts'
import type { GenerateRequest, Generation } from '../engine.ts'
import { watchRequest } from './deadlines.ts'
import type { EngineProcess } from './engine-process.ts'
import type { LocalDeadlines } from './local-options.ts'
import { answerSchema, type PromptRequest } from './messages.ts'

interface Conversation {
  request: GenerateRequest
  deadlines: LocalDeadlines
  process: Pick<EngineProcess, 'call'>
}

/** Puts one request to the engine process, and passes on what it says while it says it. */
export async function converse(prompt: PromptRequest, { request, deadlines, process }: Conversation): Promise<Generation> {
  const begin = performance.now()
  const watch = watchRequest(deadlines)
  let firstTokenMs: number | null = null
  try {
    const { text, stopReason, usage } = await process.call(
      { type: 'generate', request: prompt },
      {
        result: answerSchema,
        signal: AbortSignal.any([request.signal, watch.signal]),
        onTurn: watch.turn,
        onText: (delta) => {
          firstTokenMs ??= performance.now() - begin
          watch.token()
          request.onText?.(delta)
        },
      },
    )
    const totalMs = performance.now() - begin
    return { message: { role: 'assistant', text, toolCalls: [] }, stopReason, usage, firstTokenMs: firstTokenMs ?? totalMs, totalMs }
  } finally {
    watch.stop()
  }
}

/** The request as the engine process takes it. Throws where it wants what this engine does not have. */
export function promptOf({ messages, tools, outputSchema, maxTokens, temperature, seed }: GenerateRequest): PromptRequest {
  if (tools.length > 0)
    throw new AppError('ENGINE_REFUSED', 'The local engine cannot offer tools to the model.', {
      hint: 'Use an endpoint with --base-url for this task.',
    })
  return { messages: messages.map(plainMessage), outputSchema: outputSchema ?? null, maxTokens, temperature: temperature ?? 0, seed }
}

function plainMessage(message: Message): PromptRequest['messages'][number] {
  if (message.role !== 'tool') return { role: message.role, text: message.text }
  throw new AppError('ENGINE_REFUSED', 'The local engine cannot go on with a conversation in which tools were called.', {
    hint: 'Use an endpoint with --base-url for this task.',
  })
}
