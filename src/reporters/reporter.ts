import type { Report } from '../domain/report.ts'

export interface ReporterOptions {
  /** ANSI colours in the text; only `pretty` uses them. */
  color: boolean
  /** Columns of the terminal; only `pretty` uses them. */
  width: number
  /** Lines of a file around a finding, for excerpts; only `pretty` uses them. Returns undefined where the file cannot be read. */
  readLines?: (path: string, first: number, last: number) => readonly string[] | undefined
  /** Random text that guards GitHub's workflow commands; only `github` uses it. */
  stopToken: string
  /** One sentence about a rule, for SARIF's rule help; rules it does not know are described by their name. */
  describeRule?: (rule: string) => string | undefined
  /** Where `markdown` stops, in bytes of UTF-8: 900,000 fits a step summary, 65,536 a comment. */
  maxBytes?: number
}

/** Pure: the command decides where the text goes. The text ends with a newline. */
export type Reporter = (report: Report, options: ReporterOptions) => string
