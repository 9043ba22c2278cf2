import type { GateName } from './target.ts'

/** A change of one file that is held against the gates. */
export interface Edit {
  path: string
  before: string
  after: string
  /** Lines of `before` with the problems, both inclusive. */
  flagged: readonly { start: number; end: number }[]
  /** Lines of `before` that may be changed besides those near the problems: the symbol around them. */
  region: { start: number; end: number } | null
}

/** Why an edit is not kept: a sentence for the report, and for a model that tries again. */
export interface Refused {
  gate: GateName
  reason: string
}
