import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { link, realpath, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../../domain/errors.ts'
import { sha256OfFile } from './digest.ts'
import { diskFull, requireSpace } from './free-space.ts'
import { inspectGguf } from './inspect-gguf.ts'
import { type Arrived, installModel, partPaths } from './install-model.ts'
import { shardsOf, stemOf } from './model-files.ts'
import { isModelId, modelFolder, suggestModelId } from './model-id.ts'
import { withFolderLock } from '../../system/folder-lock.ts'
import { readEntry, type StoreContext, type StoredModel, storedModel } from './stored-model.ts'
import type { TransferOptions } from './transfer.ts'

export interface ImportOptions extends TransferOptions {
  /** What the model is called in the store; without it, after its file. */
  id?: string | undefined
  /** Copies even where a hard link could be made. */
  copy?: boolean | undefined
}

/**
 * Takes a GGUF file, with all parts of a split one, into the store: as a hard link on the same file system, as a copy
 * elsewhere. Its SHA-256 is recorded.
 */
export async function importModel(
  path: string,
  { store, id: wishedId, copy = false, signal, onProgress }: ImportOptions & { store: StoreContext },
): Promise<StoredModel> {
  const sources = await sourceFiles(resolve(store.cwd, path))
  const [first = path] = sources
  await Promise.all(sources.map(inspectGguf))
  const id = idFor(first, wishedId)
  const folder = modelFolder(store.directory, id)
  const onWait = (holder: string) => onProgress?.({ type: 'wait', holder })
  return withFolderLock(folder, { signal, onWait }, async () => {
    const entry = await readEntry(store.directory, id)
    if (entry?.state === 'ready') return sameModel(entry.model, sources, { signal, onProgress })
    const parts = partPaths(folder, sources.length)
    const transfer: Transfer = { store, copy, signal, onProgress }
    try {
      const files: Arrived[] = []
      for (const [index, source] of sources.entries()) files.push(await bringIn(source, parts[index] ?? '', transfer))
      const manifest = await installModel({ folder, files, source: { kind: 'import', path: first }, checked: false, licence: null })
      return storedModel(id, folder, manifest)
    } finally {
      await Promise.all(parts.map((part) => rm(part, { force: true })))
    }
  })
}

interface Transfer extends TransferOptions {
  store: StoreContext
  copy: boolean
}

async function sourceFiles(path: string): Promise<string[]> {
  const real = await realpath(path).catch((error: unknown) => {
    throw new AppError('MODEL_UNKNOWN', `There is no file ${path}.`, { cause: error })
  })
  const parts = shardsOf(basename(real)).map((name) => join(dirname(real), name))
  for (const part of parts) {
    const found = await stat(part).catch(() => undefined)
    if (found?.isFile()) continue
    const why = found === undefined ? `the part ${basename(part)} is not beside it` : 'it is not a regular file'
    throw new AppError('MODEL_INVALID', `${path} cannot be imported: ${why}.`)
  }
  return parts
}

function idFor(path: string, wished: string | undefined): string {
  const id = wished ?? suggestModelId(stemOf(basename(path)))
  if (id !== null && isModelId(id)) return id
  throw new AppError('USAGE_INVALID', `${JSON.stringify(wished ?? basename(path))} cannot name a model of the store.`, {
    hint: 'Choose one with --name: small letters, digits, dots, dashes and underscores.',
  })
}

/** Importing the same bytes twice is no mistake; other bytes under a name in use are. */
async function sameModel(model: StoredModel, sources: readonly string[], { signal }: TransferOptions): Promise<StoredModel> {
  const recorded = model.manifest.files.map(({ sha256 }) => sha256)
  const same =
    recorded.length === sources.length &&
    (await Promise.all(sources.map((source) => sha256OfFile(source, { signal })))).every((sha256, index) => sha256 === recorded[index])
  if (same) return model
  throw new AppError('USAGE_INVALID', `Another model is installed as ${model.id}.`, {
    hint: `Choose another name with --name, or run \`agent models remove ${model.id}\` first.`,
  })
}

async function bringIn(source: string, part: string, { store, copy, signal, onProgress }: Transfer): Promise<Arrived> {
  const { size } = await stat(source)
  await rm(part, { force: true })
  const linked = !copy && (await tryLink(source, part))
  if (!linked) await requireSpace({ directory: dirname(part), bytes: size, free: store.space.free })
  let doneBytes = 0
  const onBytes = (count: number) => {
    doneBytes += count
    onProgress?.({ type: 'progress', phase: linked ? 'hash' : 'copy', file: basename(source), doneBytes, totalBytes: size })
  }
  const sha256 = linked ? await sha256OfFile(part, { signal, onBytes }) : await copyFile(source, part, { signal, onBytes })
  return { sourcePath: basename(source), bytes: (await stat(part)).size, sha256 }
}

async function tryLink(source: string, part: string): Promise<boolean> {
  return link(source, part).then(
    () => true,
    () => false,
  )
}

async function copyFile(
  source: string,
  part: string,
  { signal, onBytes }: { signal: AbortSignal; onBytes: (count: number) => void },
): Promise<string> {
  const hash = createHash('sha256')
  const hashing = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk)
      onBytes(chunk.length)
      yield chunk
    }
  }
  try {
    await pipeline(createReadStream(source, { highWaterMark: 2 ** 20 }), hashing, createWriteStream(part, { flush: true }), { signal })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw diskFull(dirname(part), `${basename(source)} does not fit`, error)
    throw error
  }
  return hash.digest('hex')
}
