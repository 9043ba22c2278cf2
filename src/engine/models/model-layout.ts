import { basename, dirname, join } from 'node:path'
import type { GgufContents } from './gguf-header.ts'
import { readGgufContents } from './inspect-gguf.ts'
import { shardsOf } from './model-files.ts'

/** One layer of a model, in bytes. */
export interface ModelBlock {
  /** Weights of the experts, of which a token needs a few only: what may stay in the memory of the machine. */
  expertBytes: number
  otherBytes: number
  /** What every token of the context keeps here, at 16 bits a number. */
  cacheBytesPerToken: number
}

/** What a model is made of, as far as it matters for where its parts are put. */
export interface ModelLayout {
  blocks: readonly ModelBlock[]
  /** The table of the tokens, which is read on the processor. */
  inputBytes: number
  /** What comes after the last block. */
  outputBytes: number
  /** Tokens it was trained on at once. */
  contextTokens: number | null
  /** Blocks that guess further tokens (MTP). */
  draftBlocks: number
  /** False where a tensor has a type that is newer than our table, and the sizes are therefore too small. */
  isWhole: boolean
}

type Tensors = GgufContents['tensors']

/** llama.cpp's own expression for what `--n-cpu-moe` keeps in the memory of the machine (`LLM_FFN_EXPS_REGEX` in its common.h). */
const expertTensor = /^blk\.\d+\.ffn_(?:up|down|gate|gate_up)_(?:ch)?exps/
const mostBlocks = 2048

/** Reads from the headers of a model's files where its bytes are. Throws `MODEL_INVALID` where they are none. */
export async function readModelLayout(path: string): Promise<ModelLayout> {
  const parts = shardsOf(basename(path)).map((name) => join(dirname(path), name))
  const contents: GgufContents[] = []
  for (const part of parts) contents.push(await readGgufContents(part))
  const tensors = contents.flatMap((part) => part.tensors)
  return layoutOf({ values: contents[0]?.values ?? new Map(), tensors })
}

/** The same from what was read already. */
export function layoutOf({ values, tensors }: Pick<GgufContents, 'values' | 'tensors'>): ModelLayout {
  const architecture = values.get('general.architecture')
  const numbersOf = (name: string) => values.get(`${String(architecture)}.${name}`)
  const numberOf = (name: string) => firstNumber(numbersOf(name))
  const count = Math.min(mostBlocks, numberOf('block_count') ?? highestBlock(tensors) + 1)
  const cacheBytes = cacheBytesPerBlock(numbersOf, count)
  const blocks = Array.from({ length: count }, (_, index) => ({ expertBytes: 0, otherBytes: 0, cacheBytesPerToken: cacheBytes(index) }))
  let [inputBytes, outputBytes] = [0, 0]
  for (const { name, bytes } of tensors) {
    const block = blocks[blockOf(name)]
    if (block !== undefined) block[expertTensor.test(name) ? 'expertBytes' : 'otherBytes'] += bytes ?? 0
    else if (name.startsWith('token_embd.') || name.startsWith('per_layer_token_embd.')) inputBytes += bytes ?? 0
    else outputBytes += bytes ?? 0
  }
  // Where the table of the tokens serves the output too, a copy of it goes with the output.
  if (!tensors.some(({ name }) => name === 'output.weight')) outputBytes += inputBytes
  return {
    blocks,
    inputBytes,
    outputBytes,
    contextTokens: numberOf('context_length') ?? null,
    draftBlocks: numberOf('nextn_predict_layers') ?? 0,
    isWhole: tensors.every(({ bytes }) => bytes !== null),
  }
}

type NumbersOf = (name: string) => ReturnType<GgufContents['values']['get']>

/** Errs upward: layers without attention, or with attention to a window only, count as if they kept everything. */
function cacheBytesPerBlock(numbersOf: NumbersOf, count: number): (index: number) => number {
  const numberOf = (name: string, otherwise: number) => firstNumber(numbersOf(name)) ?? otherwise
  const latent = numberOf('attention.kv_lora_rank', 0)
  if (latent > 0) return () => 2 * (latent + numberOf('rope.dimension_count', 64))
  const heads = numberOf('attention.head_count', 1)
  const headWidth = Math.ceil(numberOf('embedding_length', 0) / Math.max(1, heads))
  const width = numberOf('attention.key_length', headWidth) + numberOf('attention.value_length', headWidth)
  const perBlock = numbersOf('attention.head_count_kv')
  if (Array.isArray(perBlock) && perBlock.length === count) return (index) => 2 * width * (perBlock[index] ?? heads)
  const keyValueHeads = numberOf('attention.head_count_kv', heads)
  return () => 2 * width * keyValueHeads
}

function firstNumber(value: ReturnType<NumbersOf>): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'object' && value !== null && value.length > 0 ? Math.max(...value) : undefined
}

const blockOf = (name: string) => Number(/^blk\.(\d{1,4})\./.exec(name)?.[1] ?? -1)
const highestBlock = (tensors: Tensors) => tensors.reduce((highest, { name }) => Math.max(highest, blockOf(name)), -1)
