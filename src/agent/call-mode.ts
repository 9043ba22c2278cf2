import type { AssistantMessage, Message } from '../domain/message.ts'
import type { GenerateRequest, ToolSpec } from '../engine/engine.ts'
import { callSchema, finishTool } from './call-schema.ts'
import { describeTool } from './describe-tool.ts'

/** How calls and their results go to the engine and come back. The history is the same in each; only its rendering differs. */
export interface CallMode {
  readonly kind: 'native' | 'json'
  /** What a request carries besides its messages. */
  readonly parts: Pick<GenerateRequest, 'tools' | 'outputSchema'>
  /** A text that costs as many tokens as the mode adds to the prompt. */
  readonly cost: string
  /** Added to the system message. */
  readonly instructions: string | null
  /** One message as the engine takes it; the same object for the same message. */
  render(message: Message): Message
}

/** The engine's own tool calls. */
export function nativeMode(specs: readonly ToolSpec[]): CallMode {
  return {
    kind: 'native',
    parts: { tools: specs },
    cost: specs.length === 0 ? '' : JSON.stringify(specs),
    instructions: null,
    render: (message) => message,
  }
}

/** Calls as JSON under a schema, and results as messages of the user, for engines that know neither tools nor their role. */
export function jsonMode(specs: readonly ToolSpec[]): CallMode {
  const rendered = new WeakMap<Message, Message>()
  const outputSchema = callSchema(specs)
  const instructions = jsonInstructions(specs)
  return {
    kind: 'json',
    parts: { tools: [], outputSchema },
    cost: instructions,
    instructions,
    render(message) {
      const known = rendered.get(message)
      if (known) return known
      const plain = plainMessage(message)
      rendered.set(message, plain)
      return plain
    },
  }
}

function plainMessage(message: Message): Message {
  if (message.role === 'assistant')
    return { role: 'assistant', text: message.toolCalls.length === 0 ? message.text : callText(message), toolCalls: [] }
  if (message.role !== 'tool') return message
  return { role: 'user', text: `${message.isError ? 'The call failed' : 'Result'}:\n${message.text}` }
}

/** Calls that were made natively before the mode changed are several at times; each is an object of its own. */
const callText = ({ text, toolCalls }: AssistantMessage): string =>
  toolCalls.map(({ name, input }, index) => JSON.stringify({ thought: index === 0 ? text : '', tool: name, input })).join('\n')

function jsonInstructions(specs: readonly ToolSpec[]): string {
  return `You work by calling tools, one at a time. Every answer is one JSON object and nothing else:
{"thought": "why, in one sentence", "tool": "name of a tool", "input": {…}}
Its result comes back as the next message. Write every key of the input. When the task is done, or cannot be done, answer:
{"thought": "", "tool": "${finishTool}", "input": {"answer": "what you did and what you found"}}

The tools:

${specs.map(describeTool).join('\n\n')}`
}
