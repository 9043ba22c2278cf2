import { AppError } from '../../domain/errors.ts'
import type { Deadlines } from './endpoint-options.ts'

type Stage = 'first-token' | 'idle'

/** The deadlines of one request. Whoever works for it does so under `signal`, whose reason says which one passed. */
export interface Watch {
  readonly signal: AbortSignal
  /** What is left of the total. */
  remainingMs(): number
  /** Starts the clock for what is awaited next, in place of the one that ran. */
  expect(stage: Stage): void
  /** Nothing is awaited from the server, e.g. between two attempts. */
  rest(): void
  stop(): void
}

/** Starts the clock for the whole request; `signals` end it too, each with its own reason. */
export function startWatch(deadlines: Deadlines, signals: readonly AbortSignal[]): Watch {
  const controller = new AbortController()
  const endsAt = performance.now() + deadlines.totalMs
  const total = setTimeout(() => controller.abort(totalTimeout(deadlines)), deadlines.totalMs)
  let current: NodeJS.Timeout | undefined
  const rest = () => clearTimeout(current)
  return {
    signal: AbortSignal.any([...signals, controller.signal]),
    remainingMs: () => Math.max(0, endsAt - performance.now()),
    expect(stage) {
      rest()
      const [ms, error] = stage === 'idle' ? [deadlines.idleMs, idleTimeout] : [deadlines.firstTokenMs, firstTokenTimeout]
      current = setTimeout(() => controller.abort(error(deadlines)), ms)
    },
    rest,
    stop() {
      rest()
      clearTimeout(total)
    },
  }
}

const firstTokenTimeout = ({ firstTokenMs }: Deadlines) =>
  new AppError('ENGINE_TIMEOUT', `The endpoint accepted the request and sent no token within ${firstTokenMs} ms.`, {
    hint: 'See whether the server is loading a model or is busy, or raise the deadline for the first token.',
  })

const idleTimeout = ({ idleMs }: Deadlines) =>
  new AppError('ENGINE_TIMEOUT', `The endpoint stopped in the middle of an answer and sent nothing for ${idleMs} ms.`, {
    hint: 'Look at the log of the server, or raise the idle deadline.',
  })

const totalTimeout = ({ totalMs }: Deadlines) =>
  new AppError('ENGINE_TIMEOUT', `The endpoint did not finish its answer within ${totalMs} ms in all.`, {
    hint: 'Ask for less at once, use a faster model, or raise the total deadline.',
  })
