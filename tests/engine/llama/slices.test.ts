import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutsOf, fillersFor, reusableTokens, tileTokens } from '../../../src/engine/llama/slices.ts'

const prompt = fc
  .record({
    length: fc.integer({ min: 2, max: 3000 }),
    size: fc.integer({ min: 2, max: 600 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ length, size, share }) => ({ length, size, shared: Math.floor(length * share) }))

describe('cutsOf', () => {
  it('cuts where the shared part ends and into slices that are no longer than wanted', () => {
    expect(cutsOf({ length: 1000, shared: 300, size: 256 })).toEqual([256, 300, 556, 812])
    expect(cutsOf({ length: 512, shared: 0, size: 256 })).toEqual([256])
    expect(cutsOf({ length: 5, shared: 5, size: 256 })).toEqual([])
    expect(cutsOf({ length: 258, shared: 257, size: 256 })).toEqual([256])
    expect(cutsOf({ length: 558, shared: 257, size: 300 })).toEqual([257])
  })

  it('makes no slice a single token or too long, the last one included', () => {
    fc.assert(
      fc.property(prompt, (wanted) => {
        const ends = [0, ...cutsOf(wanted), wanted.length]
        const lengths = ends.slice(1).map((end, index) => end - ends[index]!)
        expect(lengths.every((length) => length > 1 && length <= wanted.size + 1)).toBe(true)
      }),
    )
  })
})

describe('reusableTokens', () => {
  it('keeps what was cut alike and says the same', () => {
    expect(reusableTokens([256, 300, 556], [256, 300, 556, 812], 600)).toBe(556)
    expect(reusableTokens([256, 300, 556], [256, 300, 556, 812], 400)).toBe(300)
    expect(reusableTokens([256, 301, 557], [256, 300, 556], 600)).toBe(256)
    expect(reusableTokens([], [256], 600)).toBe(0)
  })

  it('gives every prompt the same slices, whatever was evaluated before it', () => {
    fc.assert(
      fc.property(prompt, prompt, fc.nat(3000), (before, after, sameTokens) => {
        const [evaluated, cuts] = [cutsOf(before), cutsOf(after)]
        const reusable = reusableTokens(evaluated, cuts, sameTokens)
        expect([...evaluated.filter((cut) => cut <= reusable), ...cuts.filter((cut) => cut > reusable)]).toEqual(cuts)
      }),
    )
  })
})

describe('fillersFor', () => {
  it('fills a slice up where much stands before it and little is missing', () => {
    expect(fillersFor({ before: 2000, slice: 56 })).toBe(8)
    expect(fillersFor({ before: 500, slice: 60 })).toBe(4)
    expect(fillersFor({ before: 500, slice: 40 })).toBe(0)
    expect(fillersFor({ before: 2000, slice: 5 })).toBe(0)
    expect(fillersFor({ before: 0, slice: 60 })).toBe(0)
    expect(fillersFor({ before: 9000, slice: tileTokens })).toBe(0)
  })

  it('never fills more than a tile, and does with more before what it does with less', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(1000), fc.integer({ min: 1, max: 300 }), (before, more, slice) => {
        const fillers = fillersFor({ before, slice })
        expect([0, tileTokens - slice]).toContain(fillers)
        if (fillers > 0) expect(fillersFor({ before: before + more, slice })).toBe(fillers)
      }),
    )
  })
})
