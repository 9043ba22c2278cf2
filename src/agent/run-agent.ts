import type { Message, Usage } from '../domain/message.ts'
import type { Engine, Generation } from '../engine/engine.ts'
import { toToolSpec, type Tool, type ToolContext } from '../tools/tool.ts'
import type { Budget } from './budget.ts'
import type { AgentEvent } from './event.ts'
import { runTool } from './run-tool.ts'

export interface AgentRequest {
  /** What to do. The first messages stay in every request, whatever else has to be left out. */
  messages: readonly Message[]
  /** What the model may use. A tool that is not here does not exist for it. */
  tools: readonly Tool[]
  maxSteps: number
  maxTokensPerStep: number
}

export interface AgentDependencies {
  engine: Engine
  tools: ToolContext
  budget: Budget
  seed: number
  /** Adds what a request took to the run's usage. */
  count(reply: { requests: number; usage: Usage; generation: Generation }): void
  emit(event: AgentEvent): void
}

export interface AgentOutcome {
  /** `done`: the model stopped asking. Everything else is a limit, and `reason` says which one in a sentence. */
  ending: 'done' | 'step-limit' | 'budget' | 'no-progress' | 'unreadable' | 'truncated'
  reason: string
  /** What the model said last. */
  text: string
  steps: number
  /** Every call that was made, in order. */
  calls: readonly { tool: string; isError: boolean }[]
}

/** Ask, run the tools asked for, ask again; until the model stops asking or a limit stops it. */
export async function runAgent(
  { messages: task, tools, maxSteps, maxTokensPerStep }: AgentRequest,
  deps: AgentDependencies,
): Promise<AgentOutcome> {
  const { engine, budget, seed, count, emit } = deps
  const messages: Message[] = [...task]
  const specs = tools.map(toToolSpec)
  const calls: { tool: string; isError: boolean }[] = []
  let text = ''
  for (let step = 1; step <= maxSteps; step++) {
    emit({ type: 'step-start', step })
    const generation = await engine.generate({ messages, tools: specs, maxTokens: maxTokensPerStep, seed, signal: budget.signal })
    count({ requests: 1, usage: generation.usage, generation })
    const { message } = generation
    text = message.text
    messages.push(message)
    if (message.toolCalls.length === 0) return { ending: 'done', reason: '', text, steps: step, calls }
    for (const call of message.toolCalls) {
      emit({ type: 'tool-start', call })
      const { text: result, isError } = await runTool(call, tools, deps.tools)
      calls.push({ tool: call.name, isError })
      messages.push({ role: 'tool', callId: call.id, text: result, isError })
      emit({ type: 'tool-end', call, text: result, isError })
    }
    emit({ type: 'step-end', step })
  }
  return { ending: 'step-limit', reason: `It was not done after ${maxSteps} steps.`, text, steps: maxSteps, calls }
}
