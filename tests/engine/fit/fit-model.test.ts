import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cardBandwidth } from '../../../src/engine/fit/card-bandwidth.ts'
import { fitModel } from '../../../src/engine/fit/fit-model.ts'
import { fittingQuants } from '../../../src/engine/fit/fitting-quants.ts'
import { measureMemoryBandwidth } from '../../../src/engine/fit/memory-bandwidth.ts'
import { sizeOf, weightsOfEntry, weightsOfFile } from '../../../src/engine/fit/model-weights.ts'
import { type FittedEntry, recommend, speedText } from '../../../src/engine/fit/recommend.ts'
import type { CatalogueEntry } from '../../../src/engine/models/catalogue.ts'
import { readCatalogue } from '../../../src/engine/models/catalogue.ts'
import { tinyMoe } from '../../helpers/local-models.ts'
import { card, machine, machines } from './machines.ts'

const catalogue = readCatalogue()
const entryOf = (id: string): CatalogueEntry => catalogue.find((entry) => entry.id === id)!
const coder = entryOf('qwen3-coder-30b-a3b')
const fit = (id: string, on: Parameters<typeof fitModel>[1]) => fitModel(weightsOfEntry(entryOf(id)), on)
const recommendedFor = (on: Parameters<typeof fitModel>[1], models = catalogue) =>
  recommend(models.map((entry): FittedEntry => ({ entry, fit: fitModel(weightsOfEntry(entry), on) })))

describe('the weights of an entry of the catalogue', () => {
  it('add up to its size, and a token needs its active part of them', () => {
    for (const entry of catalogue) {
      const { layout, expertUse, bytes } = weightsOfEntry(entry)
      const experts = layout.blocks.reduce((sum, { expertBytes }) => sum + expertBytes, 0)
      const others = layout.blocks.reduce((sum, { otherBytes }) => sum + otherBytes, 0) + layout.inputBytes + layout.outputBytes
      expect((experts + others) / bytes).toBeCloseTo(1, 6)
      const active = entry.parameters.activeBillions / entry.parameters.totalBillions
      expect((others + experts * expertUse) / bytes).toBeCloseTo(active, 2)
    }
  })

  it('have the exact size where the files are known', () => {
    const file = { path: 'x-Q4_K_M.gguf', sha256: null }
    expect(
      sizeOf({
        ...coder,
        files: [
          { ...file, bytes: 3 },
          { ...file, bytes: 4 },
        ],
      }),
    ).toBe(7)
    expect(sizeOf({ ...coder, files: [{ ...file, bytes: null }] })).toBe(coder.approximateBytes)
  })

  it('are read from the file where it is there', async () => {
    const { expertUse, layout } = await weightsOfFile(tinyMoe(), 763_328)
    expect({ expertUse, layers: layout.blocks.length }).toEqual({ expertUse: 2 / 8, layers: 2 })
  })
})

