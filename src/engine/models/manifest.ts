import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { modelFileNames } from './model-files.ts'

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/)

export const manifestSchema = z.strictObject({
  schemaVersion: z.literal(1),
  source: z
    .discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('hub'),
        endpoint: z.string(),
        repository: z.string(),
        revision: z.string().describe('The commit, where the hub says it'),
        requestedRevision: z.string().describe('What the user asked for'),
        catalogueId: z.string().nullable(),
      }),
      z.strictObject({ kind: z.literal('import'), path: z.string().describe('Where the file lay when it was imported') }),
    ])
    .describe('Where the model comes from'),
  files: z
    .array(z.strictObject({ name: z.string(), sourcePath: z.string(), bytes: z.int().nonnegative(), sha256: sha256Schema }))
    .min(1)
    .refine(
      (files) => modelFileNames(files.length).every((name, index) => files[index]?.name === name),
      'files are not named as the store names them',
    ),
  checked: z.boolean().describe('Whether the SHA-256 was compared with one that the source published'),
  addedAt: z.iso.datetime(),
  licence: z.string().nullable(),
  contextTokens: z.int().positive().nullable(),
  architecture: z.string().nullable(),
})

/** What the store knows about one installed model; its presence is what makes the model installed. */
export type Manifest = z.infer<typeof manifestSchema>

const manifestName = 'manifest.json'

/** The manifest of a model's folder; `missing` while it is not installed, `broken` when it cannot be read. */
export async function readManifest(folder: string): Promise<Manifest | 'missing' | 'broken'> {
  const text = await readFile(join(folder, manifestName), 'utf8').catch((error: NodeJS.ErrnoException) => error)
  if (typeof text !== 'string') return text.code === 'ENOENT' || text.code === 'ENOTDIR' ? 'missing' : 'broken'
  const parsed = manifestSchema.safeParse(parseJson(text))
  return parsed.success ? parsed.data : 'broken'
}

/** Writes the manifest in one step: a reader sees the old one, the new one, or none. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const temporary = join(folder, `${manifestName}.part`)
  await writeFile(temporary, `${JSON.stringify(manifest, null, 2)}\n`, { flush: true })
  await rename(temporary, join(folder, manifestName))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
