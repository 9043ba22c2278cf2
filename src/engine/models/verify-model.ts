import { dirname, join } from 'node:path'
import { sha256OfFile } from './digest.ts'
import type { StoredModel } from './stored-model.ts'
import type { TransferOptions } from './transfer.ts'

export interface Verification {
  id: string
  ok: boolean
  files: readonly { name: string; expected: string; actual: string | null }[]
}

/** Reads every byte of an installed model and compares it with the SHA-256 that was recorded when it came. */
export async function verifyModel(
  { id, path, bytes: totalBytes, manifest }: StoredModel,
  { signal, onProgress }: TransferOptions,
): Promise<Verification> {
  let doneBytes = 0
  const files: { name: string; expected: string; actual: string | null }[] = []
  for (const { name, sha256: expected } of manifest.files) {
    const onBytes = (count: number) => {
      doneBytes += count
      onProgress?.({ type: 'progress', phase: 'hash', file: name, doneBytes, totalBytes })
    }
    const actual = await sha256OfFile(join(dirname(path), name), { signal, onBytes }).catch((error: unknown) => {
      signal.throwIfAborted()
      if ((error as NodeJS.ErrnoException).code === undefined) throw error
      return null
    })
    files.push({ name, expected, actual })
  }
  return { id, ok: files.every(({ expected, actual }) => expected === actual), files }
}
