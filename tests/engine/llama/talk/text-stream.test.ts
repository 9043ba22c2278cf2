import fc from 'fast-check'
import type { Token } from 'node-llama-cpp'
import { expect, it } from 'vitest'
import { createTextStream } from '../../../../src/engine/llama/talk/text-stream.ts'

/** A tokenizer of one token per byte, with the decoder that the library has. */
const detokenize = (tokens: readonly Token[]) => Buffer.from(tokens).toString('utf8')
const say = (bytes: Iterable<number>) => {
  const stream = createTextStream(detokenize)
  return [...Array.from(bytes, (byte) => stream.push(byte as Token)), stream.flush()]
}

it('says whole characters only, and all of them', () => {
  const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\uFFFD'))
  fc.assert(
    fc.property(text, (value) => {
      const deltas = say(Buffer.from(value))
      expect(deltas.join('')).toBe(value)
      expect(deltas.filter((delta) => delta.includes('\uFFFD'))).toEqual([])
    }),
  )
})

it('says a character as soon as it is whole', () => {
  expect(say(Buffer.from('aé🙂b'))).toEqual(['a', '', 'é', '', '', '', '🙂', 'b', ''])
})

it('does not hold back for ever what will never be a character', () => {
  expect(say([0xff, 0x61, 0xff, 0x62]).join('')).toBe('\uFFFDa\uFFFDb')
  expect(say([0xf0, 0x9f, 0x99])).toEqual(['', '', '', '\uFFFD'])
})
