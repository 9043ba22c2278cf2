import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { z } from 'zod'

const stateSchema = z.strictObject({ validator: z.string().nullable(), sha256: z.string().nullable() })

/** What was known about a file when its download began; decides whether the rest may be appended later. */
export type PartState = z.infer<typeof stateSchema>

/** An unfinished download: its bytes on disk, and the hash of exactly those bytes. */
export interface PartFile {
  readonly path: string
  bytes(): number
  state(): PartState
  append(chunk: Uint8Array): Promise<void>
  /** Throws away what is there and begins again with this state. */
  restart(state: PartState): Promise<void>
  /** Flushes to the disk and returns the SHA-256 of everything. */
  finish(): Promise<string>
  close(): Promise<void>
}

interface OpenOptions {
  /** The checksum the whole file must have in the end, where it is known. */
  sha256: string | null
  onHashed: (bytes: number) => void
  signal: AbortSignal
}

/** The name of a file while it is not complete. */
export const partPathOf = (path: string) => `${path}.part`

/** Whether a file is an unfinished download, or what is kept about one. */
export const isPartName = (name: string) => /\.part(?:\.json)?$/.test(name)

/** Whether more bytes may be appended: something must show in the end, or now, that they are of the same file. */
export const canContinue = ({ validator, sha256 }: PartState) => validator !== null || sha256 !== null

/** Opens what an earlier download left, and reads it for the hash; begins anew where it belongs to another file. */
export async function openPart(path: string, { sha256, onHashed, signal }: OpenOptions): Promise<PartFile> {
  const statePath = statePathOf(path)
  await letGoOfLinks(path)
  let state = await readState(statePath)
  const handle = await open(path, 'a+')
  let hash: Hash = createHash('sha256')
  let bytes = 0

  const restart = async (next: PartState) => {
    await handle.truncate(0)
    await writeFile(statePath, JSON.stringify(next))
    hash = createHash('sha256')
    bytes = 0
    state = next
  }
  try {
    if (!belongs(state, sha256)) await restart({ validator: null, sha256 })
    for await (const chunk of chunksOf(handle, signal)) {
      hash.update(chunk)
      bytes += chunk.length
      onHashed(bytes)
    }
  } catch (error) {
    await handle.close()
    throw error
  }
  return {
    path,
    bytes: () => bytes,
    state: () => state ?? { validator: null, sha256 },
    async append(chunk) {
      await handle.appendFile(chunk)
      hash.update(chunk)
      bytes += chunk.length
    },
    restart,
    async finish() {
      await handle.sync()
      return hash.copy().digest('hex')
    },
    close: () => handle.close(),
  }
}

/** Removes a part and what is kept about it. */
export async function removePart(path: string): Promise<void> {
  await Promise.all([rm(path, { force: true }), rm(statePathOf(path), { force: true })])
}

/** Removes what is kept about a part, once the part itself has its final name. */
export async function forgetPart(path: string): Promise<void> {
  await rm(statePathOf(path), { force: true })
}

/** An import may have linked the user's own file here: appending or truncating would change that one. */
async function letGoOfLinks(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found !== undefined && found.nlink > 1) await rm(path)
}

const statePathOf = (path: string) => `${path}.json`

/** A known checksum is the better witness; without one, only what the server can compare may be continued. */
function belongs(state: PartState | null, sha256: string | null): boolean {
  if (sha256 !== null) return (state?.sha256 ?? sha256) === sha256
  return state !== null && canContinue(state)
}

async function readState(path: string): Promise<PartState | null> {
  try {
    return stateSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return null
  }
}

async function* chunksOf(handle: FileHandle, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(2 ** 20)
  for (let position = 0; ; ) {
    signal.throwIfAborted()
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position)
    if (bytesRead === 0) return
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}
