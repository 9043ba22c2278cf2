import type { GgufModel, MetadataValue, Tensor } from './gguf.ts'
import type { MatrixRequest, Qwen3MoeOptions } from './qwen3moe.ts'

/** The sizes of a mixture-of-experts transformer of the DeepSeek V2 and V3 families: keys and values are compressed, and one expert always runs. */
export interface DeepSeekShape {
  layers: number
  /** The first of them, which have no experts. */
  denseLayers: number
  width: number
  heads: number
  /** Of queries, and of keys and values, while they are compressed. */
  queryRank: number
  keyValueRank: number
  /** Parts of a key that do not turn with the position, and that do. */
  keyWidth: number
  turningWidth: number
  valueWidth: number
  denseWidth: number
  experts: number
  expertsUsed: number
  expertWidth: number
  contextTokens: number
  ropeBase: number
}

type Options = Pick<Qwen3MoeOptions, 'name' | 'vocabulary' | 'weights'> & { shape: DeepSeekShape }

/** The file of a real `deepseek2` model: the metadata and tensors that llama.cpp asks for, with weights of the caller's. */
export function deepseek2({ name, shape, vocabulary, weights }: Options): GgufModel {
  const matrix: Make = (tensor, dimensions, type = 'f16') => {
    const [columns = 1, ...rest] = dimensions
    const request: MatrixRequest = { name: tensor, columns, rows: rest.reduce((a, b) => a * b, 1) }
    return { name: tensor, dimensions, type, values: weights(request) }
  }
  const { width, layers, denseLayers } = shape
  return {
    metadata: [...metadataOf(name, shape), ['deepseek2.vocab_size', { u32: vocabulary.size }], ...vocabulary.metadata()],
    tensors: [
      matrix('token_embd.weight', [width, vocabulary.size]),
      norm('output_norm.weight', width),
      matrix('output.weight', [width, vocabulary.size]),
      ...Array.from({ length: layers }, (_, index) => {
        const prefix = `blk.${index}`
        return [
          ...attention(prefix, shape, matrix),
          ...(index < denseLayers ? dense(prefix, shape, matrix) : experts(prefix, shape, matrix)),
        ]
      }).flat(),
    ],
  }
}

type Make = (tensor: string, dimensions: readonly number[], type?: Tensor['type']) => Tensor

const norm = (tensor: string, size: number): Tensor => ({
  name: tensor,
  dimensions: [size],
  type: 'f32',
  values: new Float32Array(size).fill(1),
})

function attention(prefix: string, shape: DeepSeekShape, matrix: Make): Tensor[] {
  const { width, heads, queryRank, keyValueRank, keyWidth, turningWidth, valueWidth } = shape
  return [
    norm(`${prefix}.attn_norm.weight`, width),
    norm(`${prefix}.attn_q_a_norm.weight`, queryRank),
    norm(`${prefix}.attn_kv_a_norm.weight`, keyValueRank),
    matrix(`${prefix}.attn_q_a.weight`, [width, queryRank]),
    matrix(`${prefix}.attn_q_b.weight`, [queryRank, heads * (keyWidth + turningWidth)]),
    matrix(`${prefix}.attn_kv_a_mqa.weight`, [width, keyValueRank + turningWidth]),
    matrix(`${prefix}.attn_k_b.weight`, [keyWidth, keyValueRank, heads]),
    matrix(`${prefix}.attn_v_b.weight`, [keyValueRank, valueWidth, heads]),
    matrix(`${prefix}.attn_output.weight`, [heads * valueWidth, width]),
    norm(`${prefix}.ffn_norm.weight`, width),
  ]
}

const dense = (prefix: string, { width, denseWidth }: DeepSeekShape, matrix: Make): Tensor[] => [
  matrix(`${prefix}.ffn_gate.weight`, [width, denseWidth]),
  matrix(`${prefix}.ffn_up.weight`, [width, denseWidth]),
  matrix(`${prefix}.ffn_down.weight`, [denseWidth, width]),
]

const experts = (prefix: string, { width, experts, expertWidth }: DeepSeekShape, matrix: Make): Tensor[] => [
  matrix(`${prefix}.ffn_gate_inp.weight`, [width, experts], 'f32'),
  matrix(`${prefix}.ffn_gate_exps.weight`, [width, expertWidth, experts]),
  matrix(`${prefix}.ffn_up_exps.weight`, [width, expertWidth, experts]),
  matrix(`${prefix}.ffn_down_exps.weight`, [expertWidth, width, experts]),
  matrix(`${prefix}.ffn_gate_shexp.weight`, [width, expertWidth]),
  matrix(`${prefix}.ffn_up_shexp.weight`, [width, expertWidth]),
  matrix(`${prefix}.ffn_down_shexp.weight`, [expertWidth, width]),
]

function metadataOf(name: string, shape: DeepSeekShape): [string, MetadataValue][] {
  const values: [string, MetadataValue][] = [
    ['block_count', { u32: shape.layers }],
    ['context_length', { u32: shape.contextTokens }],
    ['embedding_length', { u32: shape.width }],
    ['feed_forward_length', { u32: shape.denseWidth }],
    ['attention.head_count', { u32: shape.heads }],
    ['attention.head_count_kv', { u32: 1 }],
    ['attention.layer_norm_rms_epsilon', { f32: 1e-6 }],
    ['attention.q_lora_rank', { u32: shape.queryRank }],
    ['attention.kv_lora_rank', { u32: shape.keyValueRank }],
    ['attention.key_length', { u32: shape.keyValueRank + shape.turningWidth }],
    ['attention.value_length', { u32: shape.keyValueRank }],
    ['attention.key_length_mla', { u32: shape.keyWidth + shape.turningWidth }],
    ['attention.value_length_mla', { u32: shape.valueWidth }],
    ['rope.dimension_count', { u32: shape.turningWidth }],
    ['rope.freq_base', { f32: shape.ropeBase }],
    ['leading_dense_block_count', { u32: shape.denseLayers }],
    ['expert_count', { u32: shape.experts }],
    ['expert_used_count', { u32: shape.expertsUsed }],
    ['expert_shared_count', { u32: 1 }],
    ['expert_feed_forward_length', { u32: shape.expertWidth }],
    ['expert_weights_scale', { f32: 1 }],
    ['expert_weights_norm', { bool: false }],
    ['expert_gating_func', { u32: 1 }],
  ]
  return [
    ['general.architecture', { text: 'deepseek2' }],
    ['general.name', { text: name }],
    ['general.file_type', { u32: 1 }],
    ['general.quantization_version', { u32: 2 }],
    ...values.map(([key, value]): [string, MetadataValue] => [`deepseek2.${key}`, value]),
  ]
}
