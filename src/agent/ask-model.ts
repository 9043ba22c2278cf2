import { AppError } from '../domain/errors.ts'
import type { Message, Usage } from '../domain/message.ts'
import type { Engine, Generation, ToolSpec } from '../engine/engine.ts'
import type { Budget } from './budget.ts'
import { type CallMode, jsonMode, nativeMode } from './call-mode.ts'
import type { AgentEvent } from './event.ts'
import { type Fitted, fitWindow } from './fit-window.ts'
import type { History, Step } from './history.ts'
import { renderHistory } from './render-history.ts'
import { summarise } from './summarise.ts'
import { createTokenCounter } from './token-counter.ts'

export interface AskOptions {
  engine: Engine
  specs: readonly ToolSpec[]
  isReading(tool: string): boolean
  maxTokens: number
  seed: number
  budget: Budget
  count(reply: { requests: number; usage: Usage; generation: Generation }): void
  emit(event: AgentEvent): void
}

export interface Asked {
  generation: Generation
  /** How the calls in the answer have to be read. */
  mode: CallMode
  /** As it was sent, which may be shorter than it was. */
  history: History
}

/** Puts a history before the model, fitted to its window, in the way of calling tools that it has. */
export interface Model {
  /** With `closing`, without tools: for a last word. */
  ask(history: History, options?: { closing?: boolean }): Promise<Asked>
}

/** An answer gets at most this share of the context, however long it might be. */
const answerShare = 0.5
/** By how much the room shrinks when the engine counts more tokens than it said, and how often. */
const squeeze = { factor: 0.75, times: 3 }
const closingTokens = 512

export function createModel(options: AskOptions): Model {
  const { engine, specs, budget, seed, count, emit } = options
  const counter = createTokenCounter(engine)
  const maxTokens = Math.max(1, Math.min(options.maxTokens, Math.floor(engine.contextTokens * answerShare)))
  const native = nativeMode(specs)
  const plain = nativeMode([])
  let json: CallMode | null = null
  let room = engine.contextTokens - maxTokens

  const modeNow = (): CallMode => (specs.length === 0 || engine.offersTools ? native : (json ??= jsonMode(specs)))

  const generate = async (messages: readonly Message[], mode: CallMode, more: { maxTokens: number; onText?: (delta: string) => void }) => {
    const generation = await engine.generate({ messages, ...mode.parts, seed, signal: budget.signal, ...more })
    count({ requests: 1, usage: generation.usage, generation })
    budget.spend(generation.usage.inputTokens + generation.usage.outputTokens)
    return generation
  }

  const notesOn = async (steps: readonly Step[]): Promise<string | null> => {
    if (budget.exhausted() !== null) return null
    const ask = (messages: readonly Message[], most: number) => generate(messages, plain, { maxTokens: Math.min(most, maxTokens) })
    return await summarise(steps, { counter, contextTokens: engine.contextTokens, ask })
  }

  const fit = async (history: History, mode: CallMode): Promise<History> => {
    const window = { counter, mode, room, isReading: options.isReading, summarise: notesOn }
    const fitted = await fitWindow(history, window)
    if (fitted.history !== history) emit(fitEvent(fitted))
    return fitted.history
  }

  const attempt = async (history: History, closing: boolean): Promise<Asked> => {
    const mode = modeNow()
    const fitted = await fit(history, mode)
    const messages = renderHistory(fitted, mode)
    // What comes as JSON is told when it is read.
    const onText = closing || mode.kind === 'native' ? (text: string) => emit({ type: 'text-delta', text }) : undefined
    const parts = { maxTokens: closing ? Math.min(closingTokens, maxTokens) : maxTokens, ...(onText && { onText }) }
    const generation = await generate(messages, closing ? { ...mode, parts: { tools: [] } } : mode, parts)
    return { generation, mode, history: fitted }
  }

  return {
    async ask(history, { closing = false } = {}) {
      for (let squeezed = 0; ; ) {
        const mode = modeNow()
        try {
          return await attempt(history, closing)
        } catch (error) {
          if (!(error instanceof AppError)) throw error
          // The server turned out to know no tools: asked again, in the other mode. It says so in its notices.
          if (mode !== modeNow()) continue
          if (error.code !== 'ENGINE_OUT_OF_CONTEXT' || squeezed >= squeeze.times || history.steps.length === 0) throw error
          squeezed++
          room = Math.floor(room * squeeze.factor)
        }
      }
    },
  }
}

const fitEvent = ({ shortened, leftOut, summarised }: Fitted): AgentEvent => ({ type: 'history-fit', shortened, leftOut, summarised })
