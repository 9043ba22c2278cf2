import { maskLine, maskSecrets, secretLines } from '../domain/mask.ts'
import type { Report } from '../domain/report.ts'
import type { Reporter, ReporterOptions } from './reporter.ts'

/** A reporter that never sees the secrets a review found, neither as evidence nor in an excerpt. Every format but `json` is one. */
export function withoutSecrets(reporter: Reporter): Reporter {
  return (report, options) => reporter(maskSecrets(report), withMaskedLines(report, options))
}

function withMaskedLines({ findings }: Report, options: ReporterOptions): ReporterOptions {
  const { readLines } = options
  if (!readLines) return options
  const isSecret = secretLines(findings)
  return {
    ...options,
    readLines: (path, first, last) =>
      readLines(path, first, last)?.map((line, index) => (isSecret(path, first + index) ? maskLine(line) : line)),
  }
}
