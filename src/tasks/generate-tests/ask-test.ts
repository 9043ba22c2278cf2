import { createHash } from 'node:crypto'
import type { Message } from '../../domain/message.ts'
import type { Engine } from '../../engine/engine.ts'
import { requireEngine } from '../require-engine.ts'
import type { TaskContext } from '../task.ts'

/** One test is short; a model that goes on is not writing one. */
const answerTokens = 900

/** What a model said, or why it could not be asked. */
export type Answer = { kind: 'said'; text: string } | { kind: 'cut' } | { kind: 'too-long'; reason: string }

/** What was answered to the same question before; undefined where it is new. */
export async function recallTest(messages: readonly Message[], context: TaskContext): Promise<Answer | undefined> {
  // What an unnamed model said may only be recalled for the same model, so its name has to be known first.
  if (!context.engine?.model) await requireEngine(context)
  const text = await context.cache?.recall(keyOf(messages, context))
  if (text === undefined) return undefined
  context.usage.cacheHits++
  return { kind: 'said', text }
}

/** One question about one target. The answer is text: code in JSON is worse code. */
export async function askTest(messages: readonly Message[], engine: Engine, context: TaskContext): Promise<Answer> {
  const answer = await ask(messages, engine, context)
  if (answer.kind === 'said') await context.cache?.remember(keyOf(messages, context), answer.text)
  return answer
}

async function ask(messages: readonly Message[], engine: Engine, { budget, seed, count, emit }: TaskContext): Promise<Answer> {
  const prompt = await engine.countTokens(messages.map(({ text }) => text).join('\n'))
  if (prompt + answerTokens > engine.contextTokens)
    return { kind: 'too-long', reason: `The question does not fit into the model's window of ${engine.contextTokens} tokens.` }
  const onText = (text: string) => emit({ type: 'text-delta', text })
  const generation = await engine.generate({
    messages,
    tools: [],
    maxTokens: answerTokens,
    temperature: 0,
    seed,
    signal: budget.signal,
    onText,
  })
  count({ requests: 1, usage: generation.usage, generation })
  budget.spend(generation.usage.inputTokens + generation.usage.outputTokens)
  return generation.stopReason === 'length' ? { kind: 'cut' } : { kind: 'said', text: generation.message.text }
}

function keyOf(messages: readonly Message[], { engine, toolVersion, seed }: TaskContext): string {
  const parts = ['generate-tests', toolVersion, engine?.kind, engine?.model, engine?.digest, engine?.place, seed, answerTokens, messages]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
