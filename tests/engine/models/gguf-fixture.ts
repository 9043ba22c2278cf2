/** Writes small but whole GGUF files: real headers, real tensor data, no model that could be run. */

type Value =
  | { type: 'string'; value: string }
  | { type: 'uint32'; value: number }
  | { type: 'uint16'; value: number }
  | { type: 'uint64'; value: number }
  | { type: 'float32'; value: number }
  | { type: 'bool'; value: boolean }
  | { type: 'strings'; value: readonly string[] }
  | { type: 'floats'; value: readonly number[] }
  | { type: 'uint32s'; value: readonly number[] }
  | { type: 'nested'; value: readonly (readonly number[])[] }

export interface Tensor {
  name: string
  dimensions: readonly number[]
  /** ggml's number: 0 is F32, 2 is Q4_0, 12 is Q4_K. */
  type: number
  bytes: number
}

export interface GgufPlan {
  version?: number
  values?: Readonly<Record<string, Value>>
  tensors?: readonly Tensor[]
  alignment?: number
  /** Fills the tensor data, so that two files of one size differ. */
  seed?: number
}

const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer)
const u64 = (value: number) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer)
const f32 = (value: number) => Buffer.from(Float32Array.of(value).buffer)
const text = (value: string) => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)])

export const tinyTensor: Tensor = { name: 'token_embd.weight', dimensions: [32, 4], type: 2, bytes: 4 * 18 }

/** The bytes of a GGUF file with these values and tensors. */
export function ggufBytes({ version = 3, values = tinyValues(), tensors = [tinyTensor], alignment = 32, seed = 1 }: GgufPlan = {}): Buffer {
  const all = alignment === 32 ? values : { ...values, 'general.alignment': { type: 'uint32', value: alignment } as const }
  const offsets: number[] = []
  let end = 0
  for (const { bytes } of tensors) {
    offsets.push(end)
    end = Math.ceil((end + bytes) / alignment) * alignment
  }
  const header = Buffer.concat([
    u32(0x46554747),
    u32(version),
    u64(tensors.length),
    u64(Object.keys(all).length),
    ...Object.entries(all).map(([key, value]) => Buffer.concat([text(key), valueBytes(value)])),
    ...tensors.map(({ name, dimensions, type }, index) =>
      Buffer.concat([text(name), u32(dimensions.length), ...dimensions.map(u64), u32(type), u64(offsets[index]!)]),
    ),
  ])
  const padding = Buffer.alloc(Math.ceil(header.length / alignment) * alignment - header.length)
  const last = tensors.length - 1
  const data = Buffer.alloc(tensors.length === 0 ? 0 : offsets[last]! + tensors[last]!.bytes)
  for (let index = 0; index < data.length; index++) data[index] = (index * 31 + seed * 7) % 251
  return Buffer.concat([header, padding, data])
}

/** A file of about this many bytes, whose content depends on the seed. */
export function ggufOfSize(bytes: number, seed = 1): Buffer {
  const rows = Math.ceil(bytes / 18)
  return ggufBytes({ seed, tensors: [{ name: 'token_embd.weight', dimensions: [32, rows], type: 2, bytes: rows * 18 }] })
}

export function tinyValues(more: Readonly<Record<string, Value>> = {}): Readonly<Record<string, Value>> {
  return {
    'general.architecture': { type: 'string', value: 'qwen3moe' },
    'general.license': { type: 'string', value: 'apache-2.0' },
    'qwen3moe.context_length': { type: 'uint32', value: 4096 },
    'qwen3moe.expert_count': { type: 'uint32', value: 8 },
    'qwen3moe.rope.freq_base': { type: 'float32', value: 10_000 },
    'tokenizer.ggml.add_bos_token': { type: 'bool', value: false },
    'tokenizer.ggml.tokens': { type: 'strings', value: ['a', 'b', 'ü'] },
    'tokenizer.ggml.scores': { type: 'floats', value: [0, 1, 2] },
    ...more,
  }
}

function valueBytes(value: Value): Buffer {
  switch (value.type) {
    case 'string':
      return Buffer.concat([u32(8), text(value.value)])
    case 'uint16':
      return Buffer.concat([u32(2), Buffer.from(Uint16Array.of(value.value).buffer)])
    case 'uint32':
      return Buffer.concat([u32(4), u32(value.value)])
    case 'uint64':
      return Buffer.concat([u32(10), u64(value.value)])
    case 'float32':
      return Buffer.concat([u32(6), f32(value.value)])
    case 'bool':
      return Buffer.concat([u32(7), Buffer.from([Number(value.value)])])
    case 'strings':
      return Buffer.concat([u32(9), u32(8), u64(value.value.length), ...value.value.map(text)])
    case 'floats':
      return Buffer.concat([u32(9), u32(6), u64(value.value.length), ...value.value.map(f32)])
    case 'uint32s':
      return Buffer.concat([u32(9), u32(4), u64(value.value.length), ...value.value.map(u32)])
    case 'nested':
      return Buffer.concat([
        u32(9),
        u32(9),
        u64(value.value.length),
        ...value.value.map((inner) => Buffer.concat([u32(6), u64(inner.length), ...inner.map(f32)])),
      ])
  }
}
