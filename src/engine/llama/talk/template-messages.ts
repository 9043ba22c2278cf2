import type { PromptRequest } from '../messages.ts'
import type { CallFormat } from './read-calls.ts'
import type { StandIns } from './stand-ins.ts'

type Messages = PromptRequest['messages']
type Assistant = Extract<Messages[number], { role: 'assistant' }>

/** What templates of model files take for a message. */
export interface TemplateMessage {
  role: 'system' | 'user' | 'assistant' | 'tool'
  content: string
  tool_calls?: unknown[]
  tool_call_id?: string
  name?: string
}

/** What a template wants otherwise than most do. */
export interface Habits {
  /** Instructions stand at the beginning of the first question, because it knows no messages of the system's. */
  systemInUser: boolean
  /** The input of a call is text of JSON instead of an object. */
  inputAsText: boolean
  /** It shows no calls: they are said in the text, in a format of the model's. */
  sayCalls: ((name: string, input: unknown) => string) | null
  /** It shows no tools: they are told of in the instructions, and how to call them in this format. */
  tellTools: CallFormat | null
}

export interface Hiding {
  standIns: Pick<StandIns, 'hide'>
  /** Whether a text spells what is a mark to the model. */
  isDangerous: (text: string) => boolean
}

/** The conversation for a template, with stand-ins for its texts. Neighbours of one role are one message, because some templates insist on taking turns. */
export function templateMessages(messages: Messages, habits: Habits, hiding: Hiding & { told: string | null }): TemplateMessage[] {
  const names = new Map<string, string>()
  const numbers = new Map<string, string>()
  const result: TemplateMessage[] = []
  for (const message of joined(messages)) {
    if (message.role === 'assistant') {
      for (const { id, name } of message.toolCalls) {
        names.set(id, name)
        // Some templates insist on nine letters and digits.
        numbers.set(id, `call${String(numbers.size).padStart(5, '0')}`)
      }
      result.push(assistantMessage(message, { habits, hiding, numbers }))
    } else if (message.role === 'tool') {
      const id = numbers.get(message.callId)
      const content = hiding.standIns.hide(message.text)
      // The result of a call that nobody remembers is still worth reading.
      if (id === undefined) result.push({ role: 'user', content })
      else result.push({ role: 'tool', content, tool_call_id: id, name: safe(names.get(message.callId) ?? '', hiding) })
    } else result.push({ role: message.role, content: hiding.standIns.hide(message.text) })
  }
  const all = hiding.told === null ? result : withInstructions(result, hiding.told)
  return habits.systemInUser ? withoutSystem(all) : all
}

function withInstructions(messages: readonly TemplateMessage[], text: string): TemplateMessage[] {
  const [first, ...rest] = messages
  if (first?.role !== 'system') return [{ role: 'system', content: text }, ...messages]
  return [{ ...first, content: `${first.content}\n\n${text}` }, ...rest]
}

/** Tools for a template. What in them would be a mark is hidden; the rest it may read, types above all. */
export const templateTools = (tools: PromptRequest['tools'], hiding: Hiding): unknown[] =>
  tools.map(({ name, description, inputSchema }) => ({
    type: 'function',
    function: { name: safe(name, hiding), description: safe(description, hiding), parameters: safeValue(inputSchema, hiding) },
  }))

function assistantMessage(
  { text, toolCalls }: Assistant,
  { habits, hiding, numbers }: { habits: Habits; hiding: Hiding; numbers: ReadonlyMap<string, string> },
): TemplateMessage {
  const content = text === '' ? '' : hiding.standIns.hide(text, { isNeeded: false })
  if (toolCalls.length === 0) return { role: 'assistant', content }
  const { sayCalls, inputAsText } = habits
  const calls = toolCalls.map(({ id, name, input }) => ({
    id: numbers.get(id),
    name: safe(name, hiding),
    input: safeValue(input ?? {}, hiding),
  }))
  if (sayCalls) return { role: 'assistant', content: content + calls.map(({ name, input }) => sayCalls(name, input)).join('') }
  return {
    role: 'assistant',
    content,
    tool_calls: calls.map(({ id, name, input }) => ({
      id,
      type: 'function',
      function: { name, arguments: inputAsText ? JSON.stringify(input) : input },
    })),
  }
}

function joined(messages: Messages): Messages {
  const result: Messages = []
  for (const message of messages) {
    const last = result.at(-1)
    const isMore = last !== undefined && (message.role === 'system' || message.role === 'user') && last.role === message.role
    if (isMore) result[result.length - 1] = { role: message.role, text: `${last.text}\n\n${message.text}` }
    else result.push(message)
  }
  return result
}

function withoutSystem(messages: readonly TemplateMessage[]): TemplateMessage[] {
  const instructions = messages.filter(({ role }) => role === 'system').map(({ content }) => content)
  const others = messages.filter(({ role }) => role !== 'system')
  const [first, ...rest] = others
  if (instructions.length === 0) return others
  if (first?.role !== 'user') return [{ role: 'user', content: instructions.join('\n\n') }, ...others]
  return [{ ...first, content: [...instructions, first.content].join('\n\n') }, ...rest]
}

/** A text that the template may look into, unless it spells a mark. */
export const safe = (text: string, { standIns, isDangerous }: Hiding): string =>
  isDangerous(text) ? standIns.hide(text, { isNeeded: false }) : text

export function safeValue(value: unknown, hiding: Hiding): unknown {
  if (typeof value === 'string') return safe(value, hiding)
  if (Array.isArray(value)) return value.map((item) => safeValue(item, hiding))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [safe(key, hiding), safeValue(member, hiding)]))
}
