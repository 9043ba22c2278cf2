import type { Report } from '../../domain/report.ts'

/** The reports of one push as one. What two of them found is one finding; a run that was not finished leaves the whole unfinished. */
export function combineReports(first: Report, others: readonly Report[]): Report {
  if (others.length === 0) return first
  const all = [first, ...others]
  const findings = all.flatMap((report) => report.findings)
  return {
    ...first,
    findings: [...new Map(findings.map((finding) => [`${finding.fingerprint}\0${finding.suppressed === null}`, finding])).values()],
    completeness: all.some(({ completeness }) => completeness === 'partial') ? 'partial' : 'complete',
    coverage: {
      changedLines: sum(all, 'changedLines'),
      seenLines: sum(all, 'seenLines'),
      files: all.flatMap(({ coverage }) => coverage.files),
    },
    notices: all.flatMap(({ notices }) => notices),
  }
}

const sum = (reports: readonly Report[], key: 'changedLines' | 'seenLines') =>
  reports.reduce((total, { coverage }) => total + coverage[key], 0)
