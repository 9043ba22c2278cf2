import { rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../domain/errors.ts'
import type { GgufHeader } from './gguf-header.ts'
import { inspectGguf } from './inspect-gguf.ts'
import { type Manifest, writeManifest } from './manifest.ts'
import { modelFileNames } from './model-files.ts'
import { forgetPart, partPathOf } from './part-file.ts'

/** A file that has arrived completely, still under its `.part` name. */
export interface Arrived {
  sourcePath: string
  bytes: number
  sha256: string
}

export interface Installation {
  folder: string
  files: readonly Arrived[]
  source: Manifest['source']
  checked: boolean
  /** Where somebody said it more exactly than the file does. */
  licence: string | null
}

/** Paths that the files of a model gather at, before they are installed. */
export function partPaths(folder: string, count: number): string[] {
  return modelFileNames(count).map((name) => partPathOf(join(folder, name)))
}

/**
 * A run that was killed between giving the files their names and writing the manifest left finished files
 * without a manifest: they become parts again, so that they are checked and used instead of fetched anew.
 */
export async function reclaimFinished(folder: string, count: number): Promise<void> {
  for (const name of modelFileNames(count)) {
    const path = join(folder, name)
    if ((await stat(path).catch(() => undefined))?.isFile()) await rename(path, partPathOf(path))
  }
}

/** Checks that the parts are complete models, gives them their names and writes the manifest last: only then the model exists. */
export async function installModel({ folder, files, source, checked, licence }: Installation): Promise<Manifest> {
  const parts = partPaths(folder, files.length)
  const names = modelFileNames(files.length)
  const header = await inspectAll(parts)
  const manifest: Manifest = {
    schemaVersion: 1,
    source,
    files: files.map((file, index) => ({ name: names[index] ?? '', ...file })),
    checked,
    addedAt: new Date().toISOString(),
    licence: licence ?? header.licence,
    contextTokens: header.contextTokens,
    architecture: header.architecture,
  }
  for (const [index, part] of parts.entries()) await rename(part, join(folder, names[index] ?? ''))
  await writeManifest(folder, manifest)
  await Promise.all(parts.map(forgetPart))
  return manifest
}

/** The first part of a split model describes the whole; the others only have to be complete. */
async function inspectAll(paths: readonly string[]): Promise<GgufHeader> {
  const [first, ...others] = await Promise.all(paths.map(inspectGguf))
  if (first === undefined) throw new AppError('MODEL_INVALID', 'A model without files cannot be installed.')
  const wrong = [first, ...others].find(({ shards }) => shards !== paths.length)
  if (wrong === undefined) return first
  throw new AppError('MODEL_INVALID', `The model is split over ${wrong.shards} files, but ${paths.length} came.`, {
    hint: 'Name the first file of the split model; its other files are found beside it.',
  })
}
