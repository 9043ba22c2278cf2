import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** A value of a GGUF file's metadata, tagged with the type it is written as. */
export type MetadataValue =
  | { u32: number }
  | { f32: number }
  | { bool: boolean }
  | { text: string }
  | { texts: readonly string[] }
  | { i32s: readonly number[] }

export interface Tensor {
  name: string
  /** Innermost first, as GGUF has it: a matrix is `[columns, rows]`. */
  dimensions: readonly number[]
  type: 'f32' | 'f16'
  /** Row by row. */
  values: Float32Array
}

export interface GgufModel {
  metadata: readonly (readonly [key: string, value: MetadataValue])[]
  tensors: readonly Tensor[]
}

// Numbers of the GGUF v3 format, as its specification in llama.cpp (ggml/include/gguf.h) gives them.
const version = 3
const alignment = 32
const valueTypes = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 }
const tensorTypes = { f32: 0, f16: 1, q4_0: 2, q8_0: 8, q4_k: 12, q6_k: 14 }

/** What the head of a file says about a tensor. */
export interface TensorEntry {
  name: string
  /** Innermost first. */
  dimensions: readonly number[]
  type: keyof typeof tensorTypes
  /** Of its data, without what fills up to the next tensor. */
  bytes: number
}

/** The bytes of a GGUF file. The same model always gives the same bytes. */
function encodeGguf({ metadata, tensors }: GgufModel): Buffer {
  const data = tensors.map(({ name, dimensions, type, values }) => {
    if (dimensions.reduce((product, size) => product * size, 1) !== values.length)
      throw new Error(`${name} has ${values.length} values, not ${dimensions.join(' × ')}.`)
    return type === 'f32' ? f32Bytes(values) : f16Bytes(values)
  })
  const entries = tensors.map((tensor, index) => ({ ...tensor, bytes: data[index]!.length }))
  return Buffer.concat([encodeHead(metadata, entries), ...data.map(padded)])
}

/** Everything before the data: what the file says about itself, and where each tensor lies. */
export function encodeHead(metadata: GgufModel['metadata'], tensors: readonly TensorEntry[]): Buffer {
  const head = [Buffer.from('GGUF'), u32(version), u64(tensors.length), u64(metadata.length)]
  for (const [key, value] of metadata) head.push(text(key), ...encodeValue(value))
  let offset = 0
  for (const { name, dimensions, type, bytes } of tensors) {
    head.push(text(name), u32(dimensions.length), ...dimensions.map(u64), u32(tensorTypes[type]), u64(offset))
    offset += bytes + paddingAfter(bytes)
  }
  return padded(Buffer.concat(head))
}

/** Each tensor begins at a multiple of 32 bytes. */
export const paddingAfter = (bytes: number) => (alignment - (bytes % alignment)) % alignment

/** Writes a file that others never see half-written, even when several processes write it at once. */
export function writeGguf(model: GgufModel, path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  const unfinished = `${path}.${process.pid}`
  writeFileSync(unfinished, encodeGguf(model))
  renameSync(unfinished, path)
}

function encodeValue(value: MetadataValue): Buffer[] {
  if ('u32' in value) return [u32(valueTypes.u32), u32(value.u32)]
  if ('f32' in value) return [u32(valueTypes.f32), f32(value.f32)]
  if ('bool' in value) return [u32(valueTypes.bool), Buffer.from([value.bool ? 1 : 0])]
  if ('text' in value) return [u32(valueTypes.string), text(value.text)]
  if ('texts' in value) return [...arrayHead(valueTypes.string, value.texts), Buffer.concat(value.texts.map(text))]
  return [...arrayHead(valueTypes.i32, value.i32s), Buffer.from(Int32Array.from(value.i32s).buffer)]
}

const arrayHead = (type: number, values: readonly unknown[]) => [u32(valueTypes.array), u32(type), u64(values.length)]
const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(paddingAfter(bytes.length))])

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return bytes
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8')
  return Buffer.concat([u64(bytes.length), bytes])
}

const f32Bytes = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)

function f16Bytes(values: Float32Array): Buffer {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  return Buffer.from(Uint16Array.from(bits, halfOf).buffer)
}

/** The half-precision bits of a single-precision number, rounded toward zero. */
export function halfOf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000
  const exponent = ((bits >>> 23) & 0xff) - 127 + 15
  const mantissa = bits & 0x7fffff
  if (exponent >= 31) return sign | 0x7c00
  if (exponent > 0) return sign | (exponent << 10) | (mantissa >> 13)
  return exponent < -10 ? sign : sign | ((mantissa | 0x800000) >> (14 - exponent))
}
