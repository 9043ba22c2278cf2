import type { Finding } from '../domain/finding.ts'
import { maskSecrets } from '../domain/mask.ts'
import type { Report } from '../domain/report.ts'

/** Says how a finding of a report may be shown. It is placed by what it is, which its masked evidence no longer says. */
export function maskedFindings(report: Report): (finding: Finding) => Finding {
  const { findings } = maskSecrets(report)
  const shown = new Map(report.findings.map((finding, index) => [finding, findings[index] ?? finding]))
  return (finding) => shown.get(finding) ?? finding
}
