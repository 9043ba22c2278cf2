import type { GgufModel, MetadataValue, Tensor } from './gguf.ts'
import type { Vocabulary } from './vocabulary.ts'

/** The sizes of a mixture-of-experts transformer of the Qwen 3 family. */
export interface Shape {
  layers: number
  width: number
  heads: number
  keyValueHeads: number
  headWidth: number
  experts: number
  expertsUsed: number
  expertWidth: number
  contextTokens: number
  ropeBase: number
}

export interface Qwen3MoeOptions {
  /** `general.name` of the file: what engines and reports call it. */
  name: string
  shape: Shape
  vocabulary: Vocabulary
  /** The weights of one matrix, row by row; a row has `columns` values and makes one output. */
  weights: (matrix: MatrixRequest) => Float32Array
  /** Of the norms of queries and keys; 1 unless something else is wanted. */
  attentionNorm?: number
}

export interface MatrixRequest {
  name: string
  columns: number
  rows: number
}

/** The file of a real `qwen3moe` model: the metadata and tensors that llama.cpp asks for, with weights of the caller's. */
export function qwen3moe({ name, shape, vocabulary, weights, attentionNorm = 1 }: Qwen3MoeOptions): GgufModel {
  const matrix = (tensor: string, dimensions: readonly number[], type: Tensor['type'] = 'f16'): Tensor => {
    const [columns = 1, ...rest] = dimensions
    return { name: tensor, dimensions, type, values: weights({ name: tensor, columns, rows: rest.reduce((a, b) => a * b, 1) }) }
  }
  const norm = (tensor: string, size: number, value = 1): Tensor => ({
    name: tensor,
    dimensions: [size],
    type: 'f32',
    values: new Float32Array(size).fill(value),
  })
  const { width, heads, keyValueHeads, headWidth, experts, expertWidth } = shape
  const layer = (prefix: string): Tensor[] => [
    norm(`${prefix}.attn_norm.weight`, width),
    matrix(`${prefix}.attn_q.weight`, [width, heads * headWidth]),
    matrix(`${prefix}.attn_k.weight`, [width, keyValueHeads * headWidth]),
    matrix(`${prefix}.attn_v.weight`, [width, keyValueHeads * headWidth]),
    matrix(`${prefix}.attn_output.weight`, [heads * headWidth, width]),
    norm(`${prefix}.attn_q_norm.weight`, headWidth, attentionNorm),
    norm(`${prefix}.attn_k_norm.weight`, headWidth, attentionNorm),
    norm(`${prefix}.ffn_norm.weight`, width),
    matrix(`${prefix}.ffn_gate_inp.weight`, [width, experts], 'f32'),
    matrix(`${prefix}.ffn_gate_exps.weight`, [width, expertWidth, experts]),
    matrix(`${prefix}.ffn_up_exps.weight`, [width, expertWidth, experts]),
    matrix(`${prefix}.ffn_down_exps.weight`, [expertWidth, width, experts]),
  ]
  return {
    metadata: [...metadataOf(name, shape), ...vocabulary.metadata()],
    tensors: [
      matrix('token_embd.weight', [width, vocabulary.size]),
      norm('output_norm.weight', width),
      matrix('output.weight', [width, vocabulary.size]),
      ...Array.from({ length: shape.layers }, (_, index) => layer(`blk.${index}`)).flat(),
    ],
  }
}

export function metadataOf(name: string, shape: Shape): [string, MetadataValue][] {
  const sizes: [string, MetadataValue][] = [
    ['block_count', { u32: shape.layers }],
    ['context_length', { u32: shape.contextTokens }],
    ['embedding_length', { u32: shape.width }],
    ['feed_forward_length', { u32: shape.expertWidth * shape.expertsUsed }],
    ['attention.head_count', { u32: shape.heads }],
    ['attention.head_count_kv', { u32: shape.keyValueHeads }],
    ['attention.key_length', { u32: shape.headWidth }],
    ['attention.value_length', { u32: shape.headWidth }],
    ['attention.layer_norm_rms_epsilon', { f32: 1e-6 }],
    ['rope.freq_base', { f32: shape.ropeBase }],
    ['expert_count', { u32: shape.experts }],
    ['expert_used_count', { u32: shape.expertsUsed }],
    ['expert_feed_forward_length', { u32: shape.expertWidth }],
  ]
  return [
    ['general.architecture', { text: 'qwen3moe' }],
    ['general.name', { text: name }],
    ['general.file_type', { u32: 1 }],
    ['general.quantization_version', { u32: 2 }],
    ...sizes.map(([key, value]): [string, MetadataValue] => [`qwen3moe.${key}`, value]),
  ]
}
