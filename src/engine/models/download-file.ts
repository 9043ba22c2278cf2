import { dirname } from 'node:path'
import { AppError } from '../../domain/errors.ts'
import { diskFull, requireSpace, type SpaceWatch } from './free-space.ts'
import type { Hub } from './hub.ts'
import { type HubAnswer, reasonOf } from './hub-request.ts'
import { inBlocks } from './in-blocks.ts'
import { anotherFile, disagreement, type FileLocation, type Published } from './published.ts'
import { canContinue, openPart, type PartFile, removePart } from './part-file.ts'
import { TransientFailure, withRetries } from './retry.ts'
import type { TransferOptions } from './transfer.ts'

export interface DownloadRequest extends TransferOptions {
  hub: Hub
  location: FileLocation
  /** Where the bytes gather; what an interrupted download left there is continued. */
  partPath: string
  expected: Published
  space: SpaceWatch
  retryPauseMs: number
}

export interface Downloaded {
  bytes: number
  sha256: string
  /** Whether the catalogue or the hub published a checksum that the bytes were compared with. */
  checked: boolean
}

/** Downloads one file, or the rest of it, and compares its size and SHA-256 with what was published. */
export async function downloadFile(request: DownloadRequest): Promise<Downloaded> {
  const { partPath, expected, signal, location, onProgress, retryPauseMs } = request
  const onHashed = (doneBytes: number) =>
    onProgress?.({ type: 'progress', phase: 'hash', file: location.path, doneBytes, totalBytes: expected.bytes })
  const part = await openPart(partPath, { sha256: expected.sha256, signal, onHashed })
  try {
    const onRetry = (reason: string, delayMs: number) => onProgress?.({ type: 'retry', reason, delayMs })
    const published = await withRetries(() => continueDownload(part, request), { signal, onRetry, pauseMs: retryPauseMs })
    const sha256 = await part.finish()
    if (published.sha256 !== null && published.sha256 !== sha256) throw await spoiled(part, { ...published, actual: sha256 })
    if (published.sha256 === null) onProgress?.({ type: 'unchecked', file: location.path })
    return { bytes: part.bytes(), sha256, checked: published.sha256 !== null }
  } finally {
    await part.close()
  }
}

async function continueDownload(part: PartFile, request: DownloadRequest): Promise<Published> {
  const { hub, location, expected, signal } = request
  if (expected.bytes !== null && part.bytes() > expected.bytes) await restart(part, request, 'more is there than the file has')
  if (part.bytes() > 0 && part.bytes() === expected.bytes) return expected
  if (part.bytes() > 0 && !canContinue(part.state())) await restart(part, request, 'nothing could tell whether the file is still the same')

  const idle = new AbortController()
  const answer = await hub.get(location, rangeOf(part), AbortSignal.any([signal, idle.signal]))
  const published = await agree(part, answer, request)
  if (answer.response.status === 416) return published
  try {
    await receive(part, { ...request, expected: published, body: answer.response.body ?? new ReadableStream(), idle })
  } finally {
    idle.abort()
  }
  if (published.bytes !== null && part.bytes() < published.bytes) {
    throw new TransientFailure(`${location.path} ended after ${part.bytes()} of ${published.bytes} bytes`)
  }
  return published
}

/** A weak validator does not promise equal bytes, so it is not sent; the checksum of the whole decides then. */
function rangeOf(part: PartFile): Record<string, string> {
  if (part.bytes() === 0) return {}
  const { validator } = part.state()
  return { range: `bytes=${part.bytes()}-`, ...(validator === null ? {} : { 'if-range': validator }) }
}

