import { createHash } from 'node:crypto'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeFileWhole } from '../../system/write-file-whole.ts'
import { answerFormats, optionalFields } from './dialect.ts'
import { serverTraitsSchema } from './server-traits.ts'

const knownServerSchema = z.strictObject({
  traits: serverTraitsSchema,
  learned: z.strictObject({ format: z.enum(answerFormats), without: z.array(z.enum(optionalFields)), offersTools: z.boolean() }),
})
const fileSchema = z.strictObject({ schemaVersion: z.literal(1), probedAt: z.number(), server: knownServerSchema })

/** A server as it was probed, and what it turned out not to take. */
export type KnownServer = z.infer<typeof knownServerSchema>

/** What is kept of one server between runs, so that a commit does not ask it again what it is. */
export interface RememberedServer {
  /** Null: nothing is known, or it is too old. */
  recall(): Promise<KnownServer | null>
  /** Keeps it for later runs; what cannot be kept is asked for again. */
  remember(server: KnownServer): Promise<void>
  forget(): Promise<void>
}

interface RememberOptions {
  /** Absolute path; made where it is missing. */
  folder: string
  baseUrl: string
  /** Null: the server chooses, and may be started with another one soon. */
  model: string | null
  now?: () => number
}

/** How long it is believed, in milliseconds. */
const maxAge = { named: 3_600_000, chosen: 600_000 }

/** Keeps one file for each server and model; its name tells neither. */
export function rememberedServer({ folder, baseUrl, model, now = Date.now }: RememberOptions): RememberedServer {
  const digest = createHash('sha256')
    .update(JSON.stringify([baseUrl, model]))
    .digest('hex')
    .slice(0, 32)
  const path = join(folder, `${digest}.json`)
  const mostMs = model === null ? maxAge.chosen : maxAge.named
  return {
    async recall() {
      const text = await readFile(path, 'utf8').catch(() => null)
      const known = text === null ? undefined : fileSchema.safeParse(parsed(text)).data
      const age = known === undefined ? Number.NaN : now() - known.probedAt
      // A clock that was set back makes it no younger.
      return known !== undefined && age >= 0 && age <= mostMs ? known.server : null
    },
    async remember(server) {
      const file: z.input<typeof fileSchema> = { schemaVersion: 1, probedAt: now(), server }
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        await writeFileWhole(path, JSON.stringify(file))
      } catch {
        // It is only faster to have it.
      }
    },
    forget: () => rm(path, { force: true }).catch(() => {}),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
