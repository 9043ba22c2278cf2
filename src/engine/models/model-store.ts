import { resolve } from 'node:path'
import { type CatalogueEntry, readCatalogue } from './catalogue.ts'
import { freeBytes, type SpaceWatch } from './free-space.ts'
import type { HubOptions } from './hub.ts'
import type { ImportOptions } from './import-model.ts'
import { type ResolvedModel, resolveModel } from './resolve-model.ts'
import {
  damagedModel,
  listEntries,
  notInstalled,
  readEntry,
  readyModels,
  removeModel,
  type StoreContext,
  type StoredModel,
  type StoreEntry,
} from './stored-model.ts'
import type { TransferOptions } from './transfer.ts'
import type { Verification } from './verify-model.ts'

export interface ModelStoreOptions {
  directory: string
  /** What paths that users write are relative to. */
  cwd: string
  hub: HubOptions
  catalogue?: readonly CatalogueEntry[]
  space?: SpaceWatch
  retryPauseMs?: number
}

/** The models of this machine. Nothing is read, created or asked for before a function is called. */
export interface ModelStore {
  readonly directory: string
  readonly catalogue: readonly CatalogueEntry[]
  readonly hub: Pick<HubOptions, 'endpoint' | 'offline'>
  list(): Promise<readonly StoreEntry[]>
  /** What a reference (id, path or `hf:…`) means here; throws `MODEL_UNKNOWN` when it means nothing. */
  resolve(reference: string): Promise<ResolvedModel>
  /** The installed model that is taken when none is named: the one added last. */
  preferred(): Promise<StoredModel | undefined>
  pull(reference: string, options: TransferOptions): Promise<StoredModel>
  import(path: string, options: ImportOptions): Promise<StoredModel>
  verify(id: string, options: TransferOptions): Promise<Verification>
  /** Deletes a model, or what an interrupted download of it left; returns how many bytes lay there. */
  remove(id: string): Promise<number>
}

/** Where models come from unless HF_ENDPOINT says otherwise. */
export const publicHub = 'https://huggingface.co'

const defaultSpace: SpaceWatch = { free: freeBytes, everyBytes: 2 ** 28 }

/** Opens the model store in a directory, which need not exist yet. */
export function openModelStore({
  directory,
  cwd,
  hub,
  catalogue = readCatalogue(),
  space = defaultSpace,
  retryPauseMs = 1000,
}: ModelStoreOptions): ModelStore {
  const store: StoreContext = { directory: resolve(cwd, directory), cwd, catalogue, space }
  return {
    directory: store.directory,
    catalogue,
    hub,
    list: () => listEntries(store.directory),
    resolve: (reference) => resolveModel(reference, store),
    preferred: async () => newest(readyModels(await listEntries(store.directory))),
    // A run that finds its model in the store loads nothing of what brings models there.
    async pull(reference, options) {
      const [{ pullModel }, { createHub }] = await Promise.all([import('./pull-model.ts'), import('./hub.ts')])
      return pullModel(reference, { ...options, store, hub: createHub(hub), retryPauseMs })
    },
    import: async (path, options) => (await import('./import-model.ts')).importModel(path, { ...options, store }),
    verify: async (id, options) => (await import('./verify-model.ts')).verifyModel(await readyModel(store, id), options),
    remove: (id) => removeModel(store.directory, id),
  }
}

async function readyModel({ directory }: StoreContext, id: string): Promise<StoredModel> {
  const entry = await readEntry(directory, id)
  if (entry?.state === 'ready') return entry.model
  throw entry?.state === 'damaged' ? damagedModel(entry) : notInstalled(id)
}

function newest(models: readonly StoredModel[]): StoredModel | undefined {
  return models.toSorted((a, b) => b.manifest.addedAt.localeCompare(a.manifest.addedAt) || a.id.localeCompare(b.id))[0]
}
