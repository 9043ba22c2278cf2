import assert from 'node:assert/strict'
import { it } from 'node:test'
import { formatWeight } from '../src/weights.ts'

it('prints whole grams below a kilogram', () => {
  assert.equal(formatWeight(999), '999 g')
})

it('prints kilograms with one decimal', () => {
  assert.equal(formatWeight(1250), '1.3 kg')
})
