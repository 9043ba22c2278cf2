import { stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { closest } from '../../domain/closest.ts'
import { AppError } from '../../domain/errors.ts'
import type { CatalogueEntry } from './catalogue.ts'
import { quantOf } from './choose-files.ts'
import { quickDigest } from './digest.ts'
import { inspectGguf } from './inspect-gguf.ts'
import { shardsOf } from './model-files.ts'
import { isModelId } from './model-id.ts'
import { type ModelReference, parseModelReference } from './model-reference.ts'
import { damagedModel, listEntries, readEntry, readyModels, type StoreContext, type StoredModel } from './stored-model.ts'

/** What a reference means on this machine. */
export type ResolvedModel =
  | { kind: 'stored'; model: StoredModel }
  | { kind: 'file'; path: string; bytes: number; digest: string; contextTokens: number | null }
  | { kind: 'missing'; wish: PullWish }

/** A model that is not here yet, and where it would come from. */
export interface PullWish {
  /** What the user wrote, and may write after `agent models pull`. */
  reference: string
  repository: string
  revision: string
  quant: string | null
  file: string | null
  entry: CatalogueEntry | null
}

interface ResolveOptions {
  /** A damaged model counts as one that is not there, so that it can be fetched again. */
  repair?: boolean
}

/** Says what a reference means here; throws `MODEL_UNKNOWN` when it means nothing. */
export async function resolveModel(
  reference: string,
  store: StoreContext,
  { repair = false }: ResolveOptions = {},
): Promise<ResolvedModel> {
  const parsed = parseModelReference(reference)
  if (parsed.kind === 'path') return resolvePath(resolve(store.cwd, parsed.path), store)
  const entry = parsed.kind === 'id' && isModelId(parsed.id) ? await readEntry(store.directory, parsed.id) : undefined
  if (entry?.state === 'ready') return { kind: 'stored', model: entry.model }
  if (entry?.state === 'damaged' && !repair) throw damagedModel(entry)
  const wish = await wishFor(reference, parsed, store)
  const models = readyModels(await listEntries(store.directory))
  const match = models.find((model) => isWished(model, wish))
  return match === undefined ? { kind: 'missing', wish } : { kind: 'stored', model: match }
}

/** Whether an installed model is the one that is wished for, under whatever name it is kept. */
export function isWished({ manifest: { source, files } }: StoredModel, { repository, revision, quant, file }: PullWish): boolean {
  if (source.kind !== 'hub' || source.repository.toLowerCase() !== repository.toLowerCase()) return false
  if (revision !== 'main' && revision !== source.requestedRevision && !source.revision.startsWith(revision)) return false
  const path = files[0]?.sourcePath ?? ''
  if (file !== null && shardsOf(file)[0] === path) return true
  return quant === null ? file === null : quantOf(path) === quant.toUpperCase()
}

async function wishFor(reference: string, parsed: Exclude<ModelReference, { kind: 'path' }>, store: StoreContext): Promise<PullWish> {
  if (parsed.kind === 'hub') return { ...parsed, reference, entry: null }
  const entry = store.catalogue.find(({ id }) => id === parsed.id)
  if (entry === undefined) throw await unknownId(parsed.id, store)
  return { reference, repository: entry.repository, revision: 'main', quant: entry.quant, file: entry.files[0]?.path ?? null, entry }
}

async function unknownId(id: string, { directory, catalogue }: StoreContext): Promise<AppError> {
  const entries = await listEntries(directory)
  if (entries.some((entry) => entry.id === id)) {
    return new AppError('MODEL_MISSING', `The download of ${id} has not ended.`, {
      hint: 'Pull it again as before: it goes on where it stopped.',
    })
  }
  const near = closest(
    id,
    [...entries, ...catalogue].map((model) => model.id),
  )
  return new AppError('MODEL_UNKNOWN', `There is no model ${JSON.stringify(id)}, neither installed nor in the catalogue.`, {
    hint:
      near === undefined
        ? 'See `agent models list`; a file is named by its path, a repository as hf:user/repository.'
        : `Did you mean ${near}?`,
  })
}

async function resolvePath(path: string, store: StoreContext): Promise<ResolvedModel> {
  const [id = '', ...below] = relative(store.directory, path).split(sep)
  const entry = below.length > 0 && isModelId(id) ? await readEntry(store.directory, id) : undefined
  if (entry?.state === 'ready') return { kind: 'stored', model: entry.model }
  const parts = shardsOf(basename(path)).map((name) => join(dirname(path), name))
  const sizes = await Promise.all(parts.map(fileSize))
  const [first = path] = parts
  const { contextTokens } = await inspectGguf(first)
  return { kind: 'file', path: first, bytes: sizes.reduce((sum, size) => sum + size, 0), digest: await quickDigest(parts), contextTokens }
}

async function fileSize(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile()) return found.size
  throw new AppError('MODEL_UNKNOWN', `There is no model file ${path}${found === undefined ? '' : ': that is not a regular file'}.`, {
    hint: 'Name a .gguf file, an installed model or hf:user/repository.',
  })
}