describe('fitModel', () => {
  it('puts all of it on a GPU that is large enough', () => {
    expect(fit(coder.id, machines.large)).toMatchObject({
      fits: 'vram',
      when: 'now',
      backend: 'library',
      advice: null,
      plan: { nCpuMoe: 0 },
    })
  })

  it('keeps experts in the memory of the machine, which takes llama-server', () => {
    const { fits, backend, plan } = fit(coder.id, machines.gaming)
    expect({ fits, backend, layers: plan?.nGpuLayers }).toEqual({ fits: 'vram+ram', backend: 'llama-server', layers: 49 })
    expect(plan?.nCpuMoe).toBeGreaterThan(20)
  })

  it('says what a llama-server would add where there is none', () => {
    const without = { ...machines.gaming, hasServer: false }
    expect(fit(coder.id, without)).toMatchObject({
      fits: 'ram',
      backend: 'library',
      advice: 'a llama-server on the PATH would put a part of it on the GPU',
    })
    const cramped = { ...without, memory: { availableBytes: 12e9, totalBytes: 12e9 } }
    expect(fit(coder.id, cramped)).toMatchObject({
      fits: 'no',
      backend: null,
      advice: expect.stringContaining('it would fit with a llama-server'),
    })
  })

  it('divides a model between two cards', () => {
    const two = machine({ gpus: [card('RTX 3060', 12), card('RTX 3060', 12)], hasServer: true })
    expect(fit(coder.id, two)).toMatchObject({
      fits: 'vram',
      backend: 'llama-server',
      plan: { tensorSplit: [expect.any(Number), expect.any(Number)] },
    })
  })

  it('tells memory that others hold from memory that is not there', () => {
    const busy = machine({ memory: { availableBytes: 8e9, totalBytes: 32e9 } })
    expect(fit(coder.id, busy)).toMatchObject({ fits: 'ram', when: 'later' })
    expect(fit('gpt-oss-120b', busy)).toEqual({ fits: 'no', when: null, backend: null, plan: null, expected: null, advice: null })
  })

  it('runs a model in llama-server where the library does not start, and in nothing without it', () => {
    const broken = machine({ library: null, memory: { availableBytes: 30e9, totalBytes: 32e9 } })
    expect(fit(coder.id, { ...broken, hasServer: true })).toMatchObject({ fits: 'ram', backend: 'llama-server', advice: null })
    expect(fit(coder.id, broken)).toMatchObject({ fits: 'ram', backend: null, advice: 'nothing here runs it: see `agent doctor`' })
  })

  it('never does worse with more memory, and never expects a card to be slower than the processor beside it', () => {
    const gigabytes = fc.integer({ min: 1, max: 200 })
    fc.assert(
      fc.property(fc.constantFrom(...catalogue), gigabytes, gigabytes, (entry, some, more) => {
        const on = (size: number) =>
          machine({ memory: { availableBytes: size * 1e9, totalBytes: size * 1e9 }, gpus: [card('RTX 4090', size)], hasServer: true })
        const [small, large] = [fitModel(weightsOfEntry(entry), on(some)), fitModel(weightsOfEntry(entry), on(some + more))]
        const order = ['no', 'ram', 'vram+ram', 'vram']
        expect(order.indexOf(large.fits)).toBeGreaterThanOrEqual(order.indexOf(small.fits))
        if (small.expected !== null) expect(small.expected.low).toBeLessThanOrEqual(small.expected.high)
        if (large.fits === 'vram')
          expect(large.expected?.low).toBeGreaterThan(fitModel(weightsOfEntry(entry), { ...on(250), gpus: [] }).expected?.low ?? 0)
      }),
    )
  })
})

describe('what is expected', () => {
  // 30B-A3B at 4 bits: users' figures for llama.cpp; those of the RTX 3090 and 5090 from Hardware Corner, at 16k tokens of context. Read 2026-11-23.
  it.each([
    ['NVIDIA GeForce RTX 3090', 24, 114],
    ['NVIDIA GeForce RTX 3090 Ti', 24, 167],
    ['NVIDIA GeForce RTX 4090', 24, 196],
    ['NVIDIA GeForce RTX 5090', 32, 142],
    ['AMD Radeon PRO W7800', 32, 122],
  ])('holds what was published for %s', (name, size, published) => {
    const { expected } = fit('qwen3-30b-a3b', machine({ gpus: [card(name, size)], memory: { availableBytes: 30e9, totalBytes: 32e9 } }))
    expect(expected!.low).toBeLessThanOrEqual(published)
    expect(expected!.high).toBeGreaterThanOrEqual(published)
  })

  it('holds what was published for experts in the memory: 37 tokens a second with an RTX 2080 and DDR4 of 102 GB/s', () => {
    const small = machine({
      gpus: [card('NVIDIA GeForce RTX 2080', 8)],
      memory: { availableBytes: 60e9, totalBytes: 64e9 },
      bytesPerSecond: 80e9,
      hasServer: true,
    })
    const { expected } = fit('qwen3-30b-a3b', small)
    expect(expected!.low).toBeLessThanOrEqual(36.7)
    expect(expected!.high).toBeGreaterThanOrEqual(36.7)
  })

  it('is less where the prebuilt library starts its threads for each token', () => {
    const low = (library: 'prebuilt' | 'source') => fit('granite-3.1-1b-a400m', machine({ library })).expected!.low
    expect(low('source')).toBeGreaterThan(1.5 * low('prebuilt'))
  })
})

