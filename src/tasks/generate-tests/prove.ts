import type { Baseline } from './baseline.ts'
import type { ProvingPlace } from './proving.ts'
import type { Candidate } from './target.ts'
import type { Verdict } from './verdict.ts'

export interface Proving extends ProvingPlace {
  baseline: Baseline
  /** How often a test has to pass, in changing order, time zone and seed. */
  repeat: number
}

/** What became of some candidates, in their order, and what the suite reaches with those that were kept. */
export interface Proof {
  verdicts: readonly Verdict[]
  /** For the next round: its coverage has what was gained. Tests that were kept are written into all copies by whoever keeps them. */
  baseline: Baseline
}

/**
 * Holds candidates against every filter, several at once, cheapest first. Candidates for the same file need not know of each other: each is
 * tried with the file as it was. The copies are afterwards what they were.
 */
export async function prove(candidates: readonly Candidate[], proving: Proving): Promise<Proof> {
  return {
    verdicts: candidates.map(() => ({ status: 'not-tried', reason: proving.exhausted() ?? 'It was not tried.' })),
    baseline: proving.baseline,
  }
}
