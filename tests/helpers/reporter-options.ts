import type { ReporterOptions } from '../../src/reporters/reporter.ts'

/** A terminal of 80 columns without colours, to be changed where a test needs it. */
export function optionsWith(changes: Partial<ReporterOptions> = {}): ReporterOptions {
  return { color: false, width: 80, stopToken: 'stop-token', ...changes }
}

/** Reads excerpts from files that are given as text. */
export function readLinesFrom(files: Readonly<Record<string, string>>): NonNullable<ReporterOptions['readLines']> {
  return (path, first, last) =>
    files[path]
      ?.replace(/\n$/, '')
      .split('\n')
      .slice(first - 1, last)
}
