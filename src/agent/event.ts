import type { ToolCall } from '../domain/message.ts'

/** Noun first, then what happened to it. The terminal, the log, SSE and memory all read this one stream. */
export type AgentEvent =
  | { type: 'engine-open'; kind: string; model: string }
  | { type: 'plan-ready'; units: number; cached: number }
  | { type: 'unit-start'; unit: string; path: string }
  | { type: 'unit-end'; unit: string; path: string; outcome: 'answered' | 'cached' | 'unseen'; outputTokens: number; durationMs: number }
  | { type: 'step-start'; step: number }
  | { type: 'tool-start'; call: ToolCall }
  | { type: 'tool-end'; call: ToolCall; text: string; isError: boolean; data?: unknown }
  | { type: 'step-end'; step: number }
  | { type: 'text-delta'; text: string }
  | { type: 'notice'; code: string; message: string; hint: string }
