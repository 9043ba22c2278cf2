import type { Diagnostic } from '../../domain/diagnostic.ts'
import type { DraftFinding } from '../../domain/finding.ts'
import { atLeast, type Severity } from '../../domain/severity.ts'

/** What keeps an edit from being kept. */
export type GateName = 'answer' | 'place' | 'size' | 'syntax' | 'suppression' | 'test-kept' | 'target' | 'diagnostics' | 'tests' | 'scope'

/** Who says that a problem is gone, or looked at the repair and found nothing worse. */
export type Verifier = 'linter' | 'check' | 'model' | 'tests'

export type Outcome =
  | { kind: 'fixed'; by: 'linter' | 'model'; attempts: number; verifiedBy: readonly Verifier[] }
  | { kind: 'not-kept'; gate: GateName; reason: string; attempts: number }
  /** `budget`: the time or the tokens were over; `gone`: it is not there any more; `other`: it cannot be repaired here. */
  | { kind: 'not-attempted'; why: 'budget' | 'gone' | 'other'; reason: string }

/** One problem that is to be repaired, and what became of it. */
export interface Target {
  /** As it was told at the beginning. */
  readonly told: Diagnostic
  /** As a review has told it; null: a linter told it today. */
  readonly finding: DraftFinding | null
  /** The text of its line at the beginning. */
  readonly evidence: string
  /** The same problem in the copy as it is now; null once it is gone. */
  current: Diagnostic | null
  outcome: Outcome | null
  /** Answers that were spent on it together with others, before it was taken by itself. */
  attempts: number
  /** Whether it could not be repaired together with its neighbours. */
  isAlone: boolean
  /** For a claim: whether the model, asked about the lines alone, has seen it. `stale`: it had, and they have changed since. */
  isConfirmed: boolean | 'stale'
}

/** A problem of which nothing has become yet. */
export function newTarget({ finding = null, ...parts }: Pick<Target, 'told' | 'evidence' | 'current'> & Partial<Target>): Target {
  return { finding, outcome: null, attempts: 0, isAlone: false, isConfirmed: false, ...parts }
}

/** Whether nobody but a model can tell that it is there, or gone. */
export const isClaim = ({ finding }: Pick<Target, 'finding'>) => finding?.source.kind === 'model'

/** Which problems the user means; an empty list means all. */
export interface TargetFilter {
  rules: readonly string[]
  tools: readonly string[]
  /** The mildest that counts. */
  severity: Severity
}

/** Whether a problem is one of those that the user means. A rule is named as it is, or behind its tool: `eslint/no-var`. */
export function isMeant({ tool, rule, severity }: Diagnostic, filter: TargetFilter): boolean {
  const names = rule === null ? [] : [rule, `${tool}/${rule}`]
  return (
    atLeast(severity, filter.severity) &&
    (filter.tools.length === 0 || filter.tools.includes(tool)) &&
    (filter.rules.length === 0 || filter.rules.some((wanted) => names.includes(wanted)))
  )
}

/** Its lines, both inclusive; null for the whole file. */
export function linesOf({ range }: Diagnostic): { start: number; end: number } | null {
  if (range === null) return null
  // A range that ends before the first character of a line does not reach it.
  const end = range.endColumn === 1 && range.endLine > range.startLine ? range.endLine - 1 : range.endLine
  return { start: range.startLine, end: Math.max(range.startLine, end) }
}

/** Whole lines as a range. */
export const rangeOf = (startLine: number, endLine: number) => ({ startLine, startColumn: null, endLine, endColumn: null })

/** `eslint/no-var`. */
export const ruleOf = ({ tool, rule }: Diagnostic) => (rule === null ? tool : `${tool}/${rule}`)

/** They repair what they can, and do not say beforehand what that is. */
const silent: ReadonlySet<string> = new Set(['oxlint', 'stylelint'])

/** Whether the tool that tells of it may be able to repair it. */
export const mayBeFixable = ({ tool, isFixable }: Diagnostic) => isFixable || silent.has(tool)
