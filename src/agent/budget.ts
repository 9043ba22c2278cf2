import { formatDuration } from '../domain/quantity.ts'

/** What a run may cost. Reaching a limit is an ending that the report names, not an exception. */
export interface Budget {
  /** Aborts at the deadline, or when the run is interrupted. */
  readonly signal: AbortSignal
  /** Why nothing more may be asked, or null. */
  exhausted(): string | null
  /** Counts what a request took. */
  spend(tokens: number): void
  /** Ends the deadline's timer. */
  close(): void
}

interface BudgetOptions {
  /** Milliseconds for the whole run; null: none. */
  maxTime: number | null
  /** Prompt and answer tokens together; null: none. */
  maxTokens: number | null
  signal: AbortSignal
  /** Said when the time is over, e.g. `the time limit of 10s`. */
  timeLabel?: string
}

/** The reason with which `Budget.signal` aborts at the deadline. */
export class DeadlineReached extends Error {
  override readonly name = 'DeadlineReached'
}

export function createBudget({
  maxTime,
  maxTokens,
  signal,
  timeLabel = `the time limit of ${formatDuration(maxTime ?? 0)}`,
}: BudgetOptions): Budget {
  const deadline = new AbortController()
  const timer = maxTime === null ? undefined : setTimeout(() => deadline.abort(new DeadlineReached(`${timeLabel} was reached`)), maxTime)
  timer?.unref()
  let spent = 0
  return {
    signal: AbortSignal.any([signal, deadline.signal]),
    exhausted() {
      if (deadline.signal.aborted) return `${timeLabel} was reached`
      if (maxTokens !== null && spent >= maxTokens) return `the limit of ${maxTokens} tokens was reached`
      return null
    },
    spend(tokens) {
      spent += tokens
    },
    close: () => clearTimeout(timer),
  }
}
