import type { TestFilter } from '../../../domain/generated-tests.ts'
import type { Proving } from '../prove.ts'
import type { Rejection, Trial } from '../trial.ts'

/** One question that a new test has to answer. */
export interface Filter {
  readonly name: TestFilter
  /** Those that do not pass. What it finds out about the others, it notes in them. */
  judge(trials: readonly Trial[], proving: Proving): Promise<ReadonlyMap<Trial, Rejection>>
}

/** A filter that looks at one candidate at a time, and runs nothing. */
export const byText = (name: TestFilter, look: (trial: Trial, proving: Proving) => Promise<Rejection | null>): Filter => ({
  name,
  async judge(trials, proving) {
    const rejections = new Map<Trial, Rejection>()
    for (const trial of trials) {
      const rejection = await look(trial, proving)
      if (rejection) rejections.set(trial, rejection)
    }
    return rejections
  },
})
