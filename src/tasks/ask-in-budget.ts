import { ask, type Question, type Reply } from '../agent/ask.ts'
import type { Engine } from '../engine/engine.ts'
import type { TaskContext } from './task.ts'

type OwnQuestion<Answer> = Pick<Question<Answer>, 'messages' | 'schema' | 'read' | 'maxTokens'>

/** Asks one question with the seed and within the time of a run, and counts what it took. */
export async function askInBudget<Answer>(
  question: OwnQuestion<Answer>,
  { engine, context: { budget, seed, count, emit } }: { engine: Engine; context: TaskContext },
): Promise<Reply<Answer>> {
  const onText = (text: string) => emit({ type: 'text-delta', text })
  const reply = await ask({ ...question, seed, signal: budget.signal, onText }, engine)
  count(reply)
  budget.spend(reply.usage.inputTokens + reply.usage.outputTokens)
  return reply
}
