import { AppError } from '../../domain/errors.ts'
import type { Answer, Diagnosis, Probe, Surroundings } from './probe.ts'
import { problem, warning } from './probe.ts'

/** Runs all probes at once. None holds up the others: what has not answered by its deadline is reported as that. */
export async function runProbes(probes: readonly Probe[], surroundings: Surroundings, signal: AbortSignal): Promise<Diagnosis[]> {
  const answers = await Promise.all(probes.map((probe) => answerOf(probe, surroundings, signal)))
  signal.throwIfAborted()
  return probes.flatMap(({ name }, index) => {
    const answer = answers[index]
    return answer ? [{ name, ...answer }] : []
  })
}

async function answerOf(probe: Probe, surroundings: Surroundings, signal: AbortSignal): Promise<Answer | null> {
  const deadline = new AbortController()
  const { promise: late, resolve } = Promise.withResolvers<Answer>()
  const giveUp = () => {
    deadline.abort()
    resolve(warning(`no answer within ${probe.deadlineMs} ms`, 'Run `agent doctor` again; if it stays so, look at what it waits for.'))
  }
  const timer = setTimeout(giveUp, probe.deadlineMs)
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    // A probe may miss the signal; the race does not wait for it then.
    return await Promise.race([probe.examine(surroundings, deadline.signal).catch(asAnswer), late])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
    deadline.abort()
  }
}

function asAnswer(error: unknown): Answer {
  if (error instanceof AppError) return problem(error.message, error.hint ?? null)
  return problem(error instanceof Error ? error.message : String(error), null)
}
