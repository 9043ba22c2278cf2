import { describe, expect, it } from 'vitest'
import { modelRows, modelsTable } from '../../src/commands/models-text.ts'
import type { CatalogueEntry } from '../../src/engine/models/catalogue.ts'
import { fitOf, memoryNeed, memoryNeedOf } from '../../src/engine/models/memory-need.ts'
import type { StoredModel, StoreEntry } from '../../src/engine/models/stored-model.ts'

const entry: CatalogueEntry = {
  id: 'big',
  title: 'Big',
  repository: 'user/big',
  quant: 'Q4_K_M',
  files: [],
  approximateBytes: 5e9,
  memoryBytes: 8e9,
  contextTokens: 131_072,
  licence: { name: 'MIT', open: true },
  parameters: { totalBillions: 9, activeBillions: 1 },
  shape: { layers: null, expertShare: null, cacheBytesPerToken: null },
  goodFor: 'review',
  verified: false,
  scores: [],
  note: null,
} // prettier-ignore
const memory = { availableBytes: 7e9, totalBytes: 9e9 }

function stored(id: string, changes: Partial<StoredModel['manifest']> = {}): StoreEntry {
  const manifest: StoredModel['manifest'] = {
    schemaVersion: 1,
    source: { kind: 'import', path: '/x.gguf' },
    files: [{ name: 'model.gguf', sourcePath: 'x.gguf', bytes: 1e9, sha256: 'a'.repeat(64) }],
    checked: false,
    addedAt: '2026-01-01T00:00:00.000Z',
    licence: null,
    contextTokens: null,
    architecture: null,
    ...changes,
  }
  return { state: 'ready', id, model: { id, path: `/${id}`, bytes: 1e9, digest: 'sha256:a', manifest } }
}

describe('modelsTable', () => {
  it('shows what is known, and question marks for the rest', () => {
    const entries: StoreEntry[] = [
      stored('bare'),
      stored('tiny', {
        contextTokens: 512,
        licence: 'odd\u001b[31m licence that is longer than its column',
        source: { kind: 'hub', endpoint: 'https://h', repository: 'u/r', revision: 'a', requestedRevision: 'main', catalogueId: 'big' },
      }),
      { state: 'damaged', id: 'bad', reason: 'no\u0007pe' },
    ]
    const rows = modelRows({
      entries,
      catalogue: [entry, { ...entry, id: 'huge', memoryBytes: 99e9, files: [{ path: 'x', bytes: 4e9, sha256: null }] }],
      memory,
    })
    expect(modelsTable(rows, { directory: '/models', color: false }).split('\n')).toEqual([
      'Installed in /models',
      '  name  size     context  licence                         memory   fits here',
      '  bare  1.0 GB   ?        ?                               2.0 GB   yes',
      '  tiny  1.0 GB   512      odd␛[31m licence that is longe  8.0 GB   when other programs end',
      '  bad   damaged: no␇pe',
      '',
      'Catalogue: `agent models pull <name>` brings one here',
      '  name  size     context  licence                         memory   fits here',
      '  big   ~5.0 GB  131k     MIT                             8.0 GB   when other programs end',
      '  huge  4.0 GB   131k     MIT                             99.0 GB  no',
      '',
      'Sizes with ~ are as pages about the model give them; memory is for weights and 8k tokens of context.',
      '',
    ])
  })

  it('says when nothing is left to install, and colours what fits', () => {
    const rows = modelRows({ entries: [stored('big')], catalogue: [entry], memory })
    const text = modelsTable(rows, { directory: '/models', color: true })
    expect(text).toContain('  everything is installed\n')
    expect(text).toContain('\u001b[32myes\u001b[0m')
    expect(rows).toEqual([expect.objectContaining({ id: 'big', title: 'Big', state: 'ready', source: '/x.gguf' })])
  })
})

describe('the need for memory', () => {
  it('comes from the catalogue, or else from the weights', () => {
    const known = stored('x', {
      source: { kind: 'hub', endpoint: '', repository: '', revision: '', requestedRevision: 'main', catalogueId: 'big' },
    })
    const models = [known, stored('y')].map((item) => (item as { model: StoredModel }).model)
    expect(models.map((model) => memoryNeedOf(model, [entry]))).toEqual([8e9, 2e9])
    expect(memoryNeed(10e9)).toBe(11.7e9)
    expect([1, 8e9, 10e9].map((need) => fitOf(need, memory))).toEqual(['yes', 'tight', 'no'])
  })
})
