import type { PromptRequest } from '../messages.ts'
import type { CallFormat } from './read-calls.ts'
import { type Hiding, safe, safeValue } from './template-messages.ts'
import { writeCall } from './write-call.ts'

/** What tools there are and how they are called, for a model whose template leaves it to the instructions to say so, as DeepSeek's do. */
export function toldTools(tools: PromptRequest['tools'], { format, hiding }: { format: CallFormat; hiding: Hiding }): string {
  const described = tools.map(({ name, description, inputSchema }) =>
    [
      `### ${safe(name, hiding)}`,
      `Description: ${safe(description, hiding)}`,
      `Parameters: ${JSON.stringify(safeValue(inputSchema, hiding))}`,
    ].join('\n\n'),
  )
  const example = writeCall(format, { name: 'tool_name', input: {} })
  const order = `To call a tool, end your answer with exactly this, with the name of the tool and its parameters as JSON:\n\n${example}`
  return ['## Tools', 'You have access to the following tools:', ...described, order].join('\n\n')
}
