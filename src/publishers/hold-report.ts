import type { Change } from '../domain/change.ts'
import type { Finding } from '../domain/finding.ts'
import { identify } from '../domain/fingerprint.ts'
import type { Report } from '../domain/report.ts'
import { placeFinding } from './place-finding.ts'

/** More findings than any review has; who writes more wants something else. */
const maxFindings = 1000

/** A report of which nothing is left that the real change does not bear out. */
export interface HeldReport {
  report: Report
  /** Findings whose evidence is not in the change. */
  dropped: number
}

/**
 * Holds a report that anybody may have written against the real change: a finding stays if its evidence stands there word for word, with
 * the lines and the fingerprint that follow from it; a replacement stays if it is for exactly these lines. What is left says nothing
 * about code that is not there. Whether its claims are true nobody can know without a review.
 */
export function holdReport(report: Report, change: Change): HeldReport {
  const held = report.findings.slice(0, maxFindings).flatMap((finding) => heldFinding(finding, change) ?? [])
  return { report: { ...report, findings: identify(held) }, dropped: report.findings.length - held.length }
}

function heldFinding(finding: Finding, change: Change): Finding | null {
  const { region } = finding
  const file = change.files.find(({ path }) => path === region.path)
  if (!file) return null
  // A finding about a whole file quotes nothing, so nothing of it is believed but that the file is changed.
  if (region.startLine === null) return { ...finding, evidence: '', replacement: null, region: { ...region, endLine: null } }
  const spot = placeFinding(finding, change)
  if (!spot) return null
  return {
    ...finding,
    region: { path: file.path, startLine: spot.startLine, endLine: spot.endLine },
    evidence: spot.text,
    replacement: spot.isWhole ? finding.replacement : null,
  }
}
