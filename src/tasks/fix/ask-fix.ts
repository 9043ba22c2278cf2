import type { Message } from '../../domain/message.ts'
import type { TaskContext } from '../task.ts'
import type { Refused } from './edit.ts'
import type { Adviser } from './workplace.ts'

/** An answer gets at most this share of the window. */
const answerShare = 0.5
/** Fences, and what a model says around them. */
const spareTokens = 400

/** One question about one group. The answer is text: code in JSON is worse code. */
export async function askFix(
  messages: readonly Message[],
  { engine, region }: Adviser & { region: string },
  { budget, seed, count, emit }: TaskContext,
): Promise<{ text: string; isCut: boolean } | Refused> {
  const prompt = await engine.countTokens(messages.map((message) => ('text' in message ? message.text : '')).join('\n'))
  const wanted = Math.ceil((await engine.countTokens(region)) * 1.5) + spareTokens
  const maxTokens = Math.min(wanted, Math.floor(engine.contextTokens * answerShare))
  if (prompt + maxTokens > engine.contextTokens)
    return { gate: 'answer', reason: `The lines do not fit into the model's window of ${engine.contextTokens} tokens.` }
  const generation = await engine.generate({
    messages,
    tools: [],
    maxTokens,
    temperature: 0,
    seed,
    copiesInput: true,
    signal: budget.signal,
    onText: (text) => emit({ type: 'text-delta', text }),
  })
  count({ requests: 1, usage: generation.usage, generation })
  budget.spend(generation.usage.inputTokens + generation.usage.outputTokens)
  return { text: generation.message.text, isCut: generation.stopReason === 'length' }
}
