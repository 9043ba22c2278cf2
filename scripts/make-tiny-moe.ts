// Usage: node scripts/make-tiny-moe.ts <out.gguf> [--seed n] [--arch qwen3moe|deepseek2]
// Writes a real mixture-of-experts model of random weights, for tests of the local engine: it loads and generates, and says nothing of sense.
import { parseArgs } from 'node:util'
import { deepseek2, type DeepSeekShape } from './gguf/deepseek2.ts'
import { writeGguf } from './gguf/gguf.ts'
import { gaussian } from './gguf/random.ts'
import { type MatrixRequest, qwen3moe, type Shape } from './gguf/qwen3moe.ts'
import { byteSymbols, createVocabulary, type Vocabulary, type VocabularyOptions } from './gguf/vocabulary.ts'

const architectures = ['qwen3moe', 'deepseek2'] as const

export interface TinyMoeOptions extends VocabularyOptions {
  seed: number
  /** Without it, qwen3moe. */
  arch?: (typeof architectures)[number]
  /** With it, every token is followed by the one that stands so many places behind it in the vocabulary: what it will say is known beforehand. */
  step?: number
}

const shape: Shape = {
  layers: 2,
  width: 64,
  heads: 4,
  keyValueHeads: 2,
  headWidth: 16,
  experts: 8,
  expertsUsed: 2,
  expertWidth: 32,
  contextTokens: 8192,
  ropeBase: 1e6,
}

const deepSeekShape: DeepSeekShape = {
  layers: 3,
  denseLayers: 1,
  width: 64,
  heads: 4,
  queryRank: 32,
  keyValueRank: 32,
  keyWidth: 16,
  turningWidth: 16,
  valueWidth: 16,
  denseWidth: 128,
  experts: 8,
  expertsUsed: 2,
  expertWidth: 32,
  contextTokens: 8192,
  ropeBase: 1e4,
}

/** Writes the model to a file. The same seed gives the same bytes. */
export function makeTinyMoe({ seed, step, arch, ...template }: TinyMoeOptions, path: string): void {
  const vocabulary = createVocabulary(template)
  const weights = (matrix: MatrixRequest): Float32Array => {
    const scale = deviationOf(matrix) * (step === undefined ? 1 : faintness(matrix))
    const values = gaussian(`${seed} ${matrix.name}`, matrix.columns * matrix.rows).map((value) => value * scale)
    if (step !== undefined) return matrix.name === 'output.weight' ? stepped(seed, step, matrix) : values
    if (matrix.name === 'token_embd.weight') for (let row = 0; row < matrix.rows; row++) values[row * matrix.columns] = 4
    if (matrix.name === 'output.weight') for (const row of unsaid(vocabulary)) values[row * matrix.columns] = -6
    return values
  }
  const options = { name: 'tiny test model, random weights', vocabulary, weights }
  writeGguf(arch === 'deepseek2' ? deepseek2({ ...options, shape: deepSeekShape }) : qwen3moe({ ...options, shape }), path)
}

/**
 * Bytes that begin a character of three or four bytes, or none. Random bytes after them are often no character at all, and llama.cpp's grammars
 * let some of those pass; a model that has learnt anything does not say them.
 */
const unsaid = (vocabulary: Vocabulary) =>
  byteSymbols.flatMap((symbol, byte) => (byte >= 0xe0 || byte === 0xc0 || byte === 0xc1 ? [vocabulary.idOf(symbol)] : []))

/** What the layers add to the embedding is hardly anything: they run, and change nothing. */
const faintness = ({ name }: MatrixRequest) => (/attn_output|ffn_down/.test(name) ? 0.01 : 1)

/** The row of each token is the embedding of the one before it, so that this is what it answers to. */
function stepped(seed: number, step: number, { columns, rows }: MatrixRequest): Float32Array {
  const embeddings = gaussian(`${seed} token_embd.weight`, columns * rows)
  const values = new Float32Array(columns * rows)
  for (let row = 0; row < rows; row++) values.set(embeddings.subarray(row * columns, (row + 1) * columns), ((row + step) % rows) * columns)
  return values
}

/** Standard deviations that keep the residual stream near 1 and the logits spread enough that sampling wanders through the vocabulary. */
function deviationOf({ name, columns }: MatrixRequest): number {
  const residual = 1 / Math.sqrt(2 * shape.layers)
  if (name === 'token_embd.weight') return 1
  if (name === 'output.weight') return 3 / Math.sqrt(columns)
  if (name.includes('attn_output')) return residual / Math.sqrt(columns)
  if (name.includes('ffn_down')) return (4 * residual) / Math.sqrt(columns)
  return 1 / Math.sqrt(columns)
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seed: { type: 'string', default: '1' }, arch: { type: 'string', default: 'qwen3moe' } },
  })
  const [path] = positionals
  const seed = Number(values.seed)
  if (path === undefined || positionals.length > 1) throw new Error('Name one file to write.')
  if (!Number.isSafeInteger(seed)) throw new Error(`The seed ${values.seed} is not a whole number.`)
  const arch = architectures.find((known) => known === values.arch)
  if (arch === undefined) throw new Error(`The architecture ${values.arch} is not known; ${architectures.join(' and ')} are.`)
  makeTinyMoe({ seed, arch }, path)
}
