import { join, resolve, sep } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { modelFileNames, shardsOf, stemOf } from '../../../src/engine/models/model-files.ts'
import { isModelId, modelFolder, suggestModelId } from '../../../src/engine/models/model-id.ts'
import { parseModelReference } from '../../../src/engine/models/model-reference.ts'

describe('model names', () => {
  it('lead to a folder directly below the store, or nowhere', () => {
    const names = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('.', '/', '\\', 'a', '-', 'ü', '\0', ':') }))
    fc.assert(
      fc.property(names, (name) => {
        const store = resolve('/store')
        const folder = isModelId(name) ? modelFolder(store, name) : undefined
        expect(folder === undefined || folder === store + sep + name).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it.each(['', '.', '..', 'a/b', 'a..b', 'A', 'com1', '-a', 'a.'])('do not include %j', (name) => {
    expect(() => modelFolder('/store', name)).toThrow('cannot name a model')
  })

  it('are suggested only where they are usable', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 300 })), (text) => {
        const id = suggestModelId(text)
        expect(id === null || isModelId(id)).toBe(true)
      }),
    )
  })

  it.each([
    ['Qwen3 Coder (30B)', 'qwen3-coder-30b'],
    ['..hidden..', 'hidden'],
    ['a..b', 'a.b'],
    ['CON', null],
    ['nul.Q4', null],
    ['…', null],
  ])('turn %j into %j', (text, id) => {
    expect(suggestModelId(text)).toBe(id)
  })
})

describe('model references', () => {
  it('never name a path on the hub that leaves its repository', () => {
    const piece = fc.constantFrom('..', '.', '/', '\\', 'a', 'user', 'repo', ':', '#', 'Q4_K_M', '.gguf', '%2e', '\0', '?')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const parsed = (() => {
          try {
            return parseModelReference(`hf:user/repo${pieces.join('')}`)
          } catch {
            return null
          }
        })()
        if (parsed?.kind !== 'hub') return
        const { repository, file, revision } = parsed
        expect(join('/', repository, revision, file ?? '').startsWith(`/${repository}/${revision}`)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['name', { kind: 'id', id: 'name' }],
    ['a.gguf', { kind: 'path', path: 'a.gguf' }],
    ['C:\\models\\a', { kind: 'path', path: 'C:\\models\\a' }],
    ['.', { kind: 'path', path: '.' }],
    ['hf:u/r', { kind: 'hub', repository: 'u/r', quant: null, file: null, revision: 'main' }],
    ['hf:u/r:Q4_K_M', { kind: 'hub', repository: 'u/r', quant: 'Q4_K_M', file: null, revision: 'main' }],
    ['hf:u/r/d/f.gguf#refs/pr/1', { kind: 'hub', repository: 'u/r', quant: null, file: 'd/f.gguf', revision: 'refs/pr/1' }],
  ])('understand %s', (text, reference) => {
    expect(parseModelReference(text)).toEqual(reference)
  })
})

describe('names of files', () => {
  it.each([
    ['model.gguf', ['model.gguf']],
    ['m-00003-of-00003.gguf', ['m-00001-of-00003.gguf', 'm-00002-of-00003.gguf', 'm-00003-of-00003.gguf']],
    ['m-00000-of-00000.gguf', ['m-00000-of-00000.gguf']],
  ])('%s belongs to %j', (name, parts) => {
    expect(shardsOf(name)).toEqual(parts)
  })

  it('in the store are those that the loader finds together', () => {
    expect(modelFileNames(1)).toEqual(['model.gguf'])
    expect(shardsOf(modelFileNames(3)[1]!)).toEqual(modelFileNames(3))
    expect(modelFileNames(2).map(stemOf)).toEqual(['model', 'model'])
  })
})
