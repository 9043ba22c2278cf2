import { AppError } from '../../domain/errors.ts'
import { Failure } from './failure.ts'
import type { Watch } from './watch.ts'

export interface RetryPolicy {
  maxRetries: number
  random: () => number
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>
  /** Told of a server that is asked for too much, and how long it is left alone. */
  onPause: (pauseMs: number) => void
}

const firstPauseMs = 500
const longestPauseMs = 8_000

/** Makes further attempts after failures that pass, with pauses that grow and vary, or as long as the server asks; never beyond the watch. */
export async function withRetries<T>(attempt: () => Promise<T>, policy: RetryPolicy, watch: Watch): Promise<T> {
  for (let retries = 0; ; retries++) {
    try {
      return await attempt()
    } catch (error) {
      // Whatever broke when the time was up or the caller left, that is why.
      watch.signal.throwIfAborted()
      if (!(error instanceof Failure)) throw error
      if (!error.retryable || retries >= Math.min(policy.maxRetries, error.mostRetries)) throw error.told
      const pauseMs = error.retryAfterMs ?? policy.random() * Math.min(longestPauseMs, firstPauseMs * 2 ** retries)
      if (pauseMs >= watch.remainingMs()) throw tooLate(error, pauseMs)
      if (error.isOverload) policy.onPause(pauseMs)
      watch.rest()
      await pause(pauseMs, policy, watch.signal)
    }
  }
}

async function pause(pauseMs: number, { sleep }: RetryPolicy, signal: AbortSignal) {
  // A sleep that is woken rejects with an error of its own; the signal knows the reason.
  await sleep(pauseMs, signal).catch(() => undefined)
  signal.throwIfAborted()
}

function tooLate({ told }: Failure, pauseMs: number): AppError {
  return new AppError(told.code, `${told.message} A further attempt in ${Math.ceil(pauseMs / 1000)} s would be past the total deadline.`, {
    cause: told,
    ...(told.hint === undefined ? {} : { hint: told.hint }),
  })
}
