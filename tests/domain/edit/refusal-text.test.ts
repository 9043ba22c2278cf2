import { expect, it } from 'vitest'
import { applyEdits } from '../../../src/domain/edit/apply-edits.ts'
import type { Refusal } from '../../../src/domain/edit/edit-result.ts'
import { refusalText } from '../../../src/domain/edit/refusal-text.ts'

const refused = (text: string, ...blocks: { search: string; replace: string }[]) => applyEdits(text, blocks) as Refusal

it('names the block that is in the way of another', () => {
  const twice = { search: 'a\n', replace: 'b\n' }
  expect(refusalText(refused('a\n', twice, twice), 'x.ts')).toBe(
    'Block 2 changes lines that another block changes too, at line 1 of x.ts. Nothing was changed. Write one block for both.',
  )
})

it('shows neither a whole minified line nor what steers a terminal', () => {
  const text = refusalText(refused(`\u001b[2J\n${'min '.repeat(5000)}\n`, { search: 'min max min\n', replace: '\n' }), 'bad\u001bname.ts')
  expect(text).not.toContain('\u001b')
  expect(text.length).toBeLessThan(1300)
})
