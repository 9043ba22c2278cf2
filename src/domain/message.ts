export interface ToolCall {
  id: string
  name: string
  /** Whatever the model wrote. Unvalidated until the tool's schema has seen it. */
  input: unknown
}

export interface AssistantMessage {
  role: 'assistant'
  text: string
  toolCalls: readonly ToolCall[]
}

export type Message =
  | { role: 'system' | 'user'; text: string }
  | AssistantMessage
  | { role: 'tool'; callId: string; text: string; isError: boolean }

/** Tokens of one or more requests, counted by the engine. `cachedInputTokens` are part of `inputTokens`. */
export interface Usage {
  inputTokens: number
  cachedInputTokens: number
  outputTokens: number
}
