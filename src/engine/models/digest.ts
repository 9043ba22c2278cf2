import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'

interface HashOptions {
  signal?: AbortSignal | undefined
  onBytes?: ((count: number) => void) | undefined
}

/** SHA-256 of a whole file, in hex; reads it once, in pieces. */
export async function sha256OfFile(path: string, { signal, onBytes }: HashOptions = {}): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20, signal }) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    onBytes?.(chunk.length)
  }
  return hash.digest('hex')
}

const sampleBytes = 2 ** 20

/**
 * A digest that costs two reads per file instead of all of it: size, first and last MiB of each.
 * Tells versions of a model apart, but does not show a change in the middle; that is what the label says.
 */
export async function quickDigest(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const path of paths) await addEnds(hash, path)
  return `partial-sha256:${hash.digest('hex')}`
}

async function addEnds(hash: Hash, path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    hash.update(`${size}\n`)
    const sample = Buffer.alloc(Math.min(sampleBytes, size))
    for (const position of [0, size - sample.length]) {
      const { bytesRead } = await handle.read(sample, 0, sample.length, position)
      hash.update(sample.subarray(0, bytesRead))
    }
  } finally {
    await handle.close()
  }
}

/** One digest for a model in one or several files, from the SHA-256 of each. */
export function modelDigest(sha256s: readonly string[]): string {
  const [only] = sha256s
  if (only !== undefined && sha256s.length === 1) return `sha256:${only}`
  return `sha256-shards:${createHash('sha256').update(sha256s.join('\n')).digest('hex')}`
}
