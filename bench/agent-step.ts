import { z } from 'zod'
import { createBudget } from '../src/agent/budget.ts'
import { runAgent } from '../src/agent/run-agent.ts'
import type { Message } from '../src/domain/message.ts'
import { estimateTokens } from '../src/domain/tokens.ts'
import type { Engine, Generation } from '../src/engine/engine.ts'
import { defineTool, type ToolContext } from '../src/tools/tool.ts'

/**
 * What one step of the loop costs besides the model and the tool, with a model and a tool that take no time.
 *
 *     node bench/agent-step.ts [--limit 5]
 *
 * Each row is a way of calling; the figures are milliseconds per step once the history has 200 messages, and the time
 * of the processor for all steps. Fails where the median or the processor's time is above the limit.
 */
const limit = Number(process.argv[process.argv.indexOf('--limit') + 1]) || 5
const warmMessages = 200
const measured = 200
const result = Array.from({ length: 40 }, (_, line) => `src/module-${line}.ts:${line}: export const value${line} = compute(${line})`).join(
  '\n',
)

const usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 }
const finished = JSON.stringify({ thought: '', tool: 'finish', input: { answer: 'Done.' } })

let inTool = 0
const readFile = defineTool({
  name: 'read_file',
  description: 'Read a file of the repository.',
  effect: 'read',
  input: z.strictObject({ path: z.string().describe('Path of the file'), start_line: z.int().positive().default(1) }),
  async run({ path }) {
    const begin = performance.now()
    const text = `${path}\n${result}`
    inTool += performance.now() - begin
    return { text }
  },
})

const input = (step: number) => ({ path: `src/module-${step}.ts`, start_line: 1 })
const thought = 'I have to look at the next module, because the function that is called there is defined in it.'

const answers: Record<string, (step: number) => Generation['message']> = {
  'native calls': (step) => ({ role: 'assistant', text: thought, toolCalls: [{ id: `${step}`, name: 'read_file', input: input(step) }] }),
  'printed calls': (step) => ({
    role: 'assistant',
    text: `${thought}\n<tool_call>${JSON.stringify({ name: 'read_file', arguments: input(step) })}</tool_call>`,
    toolCalls: [],
  }),
  'JSON under a schema': (step) => ({
    role: 'assistant',
    text: JSON.stringify({ thought, tool: 'read_file', input: input(step) }),
    toolCalls: [],
  }),
}

for (const [name, answer] of Object.entries(answers)) {
  for (const contextTokens of [1_000_000, 16_384]) {
    const before = process.cpuUsage()
    const steps = await stepTimes(answer, { offersTools: name !== 'JSON under a schema', contextTokens })
    const { user, system } = process.cpuUsage(before)
    const processor = (user + system) / 1000 / (warmMessages / 2 + measured)
    const sorted = steps.toSorted((a, b) => a - b)
    const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0
    const window = contextTokens > 100_000 ? 'everything fits' : 'a window of 16k'
    console.log(
      `${name}, ${window}: median ${at(0.5).toFixed(2)} ms, 95 % ${at(0.95).toFixed(2)} ms; processor ${processor.toFixed(2)} ms per step`,
    )
    // On a machine that others use, the slowest steps say who else was at work.
    if (Math.max(at(0.5), processor) > limit) process.exitCode = 1
  }
}

/** Milliseconds between one answer of the model and the next request, for the steps after the first 200 messages. */
async function stepTimes(
  answer: (step: number) => Generation['message'],
  { offersTools, contextTokens }: { offersTools: boolean; contextTokens: number },
): Promise<number[]> {
  const [signal, times] = [new AbortController().signal, [] as number[]]
  let [step, answeredAt] = [0, 0]
  const last = warmMessages / 2 + measured
  const engine: Engine = {
    kind: 'endpoint',
    model: 'none',
    digest: null,
    contextTokens,
    offersTools,
    parallel: 1,
    notices: [],
    countTokens: async (text) => estimateTokens(text),
    async generate({ messages }) {
      const now = performance.now()
      const isSummary = messages[0]?.text.startsWith('You keep notes')
      if (!isSummary && ++step > warmMessages / 2) times.push(now - answeredAt - inTool)
      inTool = 0
      const message = isSummary ? said('All modules so far export values.') : step > last ? said(finished) : answer(step)
      const generation: Generation = { message, stopReason: 'stop', usage, firstTokenMs: 0, totalMs: 0 }
      answeredAt = performance.now()
      return generation
    },
    close: async () => {},
  }
  const outputs: ToolContext['outputs'] = { maxCharacters: 10_000, shorten: (text) => text, read: () => null }
  const used: Partial<ToolContext> = { outputs, signal }
  const messages: Message[] = [
    { role: 'system', text: 'You work in a repository.' },
    { role: 'user', text: 'Look at every module.' },
  ]
  const budget = createBudget({ maxTime: null, maxTokens: null, signal })
  const request = { messages, tools: [readFile], maxSteps: last + 2, maxTokensPerStep: 1_000 }
  await runAgent(request, { engine, tools: used as ToolContext, budget, seed: 0, count: () => {}, emit: () => {} })
  return times
}

function said(text: string): Generation['message'] {
  return { role: 'assistant', text, toolCalls: [] }
}
