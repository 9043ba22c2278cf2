import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type OffloadMachine, type OffloadPlan, planOffload } from '../../../src/engine/llama-server/plan-offload.ts'
import type { ModelLayout } from '../../../src/engine/models/model-layout.ts'

const giga = 2 ** 30
/** To look for the smallest of all machines takes minutes, and tells no more. */
const endOnFailure = true
const runs = process.env.SOAK === '1' ? 20_000 : 500

/** About Qwen3-30B-A3B in four bits. */
const large: ModelLayout = {
  blocks: Array.from({ length: 48 }, () => ({ expertBytes: 0.34 * giga, otherBytes: 0.02 * giga, cacheBytesPerToken: 2048 })),
  inputBytes: 0.2 * giga,
  outputBytes: 0.25 * giga,
  contextTokens: 262_144,
  draftBlocks: 0,
  isWhole: true,
}
const anything = { contextTokens: null, parallel: null }
const plan = (gpus: readonly number[], ram = 64) => planOffload(large, { gpus: gpus.map((size) => size * giga), ram: ram * giga }, anything)

describe('planOffload', () => {
  it('puts everything on a GPU that holds it, for several requests at once', () => {
    expect(plan([32])).toMatchObject({ fits: 'vram', nGpuLayers: 49, nCpuMoe: 0, tensorSplit: null, contextTokens: 16_384, parallel: 4 })
  })

  it('gives up requests at once before it leaves the GPU, then half of the context', () => {
    expect(plan([20.5])).toMatchObject({ fits: 'vram', contextTokens: 16_384, parallel: 1 })
    expect(plan([19.4])).toMatchObject({ fits: 'vram', contextTokens: 8192, parallel: 1 })
  })

  it('keeps as few experts in the memory of the machine as it must', () => {
    const { fits, nGpuLayers, nCpuMoe, contextTokens } = plan([10])
    expect({ fits, nGpuLayers, nCpuMoe, contextTokens }).toEqual({ fits: 'vram+ram', nGpuLayers: 49, nCpuMoe: 30, contextTokens: 16_384 })
  })

  it('leaves whole layers there where even that is too much for the GPU', () => {
    const { fits, nGpuLayers, nCpuMoe } = plan([2.5])
    expect({ fits, nCpuMoe }).toEqual({ fits: 'vram+ram', nCpuMoe: 48 })
    expect(nGpuLayers).toBeGreaterThan(0)
    expect(nGpuLayers).toBeLessThan(49)
  })

  it('splits a model over two GPUs by layers', () => {
    const { fits, tensorSplit } = plan([16, 16])
    expect({ fits, layers: tensorSplit?.reduce((sum, count) => sum + count) }).toEqual({ fits: 'vram', layers: 49 })
  })

  it('takes the processor where there is no GPU, with less context where the memory asks for it', () => {
    expect(plan([], 32)).toMatchObject({ fits: 'vram+ram', nGpuLayers: 0, nCpuMoe: 0, contextTokens: 16_384, parallel: 1 })
    expect(plan([], 19.2)).toMatchObject({ nGpuLayers: 0, contextTokens: 4096 })
  })

  it('says where nothing fits', () => {
    expect(plan([2], 8)).toMatchObject({ fits: 'no' })
    expect(plan([], 8)).toMatchObject({ fits: 'no' })
  })

  it('counts memory that GPU and processor share once', () => {
    const machine = { gpus: [30 * giga], ram: 18 * giga }
    expect(planOffload(large, machine, anything).fits).toBe('vram')
    expect(planOffload(large, { ...machine, isShared: true }, anything).fits).toBe('no')
  })

  it('takes the context that was asked for, or none, and never more than the model was trained on', () => {
    const machine = { gpus: [], ram: 32 * giga }
    expect(planOffload(large, machine, { contextTokens: 32_768, parallel: 2 })).toMatchObject({ contextTokens: 32_768, parallel: 2 })
    expect(planOffload(large, { gpus: [], ram: 20 * giga }, { contextTokens: 65_536, parallel: null }).fits).toBe('no')
    expect(planOffload({ ...large, contextTokens: 4096 }, machine, anything).contextTokens).toBe(4096)
  })
})

