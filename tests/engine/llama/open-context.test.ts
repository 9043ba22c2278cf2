import { describe, expect, it } from 'vitest'
import type { LlamaContextOptions } from 'node-llama-cpp'
import { availableRam, freeMemory, openContext } from '../../../src/engine/llama/open-context.ts'

type Options = Parameters<typeof openContext>[0]
interface Estimated {
  contextSize: number
  sequences: number
  kvCacheKeyType?: number
}

/** A model that needs 1000 bytes, 100 for each sequence, and one for each token, half of it where that is quantised. */
const need = ({ contextSize, sequences, kvCacheKeyType }: Estimated) =>
  1000 + 100 * sequences + (contextSize * sequences) / (kvCacheKeyType === undefined ? 1 : 2)

async function open(ram: number, { contextTokens = null as number | null, parallel = null as number | null, fails = 0, facts = {} } = {}) {
  const tried: unknown[] = []
  const model = {
    trainContextSize: 8192,
    gpuLayers: 0,
    fileInsights: {
      flashAttentionSupported: true,
      estimateContextResourceRequirementsV2: async (plan: Estimated) => ({ cpuRam: need(plan), gpuVram: 0 }),
      ...facts,
    },
    createContext: async ({ contextSize, sequences, experimentalKvCacheKeyType: type = 'F16' }: LlamaContextOptions) => {
      tried.push([contextSize, sequences, type])
      if (tried.length <= fails) throw new Error('too large after all')
      return 'a context'
    },
  } as unknown as Options['model']
  const result = await openContext({
    model,
    library: { GgmlType: { F16: 1, Q8_0: 8 } } as unknown as Options['library'],
    request: { contextTokens, parallel },
    usualSequences: 4,
    free: { ram, vram: 0 },
    settings: { threads: 1, batchSize: 257 },
  }).catch((error: unknown) => error)
  return { tried, result }
}

describe('openContext', () => {
  it('makes several sequences where the memory allows the whole context for each', async () => {
    const { tried, result } = await open(1400 + 4 * 8192)
    expect(tried).toEqual([[8192, 4, 'F16']])
    expect(result).toMatchObject({ context: 'a context', plan: { contextTokens: 8192, sequences: 4 } })
  })

  it('knows what fits before it tries', async () => {
    expect((await open(1399 + 4 * 8192)).tried).toEqual([[8192, 2, 'F16']])
    expect((await open(1100 + 8192)).tried).toEqual([[8192, 1, 'F16']])
    expect((await open(1100 + 4096)).tried).toEqual([[8192, 1, 'Q8_0']])
    expect((await open(1100 + 1024)).tried).toEqual([[2048, 1, 'Q8_0']])
  })

  it('takes the next best one where the library cannot make it after all', async () => {
    expect((await open(1e9, { fails: 2 })).tried).toEqual([
      [8192, 4, 'F16'],
      [8192, 2, 'F16'],
      [8192, 1, 'F16'],
    ])
  })

  it('gives the length that was asked for, or refuses it with what it would take', async () => {
    expect((await open(1200 + 8192, { contextTokens: 4096, parallel: 2 })).tried).toEqual([[4096, 2, 'F16']])
    expect((await open(1199 + 8192, { contextTokens: 4096, parallel: 2 })).tried).toEqual([[4096, 1, 'F16']])
    const refused = await open(3000, { contextTokens: 4096, parallel: 2 })
    expect(refused.tried).toEqual([])
    expect(refused.result).toMatchObject({
      code: 'ENGINE_OUT_OF_CONTEXT',
      message: 'The memory that is free does not hold a context of 4096 tokens, which takes 0.0 GB.',
    })
  })

  it('leaves it to the library where it does not know what a model needs', async () => {
    const facts = { estimateContextResourceRequirementsV2: () => Promise.reject(new Error('unknown')) }
    expect((await open(1, { facts })).tried).toEqual([[8192, 4, 'F16']])
    const { result } = await open(1, { facts, fails: 99, contextTokens: 512 })
    expect(result).toMatchObject({
      message: 'The memory that is free does not hold a context of 512 tokens.',
      cause: { message: 'too large after all' },
    })
  })
})

describe('freeMemory', () => {
  /** As the library's own, it needs what it is a method of. */
  const gpu = {
    gpu: 'cuda' as const,
    free: 50,
    getVramState() {
      return Promise.resolve({ total: 100, used: 50, free: this.free, unifiedSize: 0 })
    },
  }

  it('keeps a little of what is free for everything else', async () => {
    expect(await freeMemory({ ...gpu, gpu: false }, 1000)).toEqual({ ram: 900, vram: 0 })
    expect(await freeMemory(gpu, 1000)).toEqual({ ram: 900, vram: 45 })
  })

  it('does not take what macOS can give back for taken', () => {
    expect(availableRam('darwin', { available: 10, total: 100 })).toBe(50)
    expect(availableRam('darwin', { available: 80, total: 100 })).toBe(80)
    expect(availableRam('linux', { available: 10, total: 100 })).toBe(10)
    expect(availableRam()).toBeGreaterThan(0)
  })
})
