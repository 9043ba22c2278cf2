import { type FileHandle, open } from 'node:fs/promises'
import { AppError } from '../../domain/errors.ts'
import { type GgufHeader, headerGoesOn, parseGgufHeader } from './gguf-header.ts'

const firstRead = 2 ** 20
const longestHeader = 2 ** 28

/** Reads the header of a GGUF file; throws `MODEL_INVALID` when it is none, or when a part of it is missing. */
export async function inspectGguf(path: string): Promise<GgufHeader> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    const header = await readHeader(handle, size)
    if (typeof header === 'string') throw notUsable(path, header)
    if (size < header.expectedBytes) throw notUsable(path, `it has ${size} bytes of at least ${header.expectedBytes}`)
    return header
  } finally {
    await handle.close()
  }
}

/** Most headers are a few MiB of vocabulary, but nothing says how many: reads four times as much until it is enough. */
async function readHeader(handle: FileHandle, size: number): Promise<GgufHeader | string> {
  for (let wanted = firstRead; ; wanted *= 4) {
    const bytes = Buffer.alloc(Math.min(wanted, size, longestHeader))
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0)
    const header = parseGgufHeader(bytes.subarray(0, bytesRead))
    if (header !== headerGoesOn) return header
    if (bytes.length >= size) return `it ends after ${size} bytes, inside its header`
    if (bytes.length === longestHeader) return `its header is longer than ${longestHeader} bytes`
  }
}

function notUsable(path: string, why: string): AppError {
  return new AppError('MODEL_INVALID', `${path} is not a complete GGUF model: ${why}.`, {
    hint: 'Get the file again, for example with `agent models pull`.',
  })
}
