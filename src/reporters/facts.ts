import { formatCount, plural } from '../domain/plural.ts'
import { isFailure } from '../domain/exit-code.ts'
import type { Finding } from '../domain/finding.ts'
import type { CoveredFile, Notice, Report } from '../domain/report.ts'
import { severities } from '../domain/severity.ts'

/** Findings that count: those that nothing suppresses. */
export function activeFindings({ findings }: Pick<Report, 'findings'>): Finding[] {
  return findings.filter(({ suppressed }) => suppressed === null)
}

/** Whether a notice tells of a failure rather than of a fact. */
export function tellsFailure({ code }: Pick<Notice, 'code'>): boolean {
  return isFailure(code)
}

/** `2 errors, 1 note`, worst first; `no findings` where there are none. */
export function describeCounts(findings: readonly Finding[]): string {
  const counts = severities
    .toReversed()
    .map((severity) => ({ severity, count: findings.filter((finding) => finding.severity === severity).length }))
    .filter(({ count }) => count > 0)
  return counts.length === 0 ? 'no findings' : counts.map(({ severity, count }) => plural(count, severity)).join(', ')
}

/** `3 suppressed: 2 baseline, 1 inline`; empty where nothing is. */
export function describeSuppressed({ findings }: Pick<Report, 'findings'>): string {
  const counts = Map.groupBy(
    findings.flatMap(({ suppressed }) => suppressed ?? []),
    ({ by }) => by,
  )
  const parts = [...counts].map(([by, group]) => `${formatCount(group.length)} ${by}`)
  const total = [...counts.values()].reduce((sum, group) => sum + group.length, 0)
  return total === 0 ? '' : `${formatCount(total)} suppressed: ${parts.join(', ')}`
}

/** Why lines of a file stayed unseen that is not itself left out. */
export const notWhollySeen = 'only a part was looked at'

/** Files of which changed lines stayed unseen although they should not have, each with the reason. */
export function unseenFiles({ coverage }: Pick<Report, 'coverage'>): { path: string; lines: number; reason: string }[] {
  return coverage.files.filter(isUnseen).map(({ path, changedLines, seenLines, skipped }) => ({
    path,
    lines: Math.max(0, changedLines - seenLines),
    reason: skipped?.reason ?? notWhollySeen,
  }))
}

const isUnseen = ({ skipped, seenLines, changedLines }: CoveredFile) => (skipped ? !skipped.expected : seenLines < changedLines)

/** Files that are left out by design, counted by reason: `2 files left out: generated (1), lock file (1)`. */
export function describeLeftOut({ coverage }: Pick<Report, 'coverage'>): string {
  const reasons = coverage.files.flatMap(({ skipped }) => (skipped?.expected ? skipped.reason : []))
  if (reasons.length === 0) return ''
  const groups = [...Map.groupBy(reasons, (reason) => reason)].map(([reason, group]) => `${reason} (${formatCount(group.length)})`)
  const more = groups.length > 3 ? `, and for ${plural(groups.length - 3, 'more reason')}` : ''
  return `${plural(reasons.length, 'file')} left out: ${groups.slice(0, 3).join(', ')}${more}`
}

/** What did the work and what it cost: the model, requests, tokens and time, each a fact of its own. */
export function runFacts({ engine, usage, timing }: Pick<Report, 'engine' | 'usage' | 'timing'>): string[] {
  const cached = usage.cachedInputTokens > 0 ? ` (${formatCount(usage.cachedInputTokens)} cached)` : ''
  const tokens = `${formatCount(usage.inputTokens)} tokens in${cached}, ${formatCount(usage.outputTokens)} out`
  return [
    engine.kind === 'none' ? 'no model' : `${engine.model === '' ? 'a model that was not reached' : engine.model} (${engine.kind})`,
    usage.requests > 0 ? plural(usage.requests, 'request') : '',
    usage.requests > 0 ? tokens : '',
    usage.cacheHits > 0 ? `${formatCount(usage.cacheHits)} from the cache` : '',
    formatDuration(timing.totalMs),
    timing.tokensPerSecond >= 1 ? `${formatCount(Math.round(timing.tokensPerSecond))} tokens/s` : '',
  ].filter((fact) => fact !== '')
}

function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
