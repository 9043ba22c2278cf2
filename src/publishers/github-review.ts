import { markerName } from './markers.ts'
import { activeFindings, tellsFailure } from '../reporters/facts.ts'
import { maskSecrets } from '../domain/mask.ts'
import type { Finding } from '../domain/finding.ts'
import type { Github } from './github.ts'
import { maskedFindings } from './masked-findings.ts'
import { type OwnComment, ownComments, type OwnSummary, ownSummaries } from './own-comments.ts'
import { postComments } from './post-comments.ts'
import type { Publication, Published, Publisher } from './publisher.ts'
import { openFindingOf, type Reconciled, reconcile } from './reconcile.ts'
import { removeTwins } from './remove-twins.ts'
import { resolveGone } from './resolve-gone.ts'
import type { OpenFinding, ReviewState } from './review-state.ts'
import { standOnHead } from './stand-on-head.ts'
import { summaryBody, type ToldFinding } from './summary-body.ts'
import { writeSummary } from './write-summary.ts'

/**
 * Tells a report as one review with comments on lines, and a summary that is kept up to date. What earlier reviews told is recognised by
 * hidden markers in our own comments: nothing is told twice, and what is gone is marked as resolved.
 */
export function githubReview(github: Github): Publisher {
  return { name: 'github-review', publish: (publication, signal) => publish(github, publication, signal) }
}

async function publish(github: Github, given: Publication, signal: AbortSignal): Promise<Published> {
  const { number } = given.pullRequest
  const [comments, [summary], stand] = await Promise.all([
    ownComments(github, number, signal),
    ownSummaries(github, number, signal),
    standOnHead(github, given, signal),
  ])
  const state = summary && summary.state !== 'damaged' ? summary.state : null
  if (stand.hasMoved && state?.head === stand.pullRequest.head.sha) return overtaken(summary ?? null)
  const publication: Publication = { ...given, change: stand.change }
  const show = maskedFindings(given.report)
  const found = reconcile(publication, { comments, open: state?.open ?? [] })
  if (!isWorthTelling(publication, found, summary !== undefined || comments.length > 0)) return nothing

  const room = Math.max(0, given.maxComments - found.told.length - countOnLines(found.carried, comments))
  const posted = await postComments(github, { ...publication, pullRequest: stand.pullRequest, findings: found.untold, room, show }, signal)
  const solved = await resolveGone(github, { number, head: given.pullRequest.head.sha, gone: found.gone }, signal)
  const own = posted.count > 0 ? await removeTwins(github, number, signal) : comments
  const here = posted.here.map(show)
  const body = summaryBody({
    report: maskSecrets(given.report),
    told: toldFindings([...found.told, ...posted.told].map(show), found.carried, own),
    here,
    resolved: found.goneCount,
    remarks: [...stand.remarks, ...posted.remarks, ...solved.remarks],
    state: stateOf(publication, found),
  })
  const written = await writeSummary(github, { number, body, earlier: summary ?? null }, signal)
  return {
    posted: posted.count,
    kept: found.told.length + found.carried.length,
    resolved: found.goneCount,
    summarised: here.length,
    url: posted.url ?? written.url,
    remarks: [...stand.remarks, ...posted.remarks, ...solved.remarks],
  }
}

const nothing: Published = { posted: 0, kept: 0, resolved: 0, summarised: 0, url: null, remarks: [] }

const overtaken = (summary: OwnSummary | null): Published => ({
  ...nothing,
  url: summary?.url ?? null,
  remarks: ['A review of a later commit is there already, so this one was not posted.'],
})

/** A clean review of a pull request on which we never said anything stays silent. */
function isWorthTelling({ report }: Publication, { carried }: Reconciled, wasToldBefore: boolean): boolean {
  return (
    wasToldBefore ||
    carried.length > 0 ||
    activeFindings(report).length > 0 ||
    report.completeness === 'partial' ||
    report.notices.some(tellsFailure)
  )
}

function countOnLines(carried: readonly OpenFinding[], comments: readonly OwnComment[]): number {
  const onLine = new Set(comments.filter(({ isResolved }) => !isResolved).map(({ fingerprint }) => fingerprint))
  return carried.filter(({ fingerprint }) => onLine.has(fingerprint)).length
}

function toldFindings(told: readonly Finding[], carried: readonly OpenFinding[], own: readonly OwnComment[]): ToldFinding[] {
  const urls = new Map(own.filter(({ isResolved }) => !isResolved).map(({ fingerprint, url }) => [fingerprint, url]))
  return [
    ...told.map(({ severity, title, region, fingerprint }) => ({
      severity,
      title,
      path: region.path,
      line: region.startLine,
      url: urls.get(markerName(fingerprint)) ?? null,
    })),
    ...carried.map(({ severity, title, path, line, fingerprint }) => ({ severity, title, path, line, url: urls.get(fingerprint) ?? null })),
  ]
}

function stateOf({ report, pullRequest, configDigest = '', isUntrusted = false }: Publication, { carried }: Reconciled): ReviewState {
  const show = maskedFindings(report)
  return {
    version: 1,
    head: pullRequest.head.sha,
    base: pullRequest.base.ref,
    tool: report.tool.version.slice(0, 100),
    config: configDigest,
    isSound: report.completeness === 'complete' && !isUntrusted && !report.notices.some(tellsFailure),
    open: [
      ...activeFindings(report).map((finding) => ({ ...openFindingOf(finding), title: show(finding).title.slice(0, 200) })),
      ...carried,
    ],
  }
}
