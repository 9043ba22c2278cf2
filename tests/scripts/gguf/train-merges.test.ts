import { expect, it } from 'vitest'
import { trainMerges } from '../../../scripts/gguf/train-merges.ts'

it('merges the pair that occurs most often first, and breaks ties by name', () => {
  expect(trainMerges('low low lower newest newest', 4)).toEqual(['l o', 'lo w', 'e s', 'e w'])
})

it('stops when no pair occurs twice', () => {
  expect(trainMerges('abc', 10)).toEqual([])
})
