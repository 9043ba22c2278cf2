import fc from 'fast-check'
import { expect, it } from 'vitest'
import { byLines, changedBlocks, keepBlocks, newLineOf } from '../../../src/tasks/fix/changed-blocks.ts'

const line = fc.constantFrom('a', 'b', 'c', 'd', '')
const text = fc
  .record({ lines: fc.array(fc.tuple(line, fc.constantFrom('\n', '\n', '\r\n')), { maxLength: 12 }), last: line, mark: fc.boolean() })
  .map(({ lines, last, mark }) => `${mark ? '\uFEFF' : ''}${lines.flat().join('')}${last}`)
const numRuns = process.env.SOAK === '1' ? 20_000 : 500

it('makes the new text of all blocks, and the old one of none', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const mark = /^\uFEFF?/.exec(before)?.[0] ?? ''
      const blocks = changedBlocks(before, after)
      expect(keepBlocks(before, after, blocks)).toBe(mark + after.replace(/^\uFEFF/, ''))
      expect(keepBlocks(before, after, byLines(blocks))).toBe(mark + after.replace(/^\uFEFF/, ''))
      expect(keepBlocks(before, after, [])).toBe(before)
    }),
    { numRuns },
  )
})

it('says where a line is that stays', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const [old, now] = [before, after].map((side) => side.replace(/^\uFEFF/, '').split('\n'))
      const blocks = changedBlocks(before, after)
      for (const [index, content] of old!.slice(0, -1).entries()) {
        const moved = newLineOf(index + 1, blocks)
        if (moved !== null) expect(now![moved - 1]).toBe(content)
      }
    }),
    { numRuns },
  )
})

it('tells a line that was put in from one that was changed', () => {
  expect(changedBlocks('a\nb\n', 'a\nx\nb\n')).toEqual([{ oldStart: 2, oldEnd: 2, newStart: 2, newEnd: 3 }])
  expect(changedBlocks('a\nb\n', 'a\nx\n')).toEqual([{ oldStart: 2, oldEnd: 3, newStart: 2, newEnd: 3 }])
  expect(newLineOf(2, changedBlocks('a\nb\n', 'a\nx\nb\n'))).toBe(3)
})
