import type { Message } from '../domain/message.ts'
import { isObject } from './calls/is-object.ts'

/** Marks with which chat templates part messages: ChatML and its kin, DeepSeek, Gemma, Mistral, Llama 2; and the end of a tool's result. */
const marks =
  /<(?=[|｜][\w▁.:/-]{1,60}[|｜]>|(?:start|end)_of_turn>|\/?tool_response>|\/?(?:bos|eos|pad)>)|\[(?=\/?(?:INST|SYSTEM_PROMPT|TOOL_CALLS|TOOL_RESULTS|AVAILABLE_TOOLS|ARGS|CALL_ID)\])|<(?=<\/?SYS>>)/g

/**
 * Parts the marks that a server's tokenizer would take for the end of a message, so that what a file or a program says stays what it is: text
 * in a result. They stay legible.
 */
function defuse(text: string): string {
  return text.replaceAll(marks, '$& ')
}

/** A message in which nothing is such a mark. Only what goes to the model is changed, never what a tool runs with. */
export function defuseMessage(message: Message): Message {
  const text = defuse(message.text)
  if (message.role !== 'assistant') return { ...message, text }
  return { ...message, text, toolCalls: message.toolCalls.map((call) => ({ ...call, input: defuseValue(call.input) })) }
}

function defuseValue(value: unknown): unknown {
  if (typeof value === 'string') return defuse(value)
  if (Array.isArray(value)) return value.map(defuseValue)
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [defuse(key), defuseValue(item)])) : value
}
