import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { archive, isOld, readShelf } from '../tools/archive.mjs'
import { countStates, fieldsOf, readOrders, withoutDuplicates } from '../tools/import-orders.mjs'

describe('the import', () => {
  it('reads quoted fields', () => assert.deepEqual(fieldsOf('7;"a ""b""; c";d'), ['7', 'a "b"; c', 'd']))
  it('keeps the first of equal orders, and counts states', () => {
    const orders = readOrders('number;state\n1;open\n1;paid\n2;open\n')
    assert.deepEqual(withoutDuplicates(orders).map(({ state }) => state), ['open', 'open'])
    assert.deepEqual(countStates(orders), [
      { state: 'open', count: 2 },
      { state: 'paid', count: 1 },
    ])
  })
})

describe('the archive', () => {
  it('gives back what it was given', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'archive-'))
    const orders = [{ number: 'OD-1', state: 'other', placedAt: '2020-02-03' }]
    assert.equal(await archive(folder, orders), 1)
    assert.deepEqual(await readShelf(folder, 'archive'), orders)
    await rm(folder, { recursive: true })
  })
  it('knows what is old', async () => assert.deepEqual([await isOld({ placedAt: '2020-02-03' }, 2026), await isOld({ placedAt: '2025-02-03' }, 2026)], [true, false]))
})
