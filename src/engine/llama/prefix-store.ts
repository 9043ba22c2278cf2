import { createHash, randomUUID } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { join } from 'node:path'

interface PrefixStoreOptions {
  folder: string
  /** What all of it may take; the ones that were not used for longest go first. */
  maxBytes: number
}

/** At a time: the engine process does nothing else meanwhile. */
const chunkBytes = 4 << 20
const ending = '.kv'
/** What a process that was killed while it wrote has left behind. */
const abandonedMs = 3_600_000

/**
 * Evaluated beginnings of prompts on disk, each under the name of all that it depends on, and of its own content: a file that is not what it was is
 * never given to the native library, which would believe it. The files are the model's view of the instructions, rules and notes that prompts begin with,
 * and their tokens as well, so that nobody else on this machine may read them. Nothing here is worth failing for. All calls are synchronous: on the
 * one thread that is there for asynchronous ones, the library computes.
 */
export function createPrefixStore({ folder, maxBytes }: PrefixStoreOptions) {
  const files = (): string[] => attempt(() => readdirSync(folder).filter((name) => name.endsWith(ending)), [])
  const remove = (name: string) => attempt(() => rmSync(join(folder, name), { force: true }), undefined)

  const makeRoom = () => {
    const found = files().flatMap((name) =>
      attempt(() => {
        const { size, mtimeMs } = statSync(join(folder, name))
        return [{ name, size, mtimeMs }]
      }, []),
    )
    let total = 0
    for (const { name, size, mtimeMs } of found.toSorted((a, b) => b.mtimeMs - a.mtimeMs)) {
      total += size
      if (total > maxBytes || (name.startsWith('.') && Date.now() - mtimeMs > abandonedMs)) remove(name)
    }
  }

  return {
    /** The file kept under a key, if it is there and sound. */
    find(key: string): { path: string; bytes: number } | null {
      for (const name of files().filter((name) => name.startsWith(`${key}-`))) {
        const path = join(folder, name)
        const bytes = sizeOf(path)
        if (bytes <= maxBytes && name === nameOf(key, hashOf(path))) {
          attempt(() => utimesSync(path, new Date(), new Date()), undefined)
          return { path, bytes }
        }
        remove(name)
      }
      return null
    },

    /** Keeps what `write` puts into the file it is given: whole, or not at all. Returns its bytes, 0 where it was not kept. */
    async add(key: string, write: (path: string) => Promise<unknown>): Promise<number> {
      const draft = join(folder, `.${randomUUID()}${ending}`)
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        closeSync(openSync(draft, 'wx', 0o600))
        await write(draft)
        chmodSync(draft, 0o600)
        const { size } = statSync(draft)
        renameSync(draft, join(folder, nameOf(key, contentHash(draft))))
        makeRoom()
        return size
      } catch {
        attempt(() => rmSync(draft, { force: true }), undefined)
        return 0
      }
    },

    /** Takes out what turned out not to be what it seemed. */
    discard(key: string): void {
      for (const name of files()) if (name.startsWith(`${key}-`)) remove(name)
    },
  }
}

export type PrefixStore = ReturnType<typeof createPrefixStore>

const hashOf = (path: string): string => attempt(() => contentHash(path), '')

/** Of what is no file, such as a pipe or a link to a device, nobody knows where it ends. */
function sizeOf(path: string): number {
  const found = attempt(() => lstatSync(path), null)
  return found?.isFile() ? found.size : Number.POSITIVE_INFINITY
}

const nameOf = (key: string, hash: string) => `${key}-${hash}${ending}`

function contentHash(path: string): string {
  const [hash, buffer] = [createHash('sha256'), Buffer.allocUnsafe(chunkBytes)]
  const file = openSync(path, 'r')
  try {
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) hash.update(buffer.subarray(0, read))
  } finally {
    closeSync(file)
  }
  return hash.digest('hex')
}

function attempt<Value>(work: () => Value, otherwise: Value): Value {
  try {
    return work()
  } catch {
    return otherwise
  }
}
