import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { headerGoesOn, parseGgufHeader } from '../../../src/engine/models/gguf-header.ts'
import { ggufBytes, tinyTensor, tinyValues } from './gguf-fixture.ts'

const tinyHeader = { architecture: 'qwen3moe', licence: 'apache-2.0', contextTokens: 4096, expertCount: 8, shards: 1 }

describe('parseGgufHeader', () => {
  it('reads what the file says about the model, and how long it must be', () => {
    const bytes = ggufBytes()
    expect(parseGgufHeader(bytes)).toEqual({ ...tinyHeader, expectedBytes: bytes.length })
  })

  it('reads version 2, another alignment, nested arrays, long strings and 16- and 64-bit numbers', () => {
    const values = tinyValues({
      'split.count': { type: 'uint16', value: 3 },
      'qwen3moe.context_length': { type: 'uint64', value: 262_144 },
      'tokenizer.chat_template': { type: 'string', value: 'x'.repeat(5000) },
      'odd.nested': { type: 'nested', value: [[1, 2], [], [3]] },
    })
    const bytes = ggufBytes({
      version: 2,
      alignment: 64,
      values,
      tensors: [tinyTensor, { name: 'b', dimensions: [256], type: 12, bytes: 144 }],
    })
    expect(parseGgufHeader(bytes)).toEqual({ ...tinyHeader, contextTokens: 262_144, shards: 3, expectedBytes: bytes.length })
  })

  it('says nothing about what the file does not say', () => {
    const bytes = ggufBytes({ values: {}, tensors: [] })
    expect(parseGgufHeader(bytes)).toEqual({
      architecture: null,
      licence: null,
      contextTokens: null,
      expertCount: null,
      shards: 1,
      expectedBytes: 24,
    })
  })

  it('counts a tensor of a type it does not know by its offset only', () => {
    const bytes = ggufBytes({ tensors: [tinyTensor, { name: 'new', dimensions: [1_000_000], type: 9999, bytes: 5 }] })
    expect(parseGgufHeader(bytes)).toMatchObject({ expectedBytes: bytes.length - 5 })
  })

  it('asks for more at every cut inside the header, and never misreads one', () => {
    const whole = ggufBytes()
    const headerEnd = whole.length - tinyTensor.bytes - 31
    fc.assert(
      fc.property(fc.integer({ min: 0, max: headerEnd }), (cut) => {
        expect(parseGgufHeader(whole.subarray(0, cut))).toBe(headerGoesOn)
      }),
    )
  })

  it('survives any bytes behind the magic', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (tail) => {
        const result = parseGgufHeader(Buffer.concat([Buffer.from('GGUF'), Buffer.from([3, 0, 0, 0]), tail]))
        expect(result === headerGoesOn || typeof result === 'string' || result.expectedBytes >= 24).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('survives any flipped byte of a real header', () => {
    const whole = ggufBytes()
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bytes = Buffer.from(whole)
        bytes[at] = bytes[at]! ^ flip
        const result = parseGgufHeader(bytes)
        expect(result === headerGoesOn || typeof result === 'string' || result.expectedBytes >= 24).toBe(true)
      }),
    )
  })

  it.each([
    ['another magic', Buffer.from('<!doctype html><html>'), 'it does not begin with the GGUF magic'],
    ['version 1', ggufBytes({ version: 1 }), 'its GGUF version is 1, and only 2 and 3 are known'],
    ['the other byte order', ggufBytes({ version: 0x03000000 }), 'its GGUF version is 50331648, and only 2 and 3 are known'],
    ['no alignment', ggufBytes({ values: { 'general.alignment': { type: 'uint32', value: 0 } } }), 'its alignment is 0'],
    [
      'too many dimensions',
      ggufBytes({ tensors: [{ ...tinyTensor, dimensions: Array.from({ length: 9 }, () => 1) }] }),
      'a tensor has 9 dimensions',
    ],
    ['an impossible length', headerWithValue([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), 'it has a length that no file can have'],
    ['an unknown value type', headerWithValue([1, 0, 0, 0, 0, 0, 0, 0, 0x61, 77, 0, 0, 0]), 'it has a value of the unknown type 77'],
    [
      'arrays in arrays in arrays',
      headerWithValue([
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        ...Array.from({ length: 6 }, () => [9, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0])
          .flat()
          .slice(0, 4),
        ...Array.from({ length: 6 }, () => [9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]).flat(),
      ]),
      'its arrays are nested too deep',
    ],
  ])('refuses %s', (_name, bytes, reason) => {
    expect(parseGgufHeader(bytes)).toBe(reason)
  })
})

function headerWithValue(bytes: readonly number[]): Buffer {
  const start = ggufBytes({ values: { a: { type: 'bool', value: true } }, tensors: [] }).subarray(0, 24)
  return Buffer.concat([start, Buffer.from(bytes)])
}
