import { expect, it } from 'vitest'
import { readCatalogue } from '../../../src/engine/models/catalogue.ts'
import { chooseFiles, quantOf } from '../../../src/engine/models/choose-files.ts'
import { formatBytes } from '../../../src/engine/models/format-bytes.ts'
import { isModelId } from '../../../src/engine/models/model-id.ts'

const catalogue = readCatalogue()

it('knows at least a dozen mixture-of-experts models', () => {
  expect(catalogue.length).toBeGreaterThanOrEqual(12)
  for (const { parameters } of catalogue) expect(parameters.activeBillions).toBeLessThan(parameters.totalBillions / 2)
})

it('claims nothing that nobody has checked', () => {
  expect(catalogue.filter(({ verified }) => verified)).toEqual([])
})

it.each(catalogue.map((entry) => [entry.id, entry] as const))('describes %s in a way that can be pulled', (id, entry) => {
  expect(isModelId(id)).toBe(true)
  expect(entry.memoryBytes).toBeGreaterThan(entry.approximateBytes)
  const files = entry.files.length > 0 ? entry.files : [{ path: `x-${entry.quant}.gguf`, bytes: null, sha256: null }]
  expect(files.map(({ path }) => quantOf(path))).toEqual(files.map(() => entry.quant))
  expect(chooseFiles({ files }, { repository: entry.repository, quant: entry.quant, file: null })).toHaveLength(files.length)
})

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [18_600_000_000, '18.6 GB'],
  [999_999_999_999_999, '1000 TB'],
  [123_456_789, '123 MB'],
])('writes %d bytes as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

it('reaches from laptops without a GPU to 80 billion parameters, and tells what is good enough for reviews', () => {
  const sizes = catalogue.map(({ approximateBytes }) => approximateBytes)
  expect(Math.min(...sizes)).toBeLessThan(1e9)
  expect(catalogue.some(({ id, parameters }) => id === 'qwen3-coder-next' && parameters.totalBillions === 80)).toBe(true)
  expect(catalogue.filter(({ goodFor }) => goodFor === 'review').length).toBeGreaterThanOrEqual(12)
  // Whoever downloads one of these must know what they are for.
  for (const { goodFor, approximateBytes } of catalogue) if (approximateBytes < 5e9) expect(goodFor).toBe('trial')
})

it('names for each score who published it, and when that was read', () => {
  const scores = catalogue.flatMap((entry) => entry.scores)
  expect(scores.length).toBeGreaterThanOrEqual(15)
  for (const { source, read, benchmark } of scores) {
    expect(source.length).toBeGreaterThan(3)
    expect(benchmark.length).toBeGreaterThan(3)
    expect(Date.parse(read)).toBeLessThanOrEqual(Date.now())
  }
})
