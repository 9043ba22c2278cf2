import type { Diagnostic } from '../../../domain/diagnostic.ts'

/** What one linter said about a change. */
export interface ToolReport {
  linter: string
  /** The files that it looked at. */
  checked: readonly string[]
  /** All that it says about them, for what the model claims of them. */
  diagnostics: readonly Diagnostic[]
  /** Those on lines of the change that it did not say about the base. */
  fresh: readonly Diagnostic[]
  /** Why it could not say all that it should: a sentence for each reason. */
  failures: readonly string[]
  /** Milliseconds after which it was stopped; null where it was not. */
  stoppedAfter: number | null
  /** Whether it would say the same again. */
  isFinal: boolean
  /** What is run: relative to the root, or a name that is looked for on PATH. */
  programs: readonly string[]
}

/** What the project's linters said about a change, in the order in which they ran. */
export type LintedChange = readonly ToolReport[]
