import { describe, expect, it } from 'vitest'
import { labelOf, problemOf } from '../src/address.ts'

const ada = { name: 'Ada', street: 'Mill Lane 1', city: 'Ely', zip: '12345' }

describe('problemOf', () => {
  it('finds nothing wrong with a whole address', () => {
    expect(problemOf(ada)).toBeNull()
  })
})

describe('labelOf', () => {
  it('writes name, street and city', () => {
    expect(labelOf(ada)).toEqual(['Ada', 'Mill Lane 1', '12345 Ely'])
  })
})
