import { describe, expect, it } from 'vitest'
import { discounted, postageFor } from '../src/postage.ts'

describe('postageFor', () => {
  it('charges a light parcel the lowest rate', () => {
    expect(postageFor({ grams: 300, length: 20 })).toBe(290)
  })

  it('charges more for a heavy one', () => {
    expect(postageFor({ grams: 3000, length: 20 })).toBe(890)
  })
})

describe('discounted', () => {
  it('leaves the price of the first parcel alone', () => {
    expect(discounted(290, 1)).toBe(290)
  })
})
