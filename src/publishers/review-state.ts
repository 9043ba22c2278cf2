import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { z } from 'zod'
import { severities } from '../domain/severity.ts'

const digest = z.string().regex(/^[\da-f]{16,64}$/)
const sha = z.string().regex(/^[\da-f]{40,64}$/)

const openFindingSchema = z.strictObject({
  fingerprint: digest,
  rule: z.string().max(200),
  severity: z.enum(severities),
  title: z.string().max(200),
  path: z.string().min(1).max(4096),
  /** First line when it was last seen; null: the whole file. */
  line: z.int().positive().nullable(),
  /** Digest of the lines it points at, without their white space, and how many they are: whether it is still there. */
  evidence: digest,
  lines: z.int().nonnegative().max(100_000),
})

const stateSchema = z.strictObject({
  version: z.literal(1),
  head: sha,
  base: z.string().max(1000),
  tool: z.string().max(100),
  config: z.string().max(200),
  /** Whether a later review may build on it: everything was looked at, by a run that nobody else could write. */
  isSound: z.boolean(),
  open: z.array(openFindingSchema).max(2000),
})

/** A finding that is told and not gone yet. */
export type OpenFinding = z.infer<typeof openFindingSchema>
/** What a review leaves for the next one, in a comment of its own. */
export type ReviewState = z.infer<typeof stateSchema>

/** More than a pull request has; what is larger is no state of ours. */
const maxBytes = 4 * 2 ** 20

/** As letters, digits, `-` and `_`, so that nothing in it can end an HTML comment. */
export function packState(state: ReviewState): string {
  return deflateRawSync(JSON.stringify(state)).toString('base64url')
}

/** Null for whatever is damaged, cut or of another version. */
export function unpackState(text: string): ReviewState | null {
  try {
    const json: unknown = JSON.parse(inflateRawSync(Buffer.from(text, 'base64url'), { maxOutputLength: maxBytes }).toString('utf8'))
    return stateSchema.safeParse(json).data ?? null
  } catch {
    return null
  }
}
