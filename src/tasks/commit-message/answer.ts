import { z } from 'zod'
import type { JsonSchema } from '../../engine/engine.ts'

/** What the model may choose from. */
export interface Choices {
  types: readonly string[]
  scopes: readonly string[]
  scope: 'optional' | 'required' | 'forbidden'
}

/** How the model says that there is no scope; no scope is written like this. */
export const noScope = '(none)'
const limits = { change: 300, subject: 100, body: 500 } as const

/** What the model says, as it said it. */
export interface Draft {
  type: string
  scope: string | null
  subject: string
  body: string
}

/** The schema of a message. A grammar can produce no other type and no other scope. */
export function draftSchema({ types, scopes, scope }: Choices): JsonSchema {
  const allowed = scope === 'required' && scopes.length > 0 ? scopes : [noScope, ...scopes]
  const properties = {
    change: { type: 'string', maxLength: limits.change },
    type: { type: 'string', enum: types },
    scope: { type: 'string', enum: allowed },
    subject: { type: 'string', minLength: 3, maxLength: limits.subject },
    body: { type: 'string', maxLength: limits.body },
  }
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
}

const answerSchema = z.object({
  type: z.string().trim().default(''),
  scope: z.string().trim().nullable().default(null),
  subject: z.string().trim().min(1),
  body: z.string().trim().nullable().default(''),
})

/** Reads the object; prose, or an object of another kind, is no answer. What it says is judged later. */
export function readDraft(value: unknown): Draft | undefined {
  const { data } = answerSchema.safeParse(value)
  if (!data) return undefined
  return { ...data, scope: isNone(data.scope) ? null : data.scope, body: data.body ?? '' }
}

const isNone = (scope: string | null) => scope === null || /^(?:|\(?none\)?|null|n\/a|-)$/i.test(scope)
