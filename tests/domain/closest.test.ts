import fc from 'fast-check'
import { expect, it } from 'vitest'
import { closest } from '../../src/domain/closest.ts'

const keys = ['failOn', 'minConfidence', 'maxTime', 'checks', 'linters']

it.each([
  ['failon', 'failOn'],
  ['fialOn', 'failOn'],
  ['faillOn', 'failOn'],
  ['maxTim', 'maxTime'],
  ['minConfidance', 'minConfidence'],
  ['check', 'checks'],
  ['rule', undefined],
  ['', undefined],
  ['completelyDifferent', undefined],
])('takes %j for %j', (word, meant) => {
  expect(closest(word, keys)).toBe(meant)
})

it('names nothing when there is nothing to name', () => {
  expect(closest('x', [])).toBeUndefined()
})

it('finds every word again after one mistake in it', () => {
  const words = ['alphabet', 'confidence', 'threads', 'severity', 'baseline']
  fc.assert(
    fc.property(fc.constantFrom(...words), fc.nat(), fc.constantFrom('swap', 'drop', 'double'), (word, at, mistake) => {
      const index = at % (word.length - 1)
      const [before, first, second, rest] = [word.slice(0, index), word[index]!, word[index + 1]!, word.slice(index + 2)]
      const typed = { swap: before + second + first + rest, drop: before + second + rest, double: before + first + first + second + rest }[
        mistake
      ]!
      return closest(typed, words) === word
    }),
  )
})

it('is not slowed down by a word of a million letters', () => {
  expect(closest('a'.repeat(1_000_000), keys)).toBeUndefined()
})
