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
