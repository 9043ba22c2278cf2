import { z } from 'zod'
import type { Finding } from './finding.ts'

/** Findings that a team has accepted; only new ones count from then on. */
export const baselineSchema = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(1),
  findings: z.array(
    z.strictObject({
      fingerprint: z.string().min(1),
      rule: z.string(),
      path: z.string(),
      title: z.string(),
    }),
  ),
})

export type Baseline = z.infer<typeof baselineSchema>

/** The baseline that accepts these findings. What was refuted or doubled is not part of it. */
export function baselineOf(findings: readonly Finding[]): Baseline {
  const accepted = findings.filter(({ suppressed }) => suppressed === null || suppressed.by === 'baseline')
  return {
    version: 1,
    findings: accepted.map(({ fingerprint, rule, region, title }) => ({ fingerprint, rule, path: region.path, title })),
  }
}

/** Marks the findings that a baseline accepts. */
export function applyBaseline(findings: readonly Finding[], baseline: Baseline | null): Finding[] {
  if (!baseline) return [...findings]
  const accepted = new Set(baseline.findings.map(({ fingerprint }) => fingerprint))
  return findings.map((finding) =>
    finding.suppressed === null && accepted.has(finding.fingerprint)
      ? { ...finding, suppressed: { by: 'baseline' as const, reason: 'Accepted in the baseline.' } }
      : finding,
  )
}
