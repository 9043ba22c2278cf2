import type { ChatHistoryItem, ChatModelFunctionCall, ChatModelResponse } from 'node-llama-cpp'
import type { PromptRequest } from '../messages.ts'

/**
 * The conversation as the library's templates take it, up to where the model speaks: calls and their results are parts of one answer of the model's, which
 * goes on after them.
 */
export function chatHistory(messages: PromptRequest['messages']): ChatHistoryItem[] {
  const history: ChatHistoryItem[] = []
  let open: ChatModelResponse | null = null
  let waiting = new Map<string, ChatModelFunctionCall>()
  for (const message of messages) {
    if (message.role === 'assistant') {
      if (open === null) history.push((open = { type: 'model', response: [] }))
      if (message.text !== '' || message.toolCalls.length === 0) open.response.push(message.text)
      const calls = message.toolCalls.map(({ id, name, input }, index) => ({ id, call: functionCall(name, input, index === 0) }))
      open.response.push(...calls.map(({ call }) => call))
      waiting = new Map(calls.map(({ id, call }) => [id, call]))
      if (calls.length === 0) open = null
    } else if (message.role === 'tool' && waiting.has(message.callId)) {
      const call = waiting.get(message.callId)
      if (call) call.result = message.text
    } else {
      // The result of a call that nobody remembers is still worth reading.
      history.push({ type: message.role === 'system' ? 'system' : 'user', text: message.text })
      open = null
    }
  }
  return open === null ? [...history, { type: 'model', response: [] }] : history
}

const functionCall = (name: string, params: unknown, startsNewChunk: boolean): ChatModelFunctionCall => ({
  type: 'functionCall',
  name,
  params,
  result: '',
  startsNewChunk,
})
