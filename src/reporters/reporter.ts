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
}

/** Pure: the command decides where the text goes. */
export type Reporter = (report: Report, options: ReporterOptions) => string