describe('planOffload, whatever the model and the machine', () => {
  const bytes = fc.integer({ min: 0, max: 2 * giga })
  const layouts = fc.record<ModelLayout>({
    blocks: fc.array(fc.record({ expertBytes: bytes, otherBytes: bytes, cacheBytesPerToken: fc.integer({ min: 0, max: 200_000 }) }), {
      maxLength: 12,
    }),
    inputBytes: bytes,
    outputBytes: bytes,
    contextTokens: fc.option(fc.integer({ min: 512, max: 300_000 })),
    draftBlocks: fc.constant(0),
    isWhole: fc.constant(true),
  })
  const memory = fc.integer({ min: 0, max: 40 * giga })
  // Only one GPU shares the memory of a machine.
  const machines = fc.oneof(
    fc.record<OffloadMachine>({ gpus: fc.array(memory, { maxLength: 4 }), ram: memory }),
    fc.record<OffloadMachine>({ gpus: fc.array(memory, { maxLength: 1 }), ram: memory, isShared: fc.boolean() }),
  )
  const wishes = fc.record({
    contextTokens: fc.option(fc.integer({ min: 512, max: 100_000 })),
    parallel: fc.option(fc.integer({ min: 1, max: 8 })),
  })

  it('never takes more of a memory than there is, as llama.cpp distributes the layers', () => {
    fc.assert(
      fc.property(layouts, machines, wishes, (layout, machine, wish) => {
        const chosen = planOffload(layout, machine, wish)
        if (chosen.fits === 'no') return
        const taken = distribute(layout, machine, chosen)
        for (const [index, free] of machine.gpus.entries()) expect(taken.gpus[index]).toBeLessThanOrEqual(free)
        const shared = machine.isShared ? taken.gpus.reduce((sum, used) => sum + used, 0) : 0
        expect(taken.ram + shared).toBeLessThanOrEqual(machine.ram)
      }),
      { numRuns: runs, endOnFailure },
    )
  })

  it('is never worse with more memory', () => {
    fc.assert(
      fc.property(layouts, machines, wishes, fc.tuple(fc.nat(5), memory), (layout, machine, wish, [which, more]) => {
        const richer = {
          ...machine,
          gpus: machine.gpus.map((free, index) => (index === which ? free + more : free)),
          ram: which >= machine.gpus.length ? machine.ram + more : machine.ram,
        }
        const preferred = Math.min(wish.contextTokens ?? 16_384, layout.contextTokens ?? Infinity)
        expect(compare(planOffload(layout, richer, wish), planOffload(layout, machine, wish), preferred)).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: runs, endOnFailure },
    )
  })
})

/** How much each memory holds in the end: the rule of `llama_model_base::load_tensors`, in its own arithmetic. */
function distribute(layout: ModelLayout, machine: OffloadMachine, { nGpuLayers, nCpuMoe, tensorSplit, ...plan }: OffloadPlan) {
  const { length } = layout.blocks
  const split = tensorSplit ?? machine.gpus.map((_, index) => (index === 0 ? 1 : 0))
  const total = split.reduce((sum, count) => sum + count, 0)
  const ends = split.map((_, index) => Math.fround(split.slice(0, index + 1).reduce((sum, count) => sum + count, 0) / total))
  const start = length + 1 - nGpuLayers
  const taken = { gpus: machine.gpus.map(() => 0), ram: layout.inputBytes }
  const put = (index: number, size: number) => {
    const at = Math.fround((index - start) / nGpuLayers)
    const gpu = index < start ? -1 : ends.findIndex((end) => end > at)
    if (gpu >= 0) taken.gpus[gpu] = taken.gpus[gpu]! + size
    else taken.ram += size
  }
  for (const [index, { expertBytes, otherBytes, cacheBytesPerToken }] of layout.blocks.entries()) {
    put(index, otherBytes + cacheBytesPerToken * plan.contextTokens * plan.parallel)
    if (index < nCpuMoe) taken.ram += expertBytes
    else put(index, expertBytes)
  }
  put(length, layout.outputBytes)
  return taken
}

/** Above zero: the one is better than the other. Where the GPUs hold everything with a small context only, more context is worth more than that. */
function compare(one: OffloadPlan, other: OffloadPlan, preferred: number): number {
  const worth = ({ fits, parallel, contextTokens, nGpuLayers, nCpuMoe }: OffloadPlan) => {
    if (fits === 'no') return [0]
    const isFast = fits === 'vram' && contextTokens * 2 >= preferred
    return [isFast ? 2 : 1, isFast ? parallel : 0, contextTokens, nGpuLayers, -nCpuMoe]
  }
  const [ours, theirs] = [worth(one), worth(other)]
  const at = ours.findIndex((value, index) => value !== theirs[index])
  return at === -1 ? 0 : (ours[at] ?? 0) - (theirs[at] ?? 0)
}
