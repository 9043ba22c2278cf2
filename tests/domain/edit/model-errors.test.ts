import { expect, it } from 'vitest'
import { type Case, casesOf, isSame } from '../../../bench/edits-cases.ts'
import { applyEdits } from '../../../src/domain/edit/apply-edits.ts'
import { seededRandom } from '../../helpers/seeded-random.ts'
import { randomFile, randomHunk } from './random-files.ts'

const hunks = process.env.SOAK === '1' ? 20_000 : 1000
const random = seededRandom(2024)

/** Every case of so many hunks, with what became of it. */
function outcomes(): { one: Case; text: string | null }[] {
  return Array.from({ length: hunks }, () => {
    const lines = randomFile(random)
    return casesOf(randomHunk(lines, random), random)
  })
    .flat()
    .map((one) => {
      const result = applyEdits(one.text, [one])
      return { one, text: result.status === 'applied' ? result.text : null }
    })
}

const all = outcomes()
const share = (some: readonly unknown[], of: readonly unknown[]) => some.length / of.length

it('makes every kind of case', () => {
  expect([...new Set(all.map(({ one }) => one.kind))].toSorted()).toEqual([
    'already applied',
    'blank lines dropped',
    'elision',
    'entities',
    'first line dedent',
    'line numbers',
    'none',
    'smart quotes',
    'stale middle',
    'tabs to spaces',
    'trailing space',
    'typo in context',
    'uniform dedent',
  ])
})

it('applies every edit that is written without an error, to the byte', () => {
  const plain = all.filter(({ one }) => one.kind === 'none')
  expect(plain.filter(({ one, text }) => text !== one.expected)).toEqual([])
})

it('applies at least 97 % of the edits that are meant well, and at most 0.2 % in another way than meant', () => {
  const meant = all.flatMap(({ one, text }) => (one.expected === null ? [] : [{ text, expected: one.expected }]))
  const correct = meant.filter(({ text, expected }) => text !== null && isSame(text, expected))
  const wrong = meant.filter(({ text, expected }) => text !== null && !isSame(text, expected))
  expect(share(correct, meant)).toBeGreaterThanOrEqual(0.97)
  expect(share(wrong, meant)).toBeLessThanOrEqual(0.002)
})

it('applies at most 1.5 % of the edits that are stale or done already', () => {
  const unwanted = all.filter(({ one }) => one.expected === null)
  const applied = unwanted.filter(({ one, text }) => text !== null && text !== one.text)
  expect(share(applied, unwanted)).toBeLessThanOrEqual(0.015)
})
