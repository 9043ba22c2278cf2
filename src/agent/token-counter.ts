import type { Message } from '../domain/message.ts'
import type { Engine } from '../engine/engine.ts'
import type { CallMode } from './call-mode.ts'
import { type History, messagesOf } from './history.ts'

/** Counts prompts by the engine's own count, each text once. */
export interface TokenCounter {
  /** Tokens that a history costs as a prompt, at most. */
  size(history: History, mode: CallMode): Promise<number>
  message(message: Message): Promise<number>
  text(text: string): Promise<number>
}

/** What a template writes around a message, and around a call. */
const perMessage = 8
const perCall = 16
/** What a template writes by itself: a preamble, and with tools how to call them. */
const perPrompt = { native: 320, json: 64 }

export function createTokenCounter({ countTokens }: Pick<Engine, 'countTokens'>): TokenCounter {
  const messages = new WeakMap<Message, number>()
  const modes = new WeakMap<CallMode, number>()

  const count = async (message: Message): Promise<number> => {
    const calls = message.role === 'assistant' ? message.toolCalls : []
    const texts = [message.text, ...calls.map(({ name, input }) => JSON.stringify({ name, input }))].filter((text) => text !== '')
    let tokens = perMessage + calls.length * perCall
    for (const text of texts) tokens += await countTokens(text)
    messages.set(message, tokens)
    return tokens
  }
  const countMode = async (mode: CallMode): Promise<number> => {
    const tokens =
      (mode.parts.tools.length > 0 || mode.kind === 'json' ? perPrompt[mode.kind] : perPrompt.json) + (await countTokens(mode.cost))
    modes.set(mode, tokens)
    return tokens
  }
  return {
    async size(history, mode) {
      let tokens = modes.get(mode) ?? (await countMode(mode))
      for (const message of messagesOf(history)) {
        const rendered = mode.render(message)
        tokens += messages.get(rendered) ?? (await count(rendered))
      }
      return tokens
    },
    message: async (message) => messages.get(message) ?? (await count(message)),
    text: (text) => countTokens(text),
  }
}
