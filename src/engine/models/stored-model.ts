import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../domain/errors.ts'
import type { CatalogueEntry } from './catalogue.ts'
import { modelDigest } from './digest.ts'
import type { SpaceWatch } from './free-space.ts'
import { type Manifest, readManifest } from './manifest.ts'
import { isModelId, modelFolder } from './model-id.ts'
import { isFolderLocked, lockName } from '../../system/folder-lock.ts'
import { isPartName } from './part-file.ts'

/** What the functions of one store share. */
export interface StoreContext {
  readonly directory: string
  /** What paths that users write are relative to. */
  readonly cwd: string
  readonly catalogue: readonly CatalogueEntry[]
  readonly space: SpaceWatch
}

export interface StoredModel {
  id: string
  /** The file to load; further parts of a split model lie beside it. */
  path: string
  bytes: number
  digest: string
  manifest: Manifest
}

/** What lies in the store under one name. `partial`: its download has not ended; `damaged`: something of it is missing. */
export type StoreEntry =
  | { state: 'ready'; id: string; model: StoredModel }
  | { state: 'damaged'; id: string; reason: string }
  | { state: 'partial'; id: string; bytes: number }

/** Everything in the store, by name. Folders that cannot be ours are passed over. */
export async function listEntries(directory: string): Promise<StoreEntry[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new AppError('MODEL_MISSING', `The model store ${directory} cannot be read: ${error.message}.`, {
      cause: error,
      hint: 'Check its permissions, or point AGENT_MODEL_DIR to another directory.',
    })
  })
  const entries = await Promise.all(
    names
      .filter(isModelId)
      .toSorted()
      .map((id) => readEntry(directory, id)),
  )
  return entries.filter((entry) => entry !== undefined)
}

/** Only the models that can be loaded. */
export function readyModels(entries: readonly StoreEntry[]): StoredModel[] {
  return entries.flatMap((entry) => (entry.state === 'ready' ? [entry.model] : []))
}

/** One model of the store, or undefined where the name has no folder. Looks at sizes only; `verifyModel` reads the bytes. */
export async function readEntry(directory: string, id: string): Promise<StoreEntry | undefined> {
  const folder = modelFolder(directory, id)
  const files = await sizesIn(folder)
  if (files === undefined) return undefined
  const manifest = await readManifest(folder)
  if (manifest === 'broken') return { state: 'damaged', id, reason: 'its manifest cannot be read' }
  if (manifest === 'missing') return isUnfinished(files) ? { state: 'partial', id, bytes: total([...files.values()]) } : undefined
  const wrong = manifest.files.find(({ name, bytes }) => files.get(name) !== bytes)
  if (wrong !== undefined) return { state: 'damaged', id, reason: `${wrong.name} is missing or has another size than ${wrong.bytes} bytes` }
  return { state: 'ready', id, model: storedModel(id, folder, manifest) }
}

/** The model that a folder with this manifest holds. */
export function storedModel(id: string, folder: string, manifest: Manifest): StoredModel {
  return {
    id,
    path: join(folder, manifest.files[0]?.name ?? ''),
    bytes: total(manifest.files.map(({ bytes }) => bytes)),
    digest: modelDigest(manifest.files.map(({ sha256 }) => sha256)),
    manifest,
  }
}

/** Deletes a model, or what an interrupted download of it left; returns how many bytes lay there. */
export async function removeModel(directory: string, id: string): Promise<number> {
  const folder = modelFolder(directory, id)
  const files = await sizesIn(folder)
  if (files === undefined || (await readEntry(directory, id)) === undefined) throw notInstalled(id)
  if (await isFolderLocked(folder)) {
    throw new AppError('USAGE_INVALID', `${id} is being pulled or imported by another process.`, {
      hint: 'Wait for it to end, or stop it first.',
    })
  }
  // Without its manifest the model is gone for every reader, even if the rest cannot be deleted at once.
  await rm(join(folder, 'manifest.json'), { force: true })
  await rm(folder, { recursive: true, force: true })
  return total([...files.values()])
}

/** The error for a name that no installed model has. */
export function notInstalled(id: string): AppError {
  return new AppError('MODEL_UNKNOWN', `${id} is not installed.`, { hint: 'See `agent models list`.' })
}

/** The error for an installed model of which something is missing. */
export function damagedModel({ id, reason }: { id: string; reason: string }): AppError {
  return new AppError('MODEL_INVALID', `The installed model ${id} is damaged: ${reason}.`, {
    hint: `Run \`agent models pull\` for it again, or remove it with \`agent models remove ${id}\`.`,
  })
}

/** A folder that somebody else put there has neither; it is not ours to list, and never ours to delete. */
function isUnfinished(files: ReadonlyMap<string, number>): boolean {
  return [...files.keys()].some((name) => name === lockName || isPartName(name))
}

async function sizesIn(folder: string): Promise<ReadonlyMap<string, number> | undefined> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined)
  const files = entries?.filter((entry) => entry.isFile()).map(({ name }) => name)
  if (files === undefined) return undefined
  const sizes = await Promise.all(files.map(async (name) => [name, await sizeOf(join(folder, name))] as const))
  return new Map(sizes)
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0
}

const total = (sizes: readonly number[]) => sizes.reduce((sum, size) => sum + size, 0)
