import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addToCart, openCart } from '../src/cart.ts'
import { add, formatMoney, isAmount, parsePrice } from '../src/money.ts'
import { pay, pending, placeOrder, shortNote } from '../src/orders.ts'
import { carrierFor, postage } from '../src/shipping.ts'

const order = (note: string | null = null) => placeOrder(addToCart(openCart(4), 1), new Date('2026-03-01T09:00:00Z'), note)

describe('an order', () => {
  it('has the total of its cart', () => assert.equal(formatMoney(order().total), '34.90 EUR'))
  it('is not placed for an empty cart', () => assert.throws(() => placeOrder(openCart(4), new Date()), /empty/))
  it('is pending until it is shipped', () => {
    const open = order()
    assert.deepEqual(pending([open, { ...open, status: 'shipped' }]), [open])
  })
  it('shows the first words of a note', () => {
    assert.equal(shortNote(order('  please ring twice, the bell is broken and the dog sleeps ')), 'please ring twice, the bell is broken and…')
  })
  it('is stored when it is paid', async () => {
    const stored: string[] = []
    const { status } = await pay(order(), (paid) => {
      stored.push(paid.status)
      return Promise.resolve()
    })
    assert.deepEqual([status, ...stored], ['paid', 'paid'])
  })
})

describe('money', () => {
  it('is added cent by cent', () => {
    assert.equal(add({ cents: 10, currency: 'EUR' }, { cents: 20, currency: 'EUR' }).cents, 30)
    assert.throws(() => add({ cents: 1, currency: 'EUR' }, { cents: 1, currency: 'CHF' }), TypeError)
  })
  it('is read from text', () => {
    assert.deepEqual(parsePrice('12,5', 'EUR'), { cents: 1250, currency: 'EUR' })
    assert.equal(parsePrice('twelve', 'EUR'), null)
  })
  it('is never a fraction of a cent', () => assert.deepEqual([isAmount(1), isAmount(0.5), isAmount(Number.NaN)], [true, false, false]))
})

describe('shipping', () => {
  it('knows a carrier for every country', () => assert.deepEqual(['DE', 'FR'].map(carrierFor), ['parcel-nord', 'world-post']))
  it('charges for each kilogram after the second', () => assert.deepEqual([postage(0, 'DE'), postage(2500, 'DE'), postage(2500, 'FR')], [490, 590, 1640]))
})
