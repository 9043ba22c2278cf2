import { z } from 'zod'
import { type DraftFinding, findingSchema } from '../../domain/finding.ts'

/** What our own SARIF reports have beyond the standard, so that nothing a review knew is lost on the way. */
const ownResultSchema = z.object({
  ruleId: findingSchema.shape.rule,
  level: findingSchema.shape.severity,
  message: z.object({ text: z.string().min(1) }),
  locations: z
    .array(
      z.object({
        physicalLocation: z.object({
          artifactLocation: z.object({ uri: z.string() }),
          region: z.object({
            startLine: z.int().positive(),
            endLine: z.int().positive(),
            snippet: z.object({ text: z.string() }).optional(),
          }),
        }),
      }),
    )
    .min(1),
  suppressions: z.array(z.unknown()).default([]),
  properties: z.object({ source: findingSchema.shape.source, proof: findingSchema.shape.proof }),
})

const ownLogSchema = z.object({
  runs: z.array(z.object({ tool: z.object({ driver: z.object({ name: z.literal('coding-agent') }) }), results: z.array(ownResultSchema) })),
})

/** The findings of a SARIF file that `agent` wrote; null for any other. Those that are suppressed are left out. */
export function readOwnSarif(json: unknown): DraftFinding[] | null {
  const log = ownLogSchema.safeParse(json)
  if (!log.success || log.data.runs.length === 0) return null
  return log.data.runs
    .flatMap(({ results }) => results)
    .filter(({ suppressions }) => suppressions.length === 0)
    .map(({ ruleId, level, message: { text }, locations: [location], properties }): DraftFinding => {
      const { region, artifactLocation } = location?.physicalLocation ?? { region: null, artifactLocation: { uri: '' } }
      // A finding about a whole file stands at the first line, without a snippet.
      const isWhole = region === null || (region.snippet === undefined && region.startLine === 1 && region.endLine === 1)
      return {
        rule: ruleId,
        severity: level,
        confidence: null,
        title: text.length <= 80 ? text : `${text.slice(0, 79)}…`,
        message: text,
        region: {
          path: pathOf(artifactLocation.uri),
          startLine: isWhole ? null : region.startLine,
          endLine: isWhole ? null : region.endLine,
        },
        evidence: region?.snippet?.text ?? '',
        ...properties,
        replacement: null,
      }
    })
}

function pathOf(uri: string): string {
  try {
    return decodeURIComponent(uri)
  } catch {
    return uri
  }
}
