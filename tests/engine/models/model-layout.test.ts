import { expect, it } from 'vitest'
import { parseGgufContents } from '../../../src/engine/models/gguf-header.ts'
import { layoutOf, readModelLayout } from '../../../src/engine/models/model-layout.ts'
import { tinyMoe } from '../../helpers/local-models.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'
import { ggufBytes, type Tensor, tinyValues } from './gguf-fixture.ts'

const shape = tinyValues({
  'qwen3moe.block_count': { type: 'uint32', value: 2 },
  'qwen3moe.embedding_length': { type: 'uint32', value: 64 },
  'qwen3moe.attention.head_count': { type: 'uint32', value: 4 },
  'qwen3moe.attention.head_count_kv': { type: 'uint32', value: 2 },
})
const f32 = (name: string, numbers: number): Tensor => ({ name, dimensions: [numbers], type: 0, bytes: numbers * 4 })
const tensors = [
  f32('token_embd.weight', 100),
  f32('blk.0.ffn_up_exps.weight', 40),
  f32('blk.0.ffn_gate_up_exps.weight', 2),
  f32('blk.0.ffn_up_shexp.weight', 7),
  f32('blk.1.ffn_down_exps.weight', 50),
  f32('blk.1.attn_q.weight', 10),
  f32('output_norm.weight', 1),
  f32('output.weight', 90),
]

function layout(plan: Parameters<typeof ggufBytes>[0]) {
  const contents = parseGgufContents(ggufBytes(plan))
  if (typeof contents !== 'object') throw new Error(String(contents))
  return layoutOf(contents)
}

it('says which bytes of a layer are experts, and what lies outside of the layers', () => {
  expect(layout({ values: shape, tensors })).toEqual({
    blocks: [
      { expertBytes: 168, otherBytes: 28, cacheBytesPerToken: 128 },
      { expertBytes: 200, otherBytes: 40, cacheBytesPerToken: 128 },
    ],
    inputBytes: 400,
    outputBytes: 364,
    contextTokens: 4096,
    draftBlocks: 0,
    isWhole: true,
  })
})

it('counts the table of the tokens twice where it is also the output', () => {
  expect(layout({ values: shape, tensors: tensors.slice(0, -1) })).toMatchObject({ inputBytes: 400, outputBytes: 404 })
})

it('takes the heads of each layer where the file tells them apart', () => {
  const values = { ...shape, 'qwen3moe.attention.head_count_kv': { type: 'uint32s', value: [0, 4] } as const }
  expect(layout({ values, tensors }).blocks.map(({ cacheBytesPerToken }) => cacheBytesPerToken)).toEqual([0, 256])
})

it('takes the compressed cache of latent attention', () => {
  const values = {
    ...shape,
    'qwen3moe.attention.kv_lora_rank': { type: 'uint32', value: 512 } as const,
    'qwen3moe.nextn_predict_layers': { type: 'uint32', value: 1 } as const,
  }
  expect(layout({ values, tensors })).toMatchObject({
    draftBlocks: 1,
    blocks: [{ cacheBytesPerToken: 1152 }, { cacheBytesPerToken: 1152 }],
  })
})

it('says that it does not know everything when a type is newer than it', () => {
  const newer = { name: 'blk.2.ffn_up_exps.weight', dimensions: [64], type: 999, bytes: 64 }
  expect(layout({ values: {}, tensors: [newer] })).toMatchObject({ isWhole: false, contextTokens: null, blocks: [{}, {}, {}] })
})

it('reads a whole model, and one that is split over files', async () => {
  const whole = await readModelLayout(tinyMoe())
  expect(whole.blocks).toHaveLength(2)
  expect(whole.blocks.every(({ expertBytes, otherBytes }) => expertBytes > otherBytes)).toBe(true)

  const split = (part: number) => ggufBytes({ values: part === 1 ? shape : {}, tensors: [f32(`blk.${part - 1}.ffn_up_exps.weight`, 8)] })
  using folder = temporaryFolder({ 'm-00001-of-00002.gguf': split(1), 'm-00002-of-00002.gguf': split(2) })
  const { blocks } = await readModelLayout(`${folder.path}/m-00001-of-00002.gguf`)
  expect(blocks.map(({ expertBytes }) => expertBytes)).toEqual([32, 32])
})
