import { z } from 'zod'
import { type Budget, createBudget } from '../../src/agent/budget.ts'
import type { AgentEvent } from '../../src/agent/event.ts'
import { type AgentRequest, runAgent } from '../../src/agent/run-agent.ts'
import type { ToolCall, Usage } from '../../src/domain/message.ts'
import type { Engine, GenerateRequest, Generation } from '../../src/engine/engine.ts'
import { defineTool, type Tool, type ToolContext } from '../../src/tools/tool.ts'
import { scriptedEngine } from '../helpers/scripted-engine.ts'

/** Tools of each effect over files in memory, which keep what they were run with. */
export function memoryTools(files: Record<string, string> = {}) {
  const ran: { name: string; input: Record<string, unknown> }[] = []
  const kept = new Map(Object.entries(files))
  const note = (name: string, input: Record<string, unknown>) => void ran.push({ name, input })
  const tools: Tool[] = [
    defineTool({
      name: 'read_file',
      description: 'Read a file.',
      effect: 'read',
      input: z.strictObject({
        path: z.string().describe('Path of the file'),
        start_line: z.int().positive().default(1).describe('First line'),
        whole: z.boolean().default(false),
      }),
      async run(input) {
        note('read_file', input)
        const text = kept.get(input.path)
        if (text === undefined) throw new Error(`There is no ${input.path}.`)
        return { text }
      },
    }),
    defineTool({
      name: 'write_file',
      description: 'Write a file.',
      effect: 'write',
      input: z.strictObject({ path: z.string(), content: z.string(), mode: z.enum(['create', 'replace']).default('create') }),
      async run(input) {
        note('write_file', input)
        kept.set(input.path, input.content)
        return { text: `Wrote ${input.content.length} characters to ${input.path}.`, data: { path: input.path } }
      },
    }),
    defineTool({
      name: 'run_command',
      description: 'Run a command.',
      effect: 'execute',
      input: z.strictObject({ command: z.string(), arguments: z.array(z.string()).max(5).default([]), timeout: z.int().optional() }),
      async run(input) {
        note('run_command', input)
        return { text: `ran ${input.command}` }
      },
    }),
  ]
  return { tools, ran, files: kept }
}

/** What these tools use of a context: how long results are shortened, and the signal. */
function toolContext(signal: AbortSignal): ToolContext {
  const used: Partial<ToolContext> = { outputs: { shorten: (text) => text, read: () => null, maxCharacters: 10_000 }, signal }
  return used as ToolContext
}

interface Setup extends Partial<Omit<AgentRequest, 'tools'>> {
  tools?: readonly Tool[]
  engine?: Partial<Engine>
  maxTime?: number | null
  maxTokens?: number | null
  signal?: AbortSignal
  onEvent?: (event: AgentEvent, budget: Budget) => void
  /** What the tools work with; by default next to nothing. */
  context?: (signal: AbortSignal) => ToolContext
}

type Answer = Parameters<typeof scriptedEngine>[0]

/** Runs the real loop against answers; after the last of a list, the model is done. */
export async function runScripted(
  answers: Answer | readonly (string | Partial<Generation> | Error)[],
  { tools = memoryTools().tools, engine: overrides, maxTime = null, maxTokens = null, signal, onEvent, context, ...request }: Setup = {},
) {
  const answer: Answer = typeof answers === 'function' ? answers : (_request, index) => (answers[index] as string | undefined) ?? 'Done.'
  const { engine, requests } = scriptedEngine(answer, overrides)
  // `Object.assign` would lose getters.
  if (overrides) Object.defineProperties(engine, Object.getOwnPropertyDescriptors(overrides))
  const run = await runOn(engine, {
    tools,
    maxTime,
    maxTokens,
    ...(signal && { signal }),
    ...(onEvent && { onEvent }),
    ...(context && { context }),
    ...request,
  })
  return { ...run, requests }
}

/** Runs the real loop on any engine. */
export async function runOn(
  engine: Engine,
  {
    tools = [],
    maxTime = null,
    maxTokens = null,
    signal = new AbortController().signal,
    onEvent,
    context = toolContext,
    ...request
  }: Omit<Setup, 'engine'>,
) {
  const budget = createBudget({ maxTime, maxTokens, signal })
  const events: AgentEvent[] = []
  const usage: Usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 }
  try {
    const outcome = await runAgent(
      { messages: task('Look around.'), maxSteps: 12, maxTokensPerStep: 1000, ...request, tools },
      {
        engine,
        tools: context(budget.signal),
        budget,
        seed: 1,
        count: (reply) => {
          usage.inputTokens += reply.usage.inputTokens
          usage.outputTokens += reply.usage.outputTokens
        },
        emit: (event) => {
          events.push(event)
          onEvent?.(event, budget)
        },
      },
    )
    return { outcome, events, usage }
  } finally {
    budget.close()
  }
}

export const task = (text: string) => [
  { role: 'system' as const, text: 'You work in a repository.' },
  { role: 'user' as const, text },
]

let id = 0
/** A native answer with calls. */
export function calls(...named: (Omit<ToolCall, 'id'> & { id?: string })[]): Partial<Generation> {
  return {
    message: { role: 'assistant', text: '', toolCalls: named.map((call) => ({ id: `n${id++}`, ...call })) },
    stopReason: 'tool-calls',
  }
}

export const read = (path: string) => calls({ name: 'read_file', input: { path } })

/** The results in a request, as the model reads them. */
export const resultsIn = ({ messages }: GenerateRequest): string[] => messages.filter(({ role }) => role === 'tool').map(({ text }) => text)
