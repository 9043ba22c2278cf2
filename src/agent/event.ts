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
  /** A call that was not made, and why: the budget, or no progress. */
  | { type: 'tool-skip'; call: ToolCall; text: string }
  /** An answer that could not be used, and what the model was told about it. */
  | { type: 'answer-reject'; step: number; reason: 'unreadable' | 'truncated'; message: string }
  /** What was done so that the next request fits: results made one line, steps left out, and whether the model summed those up. */
  | { type: 'history-fit'; shortened: number; leftOut: number; summarised: boolean }
  | { type: 'step-end'; step: number }
  | { type: 'text-delta'; text: string }
  | { type: 'notice'; code: string; message: string; hint: string }
  /** The user's own files are changed now. */
  | { type: 'change-apply'; files: number }
  /** What is being done where there is nothing to count. */
  | { type: 'stage-start'; what: string }
  /** How many problems a model is asked to repair. */
  | { type: 'repair-plan'; problems: number }
  /** Problems that are repaired together, what became of them, and of how many nothing remains to be done. */
  | { type: 'repair-end'; group: string; rules: readonly string[]; text: string; problems: number; durationMs: number }
  /** How many defects are planted, one at a time. */
  | { type: 'mutant-plan'; mutants: number }
  | { type: 'mutant-start'; path: string; line: number }
  | { type: 'mutant-end'; path: string; line: number; status: string; durationMs: number }
  /** For how many functions tests are written. */
  | { type: 'test-plan'; targets: number }
  /** The file and the function that something is done for. */
  | { type: 'test-start'; path: string }
  /** What became of a test that was written. */
  | { type: 'test-try'; target: string; text: string }
  /** Nothing more is done for a function. */
  | { type: 'test-end'; target: string }
  | { type: 'agent-end'; ending: string; reason: string; steps: number }
