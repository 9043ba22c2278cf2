import type { PossibleBug, TestFilter } from '../../domain/generated-tests.ts'

/** What became of a candidate. */
export type Verdict =
  | {
      status: 'kept'
      /** Full names as the runner has them. */
      names: readonly string[]
      gained: { lines: readonly number[]; branches: readonly string[] }
      /** Ids of mutants that survived before and are noticed now. */
      killed: readonly string[]
    }
  | {
      status: 'rejected'
      filter: TestFilter
      /** For people. */
      reason: string
      /** For the model: what it has to know to write a better one, trimmed. */
      feedback: string
      names: readonly string[]
      /** Set where an assertion fails for a reason that may be the code's. */
      possibleBug: PossibleBug | null
    }
  /** Nobody had the time for it. */
  | { status: 'not-tried'; reason: string }
