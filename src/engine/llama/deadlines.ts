import { AppError } from '../../domain/errors.ts'
import type { LocalDeadlines } from './local-options.ts'

/** Watches over one request. Its signal is aborted with `ENGINE_TIMEOUT` when a deadline passes; the time in the queue does not count. */
export function watchRequest({ firstTokenMs, idleMs, totalMs }: Omit<LocalDeadlines, 'openMs'>) {
  const abort = new AbortController()
  let [step, total]: (NodeJS.Timeout | undefined)[] = []
  const expire = (ms: number, what: string) =>
    setTimeout(() => abort.abort(new AppError('ENGINE_TIMEOUT', `The local engine gave ${what} in ${ms} ms.`, { hint })), ms)
  return {
    signal: abort.signal,
    turn: () => {
      step = expire(firstTokenMs, 'no token')
      total = expire(totalMs, 'no whole answer')
    },
    token: () => {
      clearTimeout(step)
      step = expire(idleMs, 'no further token')
    },
    stop: () => {
      clearTimeout(step)
      clearTimeout(total)
    },
  }
}

const hint = 'Choose a smaller model with `agent models list`, or see with `agent doctor` whether the GPU is in use.'
