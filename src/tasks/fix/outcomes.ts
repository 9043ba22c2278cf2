import { type Outcome, ruleOf, type Target } from './target.ts'

/** Those of which nothing has become yet. */
export const openTargets = <Which extends Target>(targets: readonly Which[]): Which[] =>
  targets.filter(({ outcome, current }) => outcome === null && current !== null)

/** Says of all that are still open what becomes of them. */
export function closeAll(targets: readonly Target[], outcome: Outcome): void {
  for (const target of openTargets(targets)) target.outcome = outcome
}

/** It cannot be repaired here. */
export const notHere = (reason: string): Outcome => ({ kind: 'not-attempted', why: 'other', reason })

/** The time or the tokens were over, or there is nobody to ask. */
export const overBudget = (reason: string): Outcome => ({ kind: 'not-attempted', why: 'budget', reason })

/** `eslint/no-var`, each once. */
export const rulesOf = (targets: readonly Target[]): string[] => [...new Set(targets.map(({ told }) => ruleOf(told)))]

/** What became of a problem, on one line. */
export function describeOutcome(outcome: Outcome | null): string {
  switch (outcome?.kind) {
    case 'fixed':
      return outcome.attempts === 1 ? 'fixed' : `fixed after ${outcome.attempts} attempts`
    case 'not-kept':
      return `not kept (${outcome.gate}): ${outcome.reason.replace(/\n.*/s, '')}`
    case 'not-attempted':
      return `not attempted: ${outcome.reason}`
    case undefined:
      return 'not finished'
  }
}
