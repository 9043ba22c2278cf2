import type { DraftFinding } from '../../domain/finding.ts'
import type { FixResult } from '../../domain/result.ts'
import { fromDiagnostic } from '../verify/failures.ts'
import type { CopyState } from './copy-state.ts'
import { evidenceOf, type Found, type PassedOver } from './found.ts'
import { newTarget, type Outcome, type Target } from './target.ts'

export interface Told {
  entry: FixResult['targets'][number]
  /** What is left of it for somebody to solve; null where it is gone, or was not looked at. */
  remaining: DraftFinding | null
  why: 'budget' | 'gone' | 'other' | null
}

/**
 * What became of everything that was named, an entry each. `applied`: the state that the user's files are in afterwards, where what is left
 * stands on other lines than before; null where they stay as they are.
 */
export function tellTargets({ targets, passedOver }: Pick<Found, 'targets' | 'passedOver'>, applied: CopyState | null): Told[] {
  return [...targets.map((target) => (applied ? whereItIsNow(target, applied) : target)), ...passedOver.map(asTarget)].map(tell)
}

function whereItIsNow(target: Target, state: CopyState): Target {
  const { told, current } = target
  if (current === null || current === told || target.outcome?.kind === 'fixed') return target
  return { ...target, told: current, evidence: evidenceOf(current, state) }
}

function asTarget({ told, finding, reason, why }: PassedOver): Target {
  const evidence = finding?.evidence ?? ''
  return newTarget({ told, finding, evidence, current: null, outcome: { kind: 'not-attempted', reason, why } })
}

const unasked: Outcome = { kind: 'not-attempted', why: 'budget', reason: 'the time was over' }

function tell(target: Target): Told {
  const { tool, rule, severity, path, range, message } = target.told
  const about = { tool, rule, severity, path, line: range?.startLine ?? null, message }
  const outcome = target.outcome ?? unasked
  switch (outcome.kind) {
    case 'fixed': {
      const { by, attempts, verifiedBy } = outcome
      const entry = { ...about, outcome: 'fixed' as const, by, attempts, verifiedBy: [...verifiedBy], gate: null, reason: '' }
      return { entry, remaining: null, why: null }
    }
    case 'not-kept': {
      const { gate, reason, attempts } = outcome
      const entry = { ...about, outcome: 'not-kept' as const, by: null, attempts, verifiedBy: [], gate, reason }
      return { entry, remaining: remainingOf(target, reason), why: null }
    }
    case 'not-attempted': {
      const { why, reason } = outcome
      const entry = { ...about, outcome: 'not-attempted' as const, by: null, attempts: 0, verifiedBy: [], gate: null, reason }
      return { entry, remaining: why === 'other' ? remainingOf(target, reason) : null, why }
    }
  }
}

/** What a review found stays what it was: its lines as they are told now, and why it is still there. */
function remainingOf({ told, finding, evidence }: Target, reason: string): DraftFinding {
  const left = fromDiagnostic(told)
  if (finding === null) return { ...left, evidence, proof: { kind: 'executed', detail: reason } }
  return { ...finding, region: left.region, evidence, proof: { kind: finding.proof.kind, detail: reason } }
}
