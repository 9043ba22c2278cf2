import type { Message } from '../../domain/message.ts'
import type { Engine } from '../../engine/engine.ts'

/** What one request took. */
export interface Timing {
  evaluatedTokens: number
  inputTokens: number
  outputTokens: number
  firstTokenMs: number
  totalMs: number
}

interface AskOptions {
  maxTokens: number
  seed: number
  signal: AbortSignal
}

/** Asks in free text, so that an answer is as long as it may be. */
export async function askOnce(engine: Engine, messages: readonly Message[], { maxTokens, seed, signal }: AskOptions): Promise<Timing> {
  const { usage, firstTokenMs, totalMs } = await engine.generate({ messages, tools: [], maxTokens, seed, signal })
  const { inputTokens, cachedInputTokens, outputTokens } = usage
  return { evaluatedTokens: inputTokens - cachedInputTokens, inputTokens, outputTokens, firstTokenMs, totalMs }
}

/** Tokens of the prompt for each second until the first token; null where nothing can be told from it. */
export function promptSpeed({ evaluatedTokens, firstTokenMs }: Timing): number | null {
  return evaluatedTokens > 0 && firstTokenMs > 0 ? (evaluatedTokens / firstTokenMs) * 1000 : null
}

/** Fewer tokens than these say nothing about a speed. */
const fewestTokens = 8

/** Tokens of the answer for each second after the first one; null for an answer that is too short to tell. */
export function generationSpeed({ outputTokens, firstTokenMs, totalMs }: Timing): number | null {
  const ms = totalMs - firstTokenMs
  return outputTokens >= fewestTokens && ms > 0 ? ((outputTokens - 1) / ms) * 1000 : null
}

/** What a reply of so many tokens takes; one that the model ended early is scaled, and null where it is too short for that. */
export function replyMs(timing: Timing, tokens: number): number | null {
  if (timing.outputTokens >= tokens) return timing.totalMs
  const speed = generationSpeed(timing)
  return speed === null ? null : timing.firstTokenMs + ((tokens - 1) / speed) * 1000
}