describe('cardBandwidth', () => {
  it.each([
    ['NVIDIA GeForce RTX 4070 Ti SUPER', 672e9],
    ['NVIDIA GeForce RTX 4070 SUPER', 504e9],
    ['NVIDIA A100-SXM4-80GB', 2039e9],
    ['NVIDIA A100-SXM4-40GB', 1555e9],
    ['NVIDIA L40', 864e9],
    ['NVIDIA L4', 300e9],
    ['NVIDIA H200', 4800e9],
    ['Intel(R) Arc(tm) B580 Graphics', 456e9],
    ['Apple M3 Pro', 150e9],
    ['Apple M3', 100e9],
  ])('knows %s', (name, high) => {
    expect(cardBandwidth(name)).toEqual({ low: high, high, isKnown: true })
  })

  it.each(['NVIDIA GeForce RTX 4090 Laptop GPU', 'Brand New 9000', 'L400', ''])('gives a wide range for %j', (name) => {
    expect(cardBandwidth(name)).toEqual({ low: 200e9, high: 1000e9, isKnown: false })
  })
})

describe('measureMemoryBandwidth', () => {
  it('moves bytes with as many threads as it is told', async () => {
    expect(await measureMemoryBandwidth(new AbortController().signal, 2)).toBeGreaterThan(1e6)
  })

  it('ends at once with the signal', async () => {
    await expect(measureMemoryBandwidth(AbortSignal.abort(), 1)).rejects.toThrow('abort')
  })
})

describe('recommend', () => {
  it.each([
    ['tiny', 'granite-3.1-1b-a400m'],
    ['laptop', 'qwen3-coder-30b-a3b'],
    ['gaming', 'qwen3-coder-30b-a3b'],
    ['large', 'qwen3-coder-30b-a3b'],
    ['mac', 'qwen3-coder-next'],
  ] as const)('takes for a machine that is %s: %s', (name, id) => {
    expect(recommendedFor(machines[name])?.id).toBe(id)
  })

  it('says why', () => {
    expect(recommendedFor(machines.large)?.why).toMatch(
      /^the first in the order of the catalogue that fits on the GPU and is expected to write \d+ to \d+ tokens a second$/,
    )
    expect(recommendedFor(machines.laptop)?.why).toContain('that fits into the memory and is at least bearably fast: expected')
    expect(recommendedFor(machines.tiny)?.why).toContain('do not trust its findings')
    const slow = machine({ bytesPerSecond: 1e9 })
    expect(recommendedFor({ ...slow, memory: { availableBytes: 22e9, totalBytes: 23e9 } }, [coder])?.why).toContain(
      'nothing here is fast; it fits into the memory',
    )
    expect(recommendedFor(machine({ memory: { availableBytes: 1e9, totalBytes: 32e9 }, bytesPerSecond: 60e9 }))?.why).toContain(
      'fits into the memory once other programs end',
    )
  })

  it('takes none whose licence is not open, and none where nothing fits or runs', () => {
    const closed = catalogue.map((entry) => ({ ...entry, licence: { ...entry.licence, open: false } }))
    expect(recommendedFor(machines.mac, closed)).toBeNull()
    expect(recommendedFor(machine({ memory: { availableBytes: 1e8, totalBytes: 1e8 } }))).toBeNull()
    expect(recommendedFor({ ...machines.laptop, library: null })).toBeNull()
  })
})

describe('fittingQuants', () => {
  it('goes from the most exact to the smallest', () => {
    const quants = fittingQuants(coder, machine({ memory: { availableBytes: 20e9, totalBytes: 21e9 } }))
    expect(quants.map(({ quant, fit: { fits } }) => `${quant} ${fits}`)).toEqual([
      'Q8_0 no',
      'Q6_K no',
      'Q5_K_M no',
      'Q4_K_M ram',
      'Q3_K_M ram',
      'Q2_K ram',
    ])
    expect(quants[3]?.bytes).toBe(coder.approximateBytes)
  })

  it('knows none of a model whose quantisation is its own', () => {
    expect(fittingQuants(entryOf('gpt-oss-20b'), machine())).toEqual([])
  })
})

it('writes a speed as a range', () => {
  expect([{ low: 1, high: 2 }, { low: 3, high: 3 }, null].map(speedText)).toEqual(['1 to 2', '3', '?'])
})
