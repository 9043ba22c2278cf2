import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inBlocks } from '../../../src/engine/models/in-blocks.ts'

async function* source(pieces: readonly Uint8Array[], error?: Error) {
  yield* pieces
  if (error) throw error
}

describe('inBlocks', () => {
  it('hands on every byte in order, in blocks that are full but for the last', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 20 })), fc.integer({ min: 1, max: 40 }), async (pieces, blockBytes) => {
        const blocks: Uint8Array[] = []
        for await (const block of inBlocks(source(pieces), { blockBytes, onPiece: () => {} })) blocks.push(block)
        expect(Buffer.concat(blocks).equals(Buffer.concat(pieces))).toBe(true)
        expect(blocks.slice(0, -1).every((block) => block.length >= blockBytes)).toBe(true)
      }),
    )
  })

  it('tells of each piece, and hands on what came before an error', async () => {
    const waiting: number[] = []
    const blocks: number[] = []
    const reading = async () => {
      const pieces = [3, 3, 2].map((length) => new Uint8Array(length))
      for await (const block of inBlocks(source(pieces, new Error('broke')), { blockBytes: 5, onPiece: (bytes) => waiting.push(bytes) }))
        blocks.push(block.length)
    }
    await expect(reading()).rejects.toThrow('broke')
    expect({ waiting, blocks }).toEqual({ waiting: [3, 6, 2], blocks: [6, 2] })
  })
})
