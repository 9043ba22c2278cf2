import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { encodeHead, type GgufModel, paddingAfter, type TensorEntry } from './gguf.ts'

/** A tensor whose data is made while it is written. */
export interface StreamedTensor extends TensorEntry {
  data(): Iterable<Buffer>
}

/** Writes a file of any size with the memory of one part of a tensor; others never see it half-written. */
export function streamGguf(metadata: GgufModel['metadata'], tensors: readonly StreamedTensor[], path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  const unfinished = `${path}.${process.pid}`
  const file = openSync(unfinished, 'w')
  try {
    writeAll(file, encodeHead(metadata, tensors))
    for (const tensor of tensors) writeTensor(file, tensor)
    closeSync(file)
    renameSync(unfinished, path)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
}

function writeTensor(file: number, { name, bytes, data }: StreamedTensor): void {
  let written = 0
  for (const part of data()) {
    writeAll(file, part)
    written += part.length
  }
  if (written !== bytes) throw new Error(`${name} has ${written} bytes, not ${bytes}.`)
  writeAll(file, Buffer.alloc(paddingAfter(bytes)))
}

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}
