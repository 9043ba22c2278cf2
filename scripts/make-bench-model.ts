// Usage: node scripts/make-bench-model.ts <out.gguf> [--preset bench] [--seed 1] [--echo]
// Writes a mixture-of-experts model of random weights and real size, for measuring speed: it computes what a trained one would, and says nothing of sense.
import { isUtf8 } from 'node:buffer'
import { statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { echoWords } from './gguf/echo-words.ts'
import { metadataOf, type Shape } from './gguf/qwen3moe.ts'
import { bytesOf, randomBlocks } from './gguf/random-blocks.ts'
import { gaussian } from './gguf/random.ts'
import { type StreamedTensor, streamGguf } from './gguf/stream-gguf.ts'
import { byteSymbols, createVocabulary, type Vocabulary } from './gguf/vocabulary.ts'

export interface BenchModelOptions {
  preset: keyof typeof benchPresets
  seed: number
  /** Every token has one successor: after a line break the model says the words of `echoWords`, again and again. */
  echo?: boolean
}

interface Preset extends Shape {
  vocabulary: number
}

/** By name: about 4 MB, about 1 GB, and the sizes that Qwen/Qwen3-30B-A3B publishes in its config.json. */
export const benchPresets = {
  small: {
    layers: 2,
    width: 256,
    heads: 4,
    keyValueHeads: 2,
    headWidth: 64,
    experts: 8,
    expertsUsed: 2,
    expertWidth: 256,
    contextTokens: 32_768,
    ropeBase: 1e6,
    vocabulary: 4096,
  },
  bench: {
    layers: 24,
    width: 1024,
    heads: 16,
    keyValueHeads: 4,
    headWidth: 64,
    experts: 64,
    expertsUsed: 8,
    expertWidth: 256,
    contextTokens: 32_768,
    ropeBase: 1e6,
    vocabulary: 151_936,
  },
  'qwen3-30b-a3b': {
    layers: 48,
    width: 2048,
    heads: 32,
    keyValueHeads: 4,
    headWidth: 128,
    experts: 128,
    expertsUsed: 8,
    expertWidth: 768,
    contextTokens: 40_960,
    ropeBase: 1e6,
    vocabulary: 151_936,
  },
} as const satisfies Record<string, Preset>

/** llama.cpp's number for files whose layers are mostly Q4_K. */
const mostlyQ4K = 15
/** Weights that are made and written at a time. */
const partWeights = 2 ** 20

/** Writes the model to a file, a part at a time. The same options give the same bytes. */
export function makeBenchModel({ preset, seed, echo = false }: BenchModelOptions, path: string): void {
  const shape: Preset = benchPresets[preset]
  const vocabulary = filledVocabulary(shape.vocabulary)
  const name = `random ${preset}${echo ? ' that echoes' : ''}`
  const metadata = metadataOf(name, shape).map(([key, value]): [typeof key, typeof value] => [
    key,
    key === 'general.file_type' ? { u32: mostlyQ4K } : value,
  ])
  const tensors = [...outer(shape, vocabulary, { seed, echo }), ...layersOf(shape, seed)]
  streamGguf([...metadata, ...vocabulary.metadata()], tensors, path)
}

/** Words that no merge leads to make the vocabulary as large as real ones are, because its matrix is a large part of every step. */
function filledVocabulary(size: number): Vocabulary {
  const vocabulary = createVocabulary()
  for (let word = 0; vocabulary.size < size; word++) vocabulary.add(`Ġw${word.toString(36)}#`, 'normal')
  return vocabulary
}

/** The matrices at both ends. Their rows are made one by one, so that a row of one can be a row of the other. */
function outer({ width }: Shape, vocabulary: Vocabulary, { seed, echo }: { seed: number; echo: boolean }): StreamedTensor[] {
  const embedding = randomBlocks('q6_k', { seed: `${seed} token_embd`, deviation: 1 })
  const output = randomBlocks('q6_k', { seed: `${seed} output`, deviation: 3 / Math.sqrt(width) })
  const before = echo ? predecessors(vocabulary) : null
  const unsaid = unsaidTokens(vocabulary)
  const outputRow = (token: number) => {
    if (before) return embedding(before[token]!, width)
    return unsaid.has(token) ? Buffer.alloc(bytesOf('q6_k', width)) : output(token, width)
  }
  const matrix = (name: string, row: (token: number) => Buffer): StreamedTensor => ({
    name,
    dimensions: [width, vocabulary.size],
    type: 'q6_k',
    bytes: bytesOf('q6_k', width * vocabulary.size),
    *data() {
      const rows = Math.max(1, Math.floor(partWeights / width))
      for (let from = 0; from < vocabulary.size; from += rows)
        yield Buffer.concat(Array.from({ length: Math.min(rows, vocabulary.size - from) }, (_, index) => row(from + index)))
    },
  })
  return [
    matrix('token_embd.weight', (token) => embedding(token, width)),
    norm('output_norm.weight', width),
    matrix('output.weight', outputRow),
  ]
}

/** What would end an answer early, and parts of characters, which no trained model leaves alone: their weights are zero. */
function unsaidTokens(vocabulary: Vocabulary): Set<number> {
  const byteOf = new Map(byteSymbols.map((symbol, byte) => [symbol, byte]))
  const isWhole = (token: string) => isUtf8(Buffer.from(Array.from(token, (symbol) => byteOf.get(symbol) ?? 0)))
  const control = ['<|im_start|>', '<|im_end|>', '<|endoftext|>']
  return new Set([...control, ...vocabulary.texts.filter((token) => !isWhole(token))].map((token) => vocabulary.idOf(token)))
}

/** For every token the one it follows: the words and the line break in a ring, all others in another. */
function predecessors(vocabulary: Vocabulary): number[] {
  const ring = [vocabulary.idOf('Ċ'), ...echoWords().map((word) => vocabulary.idOf(`Ġ${word}`))]
  const inRing = new Set(ring)
  const others = Array.from({ length: vocabulary.size }, (_, token) => token).filter((token) => !inRing.has(token))
  const before: number[] = []
  for (const tokens of [ring, others]) for (const [index, token] of tokens.entries()) before[token] = tokens.at(index - 1)!
  return before
}

function layersOf(shape: Shape, seed: number): StreamedTensor[] {
  const { width, heads, keyValueHeads, headWidth, experts, expertWidth, layers } = shape
  const residual = 1 / Math.sqrt(2 * layers)
  const matrix = (name: string, dimensions: readonly number[], scale = 1): StreamedTensor => {
    const weights = dimensions.reduce((product, size) => product * size, 1)
    return {
      name,
      dimensions,
      type: 'q4_k',
      bytes: bytesOf('q4_k', weights),
      *data() {
        const make = randomBlocks('q4_k', { seed: `${seed} ${name}`, deviation: scale / Math.sqrt(dimensions[0]!) })
        for (let from = 0; from < weights; from += partWeights) yield make(from / partWeights, Math.min(partWeights, weights - from))
      },
    }
  }
  const layer = (prefix: string) => [
    norm(`${prefix}.attn_norm.weight`, width),
    matrix(`${prefix}.attn_q.weight`, [width, heads * headWidth]),
    matrix(`${prefix}.attn_k.weight`, [width, keyValueHeads * headWidth]),
    matrix(`${prefix}.attn_v.weight`, [width, keyValueHeads * headWidth]),
    matrix(`${prefix}.attn_output.weight`, [heads * headWidth, width], residual),
    norm(`${prefix}.attn_q_norm.weight`, headWidth),
    norm(`${prefix}.attn_k_norm.weight`, headWidth),
    norm(`${prefix}.ffn_norm.weight`, width),
    router(`${prefix}.ffn_gate_inp.weight`, shape, seed),
    matrix(`${prefix}.ffn_gate_exps.weight`, [width, expertWidth, experts]),
    matrix(`${prefix}.ffn_up_exps.weight`, [width, expertWidth, experts]),
    matrix(`${prefix}.ffn_down_exps.weight`, [expertWidth, width, experts], 4 * residual),
  ]
  return Array.from({ length: layers }, (_, index) => layer(`blk.${index}`)).flat()
}

const norm = (name: string, size: number): StreamedTensor => plain(name, [size], () => new Float32Array(size).fill(1))

const router = (name: string, { width, experts }: Shape, seed: number): StreamedTensor =>
  plain(name, [width, experts], () => gaussian(`${seed} ${name}`, width * experts).map((value) => value / Math.sqrt(width)))

function plain(name: string, dimensions: readonly number[], values: () => Float32Array): StreamedTensor {
  const bytes = 4 * dimensions.reduce((product, size) => product * size, 1)
  return {
    name,
    dimensions,
    type: 'f32',
    bytes,
    *data() {
      const { buffer, byteOffset, byteLength } = values()
      yield Buffer.from(buffer, byteOffset, byteLength)
    },
  }
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: '1' },
      preset: { type: 'string', default: 'bench' },
      echo: { type: 'boolean', default: false },
    },
  })
  const [path] = positionals
  const seed = Number(values.seed)
  const names = Object.keys(benchPresets) as BenchModelOptions['preset'][]
  const preset = names.find((name) => name === values.preset)
  if (path === undefined || positionals.length > 1) throw new Error('Name one file to write.')
  if (!Number.isSafeInteger(seed)) throw new Error(`The seed ${values.seed} is not a whole number.`)
  if (preset === undefined) throw new Error(`The preset ${values.preset} is not known; ${names.join(', ')} are.`)
  makeBenchModel({ preset, seed, echo: values.echo }, path)
  console.log(`${path}: ${(statSync(path).size / 1e9).toFixed(2)} GB`)
}
