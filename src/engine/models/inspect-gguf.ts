import { type FileHandle, open } from 'node:fs/promises'
import { AppError } from '../../domain/errors.ts'
import { type GgufContents, type GgufHeader, headerGoesOn, parseGgufContents, parseGgufHeader } from './gguf-header.ts'

const firstRead = 2 ** 20
const longestHeader = 2 ** 28

/** Reads the header of a GGUF file; throws `MODEL_INVALID` when it is none, or when a part of it is missing. */
export const inspectGguf = (path: string): Promise<GgufHeader> => inspect(path, parseGgufHeader)

/** The same with everything in the header that says how the model is put together. */
export const readGgufContents = (path: string): Promise<GgufContents> => inspect(path, parseGgufContents)

type Parse<Header> = (bytes: Uint8Array) => Header | typeof headerGoesOn | string

async function inspect<Header extends { expectedBytes: number }>(path: string, parse: Parse<Header>): Promise<Header> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    const header = await readHeader(handle, { size, parse })
    if (typeof header === 'string') throw notUsable(path, header)
    if (size < header.expectedBytes) throw notUsable(path, `it has ${size} bytes of at least ${header.expectedBytes}`)
    return header
  } finally {
    await handle.close()
  }
}

/** Most headers are a few MiB of vocabulary, but nothing says how many: reads four times as much until it is enough. */
async function readHeader<Header>(handle: FileHandle, { size, parse }: { size: number; parse: Parse<Header> }): Promise<Header | string> {
  for (let wanted = firstRead; ; wanted *= 4) {
    const bytes = Buffer.alloc(Math.min(wanted, size, longestHeader))
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0)
    const header = parse(bytes.subarray(0, bytesRead))
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
