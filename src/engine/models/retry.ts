import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../domain/errors.ts'

/** Something that may well work when it is tried again. */
export class TransientFailure extends Error {
  readonly retryAfterMs: number | null

  constructor(message: string, { cause, retryAfterMs = null }: { cause?: unknown; retryAfterMs?: number | null } = {}) {
    super(message, { cause })
    this.retryAfterMs = retryAfterMs
  }
}

export interface RetryOptions {
  signal: AbortSignal
  onRetry: (reason: string, delayMs: number) => void
  /** First pause; it doubles each time. */
  pauseMs: number
}

const maxRetries = 3
const longestPauseMs = 60_000

/** Runs an attempt again, at most three times, after failures that pass; a server that names a pause gets it, within a minute. */
export async function withRetries<T>(attempt: () => Promise<T>, { signal, onRetry, pauseMs }: RetryOptions): Promise<T> {
  for (let retries = 0; ; retries++) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof TransientFailure)) throw error
      const delayMs = error.retryAfterMs ?? pauseMs * 2 ** retries * (1 + Math.random() / 2)
      if (retries === maxRetries || delayMs > longestPauseMs) throw gaveUp(error, retries)
      onRetry(error.message, Math.round(delayMs))
      await sleep(delayMs, undefined, { signal })
    }
  }
}

function gaveUp(error: TransientFailure, retries: number): AppError {
  const wait = error.retryAfterMs === null ? '' : ` It asks to wait ${Math.ceil(error.retryAfterMs / 1000)} s.`
  return new AppError('MODEL_DOWNLOAD_FAILED', `The download failed after ${retries + 1} attempts: ${error.message}.${wait}`, {
    cause: error,
    hint: 'Run the same command again later: what has arrived is kept, and the download goes on from there.',
  })
}
