import type { Message } from '../domain/message.ts'
import type { CallMode } from './call-mode.ts'
import { type History, messagesOf } from './history.ts'

/** The messages of a request. Neighbours of the user's become one, because some templates insist that roles alternate. */
export function renderHistory(history: History, mode: CallMode): Message[] {
  const rendered: Message[] = []
  for (const message of withInstructions(messagesOf(history).map(mode.render), mode)) {
    const last = rendered.at(-1)
    if (message.role === 'user' && last?.role === 'user')
      rendered[rendered.length - 1] = { role: 'user', text: `${last.text}\n\n${message.text}` }
    else rendered.push(message)
  }
  return rendered
}

function withInstructions(messages: readonly Message[], { instructions }: CallMode): readonly Message[] {
  if (instructions === null) return messages
  const [first] = messages
  if (first?.role !== 'system') return [{ role: 'system', text: instructions }, ...messages]
  return [{ role: 'system', text: `${first.text}\n\n${instructions}` }, ...messages.slice(1)]
}
