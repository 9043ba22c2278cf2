import { AppError } from '../../domain/errors.ts'
import type { AssistantMessage, Message, ToolCall } from '../../domain/message.ts'
import type { GenerateRequest, Generation } from '../engine.ts'
import { watchRequest } from './deadlines.ts'
import type { EngineProcess } from './engine-process.ts'
import type { LocalDeadlines } from './local-options.ts'
import { type Answer, answerSchema, type PromptRequest } from './messages.ts'

/** An answer, and whether it was computed together with others. */
type Spoken = Generation & Pick<Answer, 'inCompany'>

interface Conversation {
  request: GenerateRequest
  deadlines: LocalDeadlines
  process: Pick<EngineProcess, 'call'>
}

/** Puts one request to the engine process, and passes on what it says while it says it. */
export async function converse(prompt: PromptRequest, { request, deadlines, process }: Conversation): Promise<Spoken> {
  const begin = performance.now()
  const watch = watchRequest(deadlines)
  let firstTokenMs: number | null = null
  try {
    const { text, thought, toolCalls, stopReason, inCompany, usage } = await process.call(
      { type: 'generate', request: prompt },
      {
        result: answerSchema,
        signal: AbortSignal.any([request.signal, watch.signal]),
        onTurn: watch.turn,
        onText: (delta) => {
          firstTokenMs ??= performance.now() - begin
          watch.token()
          if (delta !== '') request.onText?.(delta)
        },
      },
    )
    const totalMs = performance.now() - begin
    const message: AssistantMessage = { role: 'assistant', text, toolCalls: withIds(toolCalls, request.messages) }
    return {
      message,
      ...(thought !== undefined && { thought }),
      stopReason,
      inCompany,
      usage,
      firstTokenMs: firstTokenMs ?? totalMs,
      totalMs,
    }
  } finally {
    watch.stop()
  }
}

/**
 * The request as the engine process takes it. Throws where it wants what this engine or its model does not have, which includes tools and a schema
 * at once: a grammar that keeps to the one keeps from the other.
 */
export function promptOf(
  { messages, tools, outputSchema, maxTokens, temperature, seed, copiesInput, thinking }: GenerateRequest,
  { offersTools }: { offersTools: boolean },
): PromptRequest {
  if (!offersTools && (tools.length > 0 || messages.some(({ role }) => role === 'tool'))) throw noTools()
  if (tools.length > 0 && outputSchema !== undefined) throw toolsUnderSchema()
  return {
    messages: messages.map(plainMessage),
    tools: tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })),
    outputSchema: outputSchema ?? null,
    maxTokens,
    temperature: temperature ?? 0,
    seed,
    copiesInput: copiesInput ?? false,
    thinkingTokens: thinking?.maxTokens ?? 0,
  }
}

function plainMessage(message: Message): PromptRequest['messages'][number] {
  if (message.role !== 'assistant') return message
  return { role: 'assistant', text: message.text, toolCalls: message.toolCalls.map(({ id, name, input }) => ({ id, name, input })) }
}

/** Numbered so that no id stands twice in the conversation, and the same answer always has the same. */
function withIds(calls: Answer['toolCalls'], messages: readonly Message[]): ToolCall[] {
  const used = new Set(messages.flatMap((message) => (message.role === 'assistant' ? message.toolCalls.map(({ id }) => id) : [])))
  let number = 0
  return calls.map(({ name, input }) => {
    while (used.has(`local${number}`)) number++
    return { id: `local${number++}`, name, input }
  })
}

const noTools = () =>
  new AppError('ENGINE_REFUSED', 'The chat template of the local model has no format for tools.', {
    hint: 'Choose a model that calls tools with `agent models list`, or use an endpoint with --base-url for this task.',
  })

const toolsUnderSchema = () =>
  new AppError('ENGINE_REFUSED', 'The local engine cannot offer tools to the model and keep it to a schema at once.', {
    hint: 'Ask for one of both.',
  })
