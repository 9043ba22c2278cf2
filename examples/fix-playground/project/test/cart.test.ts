import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addToCart, containedVat, openCart, total, whileLocked } from '../src/cart.ts'
import { mentionedArticles, shelfPrice, vatRate } from '../src/catalog.ts'

const filled = () => addToCart(addToCart(openCart(17), 1), 2, 3)

describe('a cart', () => {
  it('adds what is already in it to the same line', () => {
    const { lines } = addToCart(filled(), 2)
    assert.deepEqual(
      lines.map(({ product, quantity }) => [product.sku, quantity]),
      [
        ['BK-0001', 1],
        ['FD-0002', 4],
      ],
    )
  })

  it('knows its total and the tax that is in it', () => {
    assert.equal(total(filled()).cents, 4750)
    assert.equal(containedVat(filled()), 311)
  })

  it('refuses a product that does not exist', () => {
    assert.throws(() => addToCart(openCart(17), 99), RangeError)
  })

  it('is worked on by one at a time', () => {
    assert.equal(
      whileLocked(filled(), (cart) => whileLocked(cart, () => 'twice')),
      null,
    )
    assert.equal(
      whileLocked(filled(), ({ lines }) => lines.length),
      2,
    )
  })
})

describe('the catalog', () => {
  it('labels shelves', () => assert.equal(shelfPrice(2), '4.20'))
  it('taxes food less', () => assert.deepEqual([vatRate('food'), vatRate('other')], [7, 19]))
  it('finds article numbers in a text', () => {
    assert.deepEqual(mentionedArticles('BK-0001, then FD-0002 (not X-1)'), ['BK-0001', 'FD-0002'])
  })
})
