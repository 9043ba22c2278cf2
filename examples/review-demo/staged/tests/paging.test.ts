import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { offsetOf, pageCount, pageOf } from '../src/paging.ts'

describe('paging', () => {
  it('starts with the first row', () => {
    assert.equal(offsetOf(1), 0)
  })

  it('takes the first page where a query asks for nothing sensible', () => {
    assert.equal(pageOf(new URLSearchParams('page=-3')), 1)
  })

  it.only('counts full pages', () => {
    assert.equal(pageCount(100), 2)
  })
})
