import { closeSync, openSync, readSync } from 'node:fs'
import { basename } from 'node:path'

const key = Buffer.from('general.name')
const stringType = 8
const longestName = 200

/** What a GGUF file calls its model, or else the file's own name. It reads the first few KiB, where the name stands, and never fails. */
export function readModelName(path: string): string {
  return nameIn(readStart(path)) ?? basename(path)
}

function nameIn(bytes: Buffer): string | null {
  const type = bytes.indexOf(key) + key.length
  if (type < key.length || bytes.length < type + 12 || bytes.readUInt32LE(type) !== stringType) return null
  const start = type + 12
  const length = Number(bytes.readBigUInt64LE(type + 4))
  if (length < 1 || length > longestName || start + length > bytes.length) return null
  return bytes.toString('utf8', start, start + length).replaceAll(/\p{Cc}/gu, ' ')
}

function readStart(path: string): Buffer {
  try {
    const file = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(8192)
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0))
    } finally {
      closeSync(file)
    }
  } catch {
    // Opening the engine says what is wrong with the file.
    return Buffer.alloc(0)
  }
}
