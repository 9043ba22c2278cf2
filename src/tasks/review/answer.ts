import { z } from 'zod'
import { severities } from '../../domain/severity.ts'
import type { JsonSchema } from '../../engine/engine.ts'
import { type Category, categoryNames } from './categories.ts'

/** Characters that each field of a claim may have. */
export const claimLimits = { quote: 200, trigger: 240, effect: 240, title: 80 } as const

export const maxClaims = 5

interface AnswerShape {
  /** Numbers of the lines that a claim may name. */
  lines: readonly number[]
  categories: readonly Category[]
  maxClaims: number
}

/**
 * The schema of one unit's answer. Every anchor is enumerated, so a grammar cannot produce a line that is not part of the change.
 * The order of the keys is the order of generation: what is seen first, the verdict last.
 */
export function answerSchemaFor({ lines, categories, maxClaims: max }: AnswerShape): JsonSchema {
  const text = (maxLength: number) => ({ type: 'string', maxLength })
  const claim = {
    quote: text(claimLimits.quote),
    line: { type: 'integer', enum: lines },
    trigger: text(claimLimits.trigger),
    effect: text(claimLimits.effect),
    category: { type: 'string', enum: categories },
    severity: { type: 'string', enum: severities.toReversed() },
    title: text(claimLimits.title),
  }
  return strictObject({ findings: { type: 'array', maxItems: max, items: strictObject(claim) }, none: { type: 'boolean' } })
}

const strictObject = (properties: Record<string, unknown>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})

const synonyms: Record<string, (typeof severities)[number]> = {
  critical: 'error',
  high: 'error',
  major: 'error',
  blocker: 'error',
  medium: 'warning',
  moderate: 'warning',
  minor: 'warning',
  low: 'note',
  info: 'note',
  nit: 'note',
  suggestion: 'note',
}

const severity = z.preprocess((value) => {
  const word = String(value).toLowerCase()
  return synonyms[word] ?? word
}, z.enum(severities).catch('warning'))

const category = z.preprocess(
  (value) =>
    String(value)
      .toLowerCase()
      .replace(/^review\//, ''),
  z.enum(categoryNames).catch('logic'),
)

const line = z.preprocess((value) => {
  const number = Number(String(value).match(/\d+/)?.[0])
  return Number.isSafeInteger(number) ? number : null
}, z.int().nullable())

const sentence = z.preprocess((value) => (typeof value === 'string' ? value.trim() : ''), z.string())

/** One claim as a model without a grammar may write it: what can be understood is, what is missing is empty. */
const claimSchema = z.object({
  quote: z.string().min(1),
  line: line.default(null),
  trigger: sentence.default(''),
  effect: sentence.default(''),
  category: category.default('logic'),
  severity: severity.default('warning'),
  title: sentence.default(''),
})

export type Claim = z.infer<typeof claimSchema>

export interface Answer {
  claims: readonly Claim[]
  /** Claims that said too little to be understood. */
  malformed: number
}

const envelope = z.union([
  z.object({ findings: z.array(z.unknown()) }),
  z.array(z.unknown()).transform((findings) => ({ findings })),
  z.object({ none: z.literal(true) }).transform(() => ({ findings: [] })),
])

/** Reads a model's answer, or returns undefined where the value is none. */
export function readAnswer(value: unknown): Answer | undefined {
  const parsed = envelope.safeParse(value)
  if (!parsed.success) return undefined
  const { findings } = parsed.data
  const claims = findings.slice(0, maxClaims).flatMap((raw) => {
    const claim = claimSchema.safeParse(raw)
    return claim.success && (claim.data.effect || claim.data.trigger || claim.data.title) ? [claim.data] : []
  })
  return { claims, malformed: findings.length - claims.length }
}
