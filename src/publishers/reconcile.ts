import type { Change } from '../domain/change.ts'
import type { Finding } from '../domain/finding.ts'
import type { Coverage } from '../domain/report.ts'
import { severities } from '../domain/severity.ts'
import { activeFindings } from '../reporters/facts.ts'
import { markerName } from './markers.ts'
import type { OwnComment } from './own-comments.ts'
import { countLines, digestOf, findDigest } from './place-finding.ts'
import type { Publication } from './publisher.ts'
import type { OpenFinding } from './review-state.ts'

/** What is to be done about each finding, told before or not. */
export interface Reconciled {
  /** Found now and not told on a line yet, worst first. */
  untold: readonly Finding[]
  /** Found now, and told on a line before. */
  told: readonly Finding[]
  /** Told before and not looked at by this review, and still there as far as can be seen. */
  carried: readonly OpenFinding[]
  /** Comments on lines whose findings are gone. */
  gone: readonly OwnComment[]
  /** Findings that were told before, on a line or in the summary, and are gone. */
  goneCount: number
}

interface Earlier {
  comments: readonly OwnComment[]
  open: readonly OpenFinding[]
}

/** Compares what a review found with what earlier ones told. Pure. */
export function reconcile(
  { report, reviewedFrom, change }: Pick<Publication, 'report' | 'reviewedFrom' | 'change'>,
  { comments, open }: Earlier,
): Reconciled {
  const active = activeFindings(report).toSorted((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity))
  const found = new Set(report.findings.map(({ fingerprint }) => markerName(fingerprint)))
  const alive = comments.filter(({ isResolved }) => !isResolved)
  const onLine = new Set(alive.map(({ fingerprint }) => fingerprint))
  const isTold = ({ fingerprint }: Finding) => onLine.has(markerName(fingerprint))

  const known = [...open, ...alive.filter(({ fingerprint }) => !open.some((one) => one.fingerprint === fingerprint)).map(asOpen)]
  const missing = known.filter(({ fingerprint }) => !found.has(fingerprint))
  const stillThere = reviewedFrom === null ? unseenBy(report.coverage, change) : presentIn(change)
  const carried = missing.flatMap((finding) => stillThere(finding) ?? [])
  const kept = new Set([...active.map(({ fingerprint }) => markerName(fingerprint)), ...carried.map(({ fingerprint }) => fingerprint)])
  return {
    untold: active.filter((finding) => !isTold(finding)),
    told: active.filter(isTold),
    carried,
    gone: alive.filter(({ fingerprint }) => !kept.has(fingerprint)),
    goneCount: known.filter(({ fingerprint }) => !kept.has(fingerprint)).length,
  }
}

/** A finding as the next review needs it. */
export function openFindingOf({ fingerprint, rule, severity, title, region, evidence }: Finding): OpenFinding {
  return {
    fingerprint: markerName(fingerprint),
    rule: rule.slice(0, 200),
    severity,
    title: title.slice(0, 200),
    path: region.path,
    line: region.startLine,
    evidence: digestOf(evidence),
    lines: region.startLine === null ? 0 : countLines(evidence),
  }
}

/** A comment of which the state does not know: all that is left of it is where it stands. */
function asOpen({ fingerprint, path, body }: OwnComment): OpenFinding {
  const [, severity = 'warning', title = 'A finding of an earlier review'] = /^\*\*\S+ (error|warning|note):\*\* (.*)$/m.exec(body) ?? []
  return {
    fingerprint,
    rule: '',
    severity: severities.find((name) => name === severity) ?? 'warning',
    title: title.replaceAll('`', '').slice(0, 200),
    path,
    line: null,
    evidence: '0'.repeat(16),
    lines: 0,
  }
}

/** A review of everything tells of what it does not find that it is gone, unless it did not look there. */
function unseenBy({ files }: Coverage, { files: changed }: Change): (finding: OpenFinding) => OpenFinding | null {
  const coverage = new Map(files.map((file) => [file.path, file]))
  const inChange = new Set(changed.flatMap(({ path, status }) => (status === 'deleted' ? [] : [path])))
  return (finding) => {
    const covered = coverage.get(finding.path)
    if (!inChange.has(finding.path)) return null
    if (!covered || covered.seenLines < covered.changedLines) return covered?.skipped?.expected ? null : finding
    return null
  }
}

/** A review of the new part says nothing of the rest: there, a finding stays as long as its lines do. */
function presentIn({ files }: Change): (finding: OpenFinding) => OpenFinding | null {
  return (finding) => {
    const file = files.find(({ path, status }) => path === finding.path && status !== 'deleted')
    if (finding.lines === 0) return file ? finding : null
    const found = file ? findDigest(file, finding.evidence, finding.lines) : []
    const [line] = found.toSorted((a, b) => Math.abs(a - (finding.line ?? 0)) - Math.abs(b - (finding.line ?? 0)))
    if (line !== undefined) return { ...finding, line }
    return file ? null : movedTo(files, finding)
  }
}

/** Its file has another name now, if its lines stand in one other file, and there once. */
function movedTo(files: Change['files'], finding: OpenFinding): OpenFinding | null {
  const places = files.flatMap((file) =>
    file.status === 'deleted' ? [] : findDigest(file, finding.evidence, finding.lines).map((line) => ({ path: file.path, line })),
  )
  const [place] = places
  return place && places.length === 1 ? { ...finding, ...place } : null
}
