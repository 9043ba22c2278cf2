import type { Workbench } from '../verify/workbench.ts'

/** Where tests are tried, and for how long. */
export interface ProvingPlace {
  /**
   * At least one copy, all in the same state: that of the baseline with the tests that were kept since. Each is put back to that state after
   * every run. With more than one, runs that are independent of each other go on at once.
   */
  benches: readonly [Workbench, ...Workbench[]]
  /** Milliseconds that one command may take. */
  commandTimeout: number
  signal: AbortSignal
  /** Why nothing more is to be started, such as a deadline; null: go on. */
  exhausted(): string | null
}
