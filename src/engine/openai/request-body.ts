import type { ChatCompletionCreateParamsStreaming, ChatCompletionMessageParam } from 'openai/resources/chat/completions'
import type { Message } from '../../domain/message.ts'
import type { GenerateRequest, JsonSchema } from '../engine.ts'
import type { Asked, Dialect, OptionalField } from './dialect.ts'

type Body = ChatCompletionCreateParamsStreaming & { chat_template_kwargs?: { enable_thinking: boolean } }

/** What of the request a server might not understand. */
export function askedOf(request: GenerateRequest): Asked {
  const always = ['max_tokens', 'temperature', 'seed', 'stream_options'] as const
  return {
    schema: request.outputSchema !== undefined,
    tools: request.tools.length > 0,
    fields: request.outputSchema ? [...always, ...schemaFields(request)] : always,
  }
}

/** The request as it goes over the wire, in what the server understands. */
export function requestBody(request: GenerateRequest, model: string, dialect: Dialect): Body {
  const sent = (field: OptionalField) => !dialect.without.has(field)
  const extra = request.outputSchema ? schemaFields(request).filter(sent) : []
  return {
    model,
    messages: messagesOf(request, dialect),
    stream: true,
    ...(sent('stream_options') ? { stream_options: { include_usage: true } } : {}),
    ...(sent('max_tokens') ? { max_tokens: request.maxTokens } : { max_completion_tokens: request.maxTokens }),
    ...(sent('temperature') ? { temperature: request.temperature ?? 0 } : {}),
    ...(sent('seed') ? { seed: request.seed } : {}),
    ...(extra.includes('logprobs') ? { logprobs: true } : {}),
    // A grammar and a thinking phase get in each other's way: the answer ends up in the thoughts.
    ...(extra.includes('chat_template_kwargs') ? { chat_template_kwargs: { enable_thinking: false } } : {}),
    ...responseFormat(request.outputSchema, dialect),
    ...(request.tools.length > 0 ? { tools: toolsOf(request) } : {}),
  }
}

/** Probabilities are asked for where answers are judged by them; llama-server refuses them beside tools. */
function schemaFields(request: GenerateRequest): OptionalField[] {
  return request.tools.length > 0 ? ['chat_template_kwargs'] : ['logprobs', 'chat_template_kwargs']
}

function responseFormat(schema: JsonSchema | undefined, { format }: Dialect): Pick<Body, 'response_format'> {
  if (schema === undefined || format === 'text') return {}
  if (format === 'json_object') return { response_format: { type: 'json_object' } }
  return { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } } }
}

const toolsOf = (request: GenerateRequest) =>
  request.tools.map(({ name, description, inputSchema }) => ({
    type: 'function' as const,
    function: { name, description, parameters: inputSchema },
  }))

function messagesOf(request: GenerateRequest, { format }: Dialect): ChatCompletionMessageParam[] {
  const { messages, outputSchema } = request
  if (outputSchema === undefined || format === 'json_schema') return messages.map(toWire)
  // Nothing but words can say now what the answer must look like; at the end, so that the shared beginning stays the same.
  const order = `Answer with nothing but one JSON value that is valid against this JSON schema:\n${JSON.stringify(outputSchema)}`
  const last = messages.at(-1)
  const ordered =
    last?.role === 'user'
      ? messages.with(-1, { ...last, text: `${last.text}\n\n${order}` })
      : [...messages, { role: 'user' as const, text: order }]
  return ordered.map(toWire)
}

function toWire(message: Message): ChatCompletionMessageParam {
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.callId, content: message.text }
  if (message.role !== 'assistant') return { role: message.role, content: message.text }
  if (message.toolCalls.length === 0) return { role: 'assistant', content: message.text }
  const calls = message.toolCalls.map(({ id, name, input }) => ({
    id,
    type: 'function' as const,
    function: { name, arguments: JSON.stringify(input ?? {}) },
  }))
  return { role: 'assistant', content: message.text === '' ? null : message.text, tool_calls: calls }
}