/** Brings the part in line with what the server is about to send, and says what the whole must be in the end. */
async function agree(part: PartFile, { response, linked }: HubAnswer, request: DownloadRequest): Promise<Published> {
  const { expected, hub, location } = request
  const announced = announcedBy(response)
  const published = { bytes: expected.bytes ?? linked.bytes ?? announced.total, sha256: expected.sha256 ?? linked.sha256 }
  const wrong = disagreement(published, { bytes: announced.total ?? linked.bytes, sha256: linked.sha256 })
  if (wrong !== null) {
    await response.body?.cancel()
    throw anotherFile(hub.endpoint, location, wrong)
  }
  if (response.status === 416 && announced.total === part.bytes() && part.bytes() > 0) return published
  if (response.status === 416 || (response.status === 206 && announced.start !== part.bytes())) {
    await response.body?.cancel()
    await restart(part, request, 'the hub could not continue it')
    throw new TransientFailure(`${request.location.path} could not be continued`)
  }
  const state = { validator: strongValidator(response), sha256: published.sha256 }
  if (response.status !== 206 && part.bytes() > 0)
    await restart(part, request, 'the file has changed, or the hub cannot continue a download')
  if (part.bytes() === 0) await part.restart(state)
  return published
}

async function restart(part: PartFile, { onProgress, location, expected }: DownloadRequest, reason: string): Promise<void> {
  onProgress?.({ type: 'restart', file: location.path, reason })
  await part.restart({ validator: null, sha256: expected.sha256 })
}

/** What a run that is killed loses at most. */
const largestBlock = 2 ** 20

interface Reception extends DownloadRequest {
  body: ReadableStream<Uint8Array>
  idle: AbortController
}

async function receive(part: PartFile, reception: Reception): Promise<void> {
  const { body, idle, hub, signal, location, expected, onProgress } = reception
  const timer = setTimeout(() => idle.abort(), hub.idleMs)
  try {
    await watchSpace(part, reception)
    const tell = (waiting: number) =>
      onProgress?.({
        type: 'progress',
        phase: 'download',
        file: location.path,
        doneBytes: part.bytes() + waiting,
        totalBytes: expected.bytes,
      })
    const onPiece = (waiting: number) => {
      timer.refresh()
      tell(waiting)
    }
    tell(0)
    let watched = part.bytes()
    for await (const block of inBlocks(body, { blockBytes: Math.min(largestBlock, reception.space.everyBytes), onPiece })) {
      if (expected.bytes !== null && part.bytes() + block.length > expected.bytes)
        throw anotherFile(hub.endpoint, location, `more than ${expected.bytes} bytes arrive`)
      await part.append(block)
      if (part.bytes() - watched < reception.space.everyBytes) continue
      await watchSpace(part, reception)
      watched = part.bytes()
    }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof AppError) throw error
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw diskFull(dirname(part.path), `${location.path} does not fit`, error)
    const why = idle.signal.aborted ? `nothing arrived for ${hub.idleMs} ms` : reasonOf(error)
    throw new TransientFailure(`${location.path} broke off after ${part.bytes()} bytes: ${why}`, { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

async function watchSpace(part: PartFile, { expected, space }: Reception): Promise<void> {
  const bytes = expected.bytes === null ? 0 : expected.bytes - part.bytes()
  await requireSpace({ directory: dirname(part.path), bytes, free: space.free })
}

function announcedBy({ status, headers }: Response): { start: number; total: number | null } {
  if (status === 200) return { start: 0, total: headers.has('content-encoding') ? null : numberIn(headers.get('content-length')) }
  const [, start, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? []
  return { start: numberIn(start) ?? -1, total: numberIn(total) }
}

const numberIn = (text: string | null | undefined) => (/^\d{1,15}$/.test(text ?? '') ? Number(text) : null)

function strongValidator({ headers }: Response): string | null {
  const etag = headers.get('etag')
  return etag !== null && etag.startsWith('"') ? etag : null
}

/** Bytes that are proven wrong are not worth continuing. */
async function spoiled(part: PartFile, { sha256, actual }: { sha256: string | null; actual: string }): Promise<AppError> {
  await removePart(part.path)
  return new AppError('MODEL_INVALID', `What arrived has the SHA-256 ${actual}, but ${sha256} was published; it was deleted.`, {
    hint: 'Pull it again. If it happens twice, a proxy or a mirror delivers something else: check HF_ENDPOINT.',
  })
}
