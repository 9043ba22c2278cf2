import type { Severity } from './severity.ts'

/** Lines from 1. Columns from 1 in UTF-16 units, the end exclusive; null where the tool does not say, or says what cannot be converted. */
export interface TextRange {
  startLine: number
  startColumn: number | null
  endLine: number
  endColumn: number | null
}

/** What a linter, a compiler or a type checker says about one place. */
export interface Diagnostic {
  /** Name of the adapter, e.g. `eslint`. */
  tool: string
  /** The tool's own name of the rule; null for what has none, such as a syntax error. */
  rule: string | null
  severity: Severity
  /** Posix, relative to the root of the checkout. */
  path: string
  /** Null: the whole file. */
  range: TextRange | null
  message: string
  /** The file could not be read or parsed, so other problems may be hidden. */
  isFatal: boolean
  /** The tool itself can repair it without changing what the code does. */
  isFixable: boolean
}
