import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { AppError } from '../../domain/errors.ts'
import { chooseFiles, quantOf } from './choose-files.ts'
import { type Downloaded, downloadFile } from './download-file.ts'
import { requireSpace } from './free-space.ts'
import type { Hub, HubFile, HubRepository } from './hub.ts'
import { installModel, partPaths, reclaimFinished } from './install-model.ts'
import { shardsOf, stemOf } from './model-files.ts'
import { modelFolder, suggestModelId } from './model-id.ts'
import { withFolderLock } from '../../system/folder-lock.ts'
import { anotherFile, disagreement } from './published.ts'
import { isWished, type PullWish, resolveModel } from './resolve-model.ts'
import { withRetries } from './retry.ts'
import { readEntry, type StoreContext, type StoredModel, storedModel } from './stored-model.ts'
import type { TransferEvent, TransferOptions } from './transfer.ts'

interface PullOptions extends TransferOptions {
  store: StoreContext
  hub: Hub
  retryPauseMs: number
}

/** Brings a model into the store; one that is there already is returned as it is. */
export async function pullModel(reference: string, options: PullOptions): Promise<StoredModel> {
  const { store } = options
  const resolved = await resolveModel(reference, store, { repair: true })
  if (resolved.kind === 'stored') return resolved.model
  if (resolved.kind === 'file') {
    throw new AppError('USAGE_INVALID', `${resolved.path} is a file on this machine.`, {
      hint: `Run \`agent models import\` with it instead.`,
    })
  }
  const plan = await planPull(resolved.wish, options)
  const folder = modelFolder(store.directory, plan.id)
  const { signal, onProgress } = options
  const onWait = (holder: string) => onProgress?.({ type: 'wait', holder })
  return withFolderLock(folder, { signal, onWait }, async () => {
    const entry = await readEntry(store.directory, plan.id)
    if (entry?.state === 'ready' && isWished(entry.model, resolved.wish)) return entry.model
    if (entry?.state === 'ready') throw nameTaken(plan.id)
    return download(plan, folder, options)
  })
}

interface PullPlan {
  id: string
  wish: PullWish
  /** The commit that all files are taken from, where the hub says it. */
  revision: string
  licence: string | null
  files: readonly HubFile[]
}

async function planPull(wish: PullWish, { hub, signal, onProgress, retryPauseMs }: PullOptions): Promise<PullPlan> {
  const onRetry = (reason: string, delayMs: number) => onProgress?.({ type: 'retry', reason, delayMs })
  const retried = <T>(attempt: () => Promise<T>) => withRetries(attempt, { signal, onRetry, pauseMs: retryPauseMs })
  const listing = await retried(() => hub.list(wish, signal))
  const revision = listing?.revision ?? wish.revision
  const files: HubFile[] = []
  for (const file of listing === null ? namedFiles(wish) : chosenFiles(listing, wish)) {
    const location = { repository: wish.repository, revision, path: file.path }
    const described = file.sha256 === null ? await retried(() => hub.describe(location, signal)) : file
    files.push(withCatalogue(described, wish, hub.endpoint))
  }
  return { id: idOf(wish, files), wish, revision, licence: listing?.licence ?? wish.entry?.licence.name ?? null, files }
}

function chosenFiles(listing: HubRepository, { repository, quant, file, entry }: PullWish): HubFile[] {
  // A name in an entry that nobody verified is a guess; the quantisation finds the file under its real name.
  const guessed = entry !== null && !listing.files.some(({ path }) => path === file)
  return chooseFiles(listing, { repository, quant, file: guessed ? null : file })
}

/** Without a listing only files that were named can be asked for. */
function namedFiles({ repository, file }: PullWish): HubFile[] {
  if (file !== null) return shardsOf(file).map((path) => ({ path, bytes: null, sha256: null }))
  throw new AppError('MODEL_UNKNOWN', `The hub does not say which files ${repository} has.`, {
    hint: `Check the name, or name the file: hf:${repository}/<file>.gguf.`,
  })
}

function withCatalogue(file: HubFile, { entry, repository }: PullWish, endpoint: string): HubFile {
  const known = entry?.files.find(({ path }) => path === file.path)
  if (known === undefined) return file
  const wrong = disagreement(known, file)
  if (wrong !== null) throw anotherFile(endpoint, { repository, path: file.path }, wrong)
  return { path: file.path, bytes: known.bytes ?? file.bytes, sha256: known.sha256 ?? file.sha256 }
}

function idOf({ entry, repository, reference }: PullWish, files: readonly HubFile[]): string {
  const path = files[0]?.path ?? ''
  const id = entry?.id ?? suggestModelId(`${repository.replace('/', '--')}--${quantOf(path) ?? stemOf(path)}`)
  if (id !== null) return id
  throw new AppError('MODEL_UNKNOWN', `No name for the store can be made of ${JSON.stringify(reference)}.`, {
    hint: 'Download the file yourself, then run `agent models import <file> --name <name>`.',
  })
}

async function download({ wish, revision, licence, files }: PullPlan, folder: string, options: PullOptions): Promise<StoredModel> {
  const { hub, store, signal, onProgress, retryPauseMs } = options
  await reclaimFinished(folder, files.length)
  const parts = partPaths(folder, files.length)
  await requireSpace({ directory: folder, bytes: await missingBytes(files, parts), free: store.space.free })

  const arrived: (Downloaded & { sourcePath: string })[] = []
  for (const [index, { path, ...expected }] of files.entries()) {
    const location = { repository: wish.repository, revision, path }
    const request = { hub, location, expected, space: store.space, signal, retryPauseMs, partPath: parts[index] ?? '' }
    const downloaded = await downloadFile({ ...request, onProgress: overall(onProgress, files, index) })
    arrived.push({ sourcePath: path, ...downloaded })
  }
  const manifest = await installModel({
    folder,
    licence,
    files: arrived.map(({ sourcePath, bytes, sha256 }) => ({ sourcePath, bytes, sha256 })),
    checked: arrived.every(({ checked }) => checked),
    source: {
      kind: 'hub',
      endpoint: hub.endpoint,
      repository: wish.repository,
      revision,
      requestedRevision: wish.revision,
      catalogueId: wish.entry?.id ?? null,
    },
  })
  return storedModel(basename(folder), folder, manifest)
}

async function missingBytes(files: readonly HubFile[], parts: readonly string[]): Promise<number> {
  const present = await Promise.all(parts.map(async (part) => (await stat(part).catch(() => undefined))?.size ?? 0))
  return files.reduce((sum, { bytes }, index) => sum + Math.max(0, (bytes ?? 0) - (present[index] ?? 0)), 0)
}

/** Progress of one file as progress of the whole model, where all sizes are known. */
function overall(onProgress: TransferOptions['onProgress'], files: readonly HubFile[], index: number): TransferOptions['onProgress'] {
  const sizes = files.map(({ bytes }) => bytes)
  if (onProgress === undefined || files.length === 1 || sizes.includes(null)) return onProgress
  const sum = (values: readonly (number | null)[]) => values.reduce<number>((total, value) => total + (value ?? 0), 0)
  return (event: TransferEvent) => {
    if (event.type !== 'progress') return onProgress(event)
    onProgress({ ...event, doneBytes: sum(sizes.slice(0, index)) + event.doneBytes, totalBytes: sum(sizes) })
  }
}

function nameTaken(id: string): AppError {
  return new AppError('USAGE_INVALID', `Another model is installed as ${id}.`, {
    hint: `Remove it first with \`agent models remove ${id}\`.`,
  })
}
