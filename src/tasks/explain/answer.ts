import { z } from 'zod'
import { anchorQuote } from '../../domain/anchor.ts'
import type { CitedClaim } from '../../domain/result.ts'
import type { JsonSchema } from '../../engine/engine.ts'
import type { Excerpt } from './excerpt.ts'

export const maxClaims = 8
const limits = { quote: 200, text: 400 } as const

/** The schema of an explanation. A grammar cannot name a file that was not shown. */
export function explanationSchema(excerpts: readonly Excerpt[]): JsonSchema {
  const properties = {
    quote: { type: 'string', maxLength: limits.quote },
    path: { type: 'string', enum: [...new Set(excerpts.map(({ path }) => path))] },
    line: { type: 'integer', minimum: 1 },
    text: { type: 'string', maxLength: limits.text },
  }
  const claim = { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
  const claims = { type: 'array', maxItems: maxClaims, items: claim }
  return { type: 'object', properties: { claims }, required: ['claims'], additionalProperties: false }
}

const claimSchema = z.object({
  quote: z.string().min(1),
  path: z.string().default(''),
  line: z.coerce.number().int().positive().nullable().catch(null).default(null),
  text: z.string().trim().min(1),
})

type Claim = z.infer<typeof claimSchema>

const envelopeSchema = z.union([z.object({ claims: z.array(z.unknown()) }), z.array(z.unknown()).transform((claims) => ({ claims }))])

/** Claims as the model made them; those that say too little are null, so that they can be counted. */
export function readExplanation(value: unknown): (Claim | null)[] | undefined {
  const envelope = envelopeSchema.safeParse(value)
  if (!envelope.success || envelope.data.claims.length === 0) return undefined
  return envelope.data.claims.slice(0, maxClaims).map((raw) => claimSchema.safeParse(raw).data ?? null)
}

/** A claim whose quote does not stand in what was shown is dropped: nobody could check it. */
export function holdCitations(claims: readonly (Claim | null)[], excerpts: readonly Excerpt[]): { held: CitedClaim[]; dropped: number } {
  const held = claims.flatMap((claim) => (claim ? (cited(claim, excerpts) ?? []) : []))
  return { held, dropped: claims.length - held.length }
}

function cited({ quote, path, line, text }: Claim, excerpts: readonly Excerpt[]): CitedClaim | null {
  const lines = excerpts.filter((excerpt) => excerpt.path === path).flatMap((excerpt) => excerpt.lines)
  const anchor = anchorQuote(quote, line, lines)
  return anchor && { text, path, startLine: anchor.startLine, endLine: anchor.endLine, evidence: anchor.evidence }
}
