import fc from 'fast-check'
import { expect, it } from 'vitest'
import { leavesOf, mergeSections, type Section, sectionOf } from '../../src/config/tree.ts'

const key = fc.constantFrom('a', 'b', 'c', 'd')
const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null), fc.array(fc.integer(), { maxLength: 3 }))
/** All trees have the same shape, as configurations have: `a` and `b` are sections, the rest are values. */
const tree: fc.Arbitrary<Section> = fc.record(
  { a: fc.dictionary(key, leaf), b: fc.record({ a: fc.dictionary(key, leaf), d: leaf }, { requiredKeys: [] }), c: leaf, d: leaf },
  { requiredKeys: [] },
)

it('gives each leaf the value of the last section that has it', () => {
  fc.assert(
    fc.property(fc.array(tree, { maxLength: 4 }), (sections) => {
      const expected = Object.fromEntries(sections.flatMap((section) => leavesOf(section).map(({ path, value }) => [path, value])))
      const merged = Object.fromEntries(leavesOf(mergeSections(sections)).map(({ path, value }) => [path, value]))
      expect(merged).toEqual(expected)
    }),
  )
})

it('is left alone by an empty section on either side', () => {
  fc.assert(
    fc.property(tree, (section) => {
      expect(mergeSections([{}, section, {}])).toEqual(section)
    }),
  )
})

it('replaces lists as a whole', () => {
  expect(mergeSections([{ rules: ['a', 'b'] }, { rules: ['c'] }])).toEqual({ rules: ['c'] })
})

it('does not change what it merges', () => {
  const first = Object.freeze({ a: Object.freeze({ b: 1 }) })
  mergeSections([first, { a: { b: 2 } }])
  expect(first).toEqual({ a: { b: 1 } })
})

it('builds the section that a path names', () => {
  expect(sectionOf('review.checks.secrets', 'off')).toEqual({ review: { checks: { secrets: 'off' } } })
})
