import { expect, it } from 'vitest'
import type { FixResult } from '../../src/domain/result.ts'
import { targetName, targetOutcome } from '../../src/reporters/result-lines.ts'

const target: FixResult['targets'][number] = {
  tool: 'eslint',
  rule: 'no-var',
  severity: 'error',
  path: 'src/port.ts',
  line: 3,
  message: 'Unexpected var.',
  outcome: 'fixed',
  by: 'linter',
  attempts: 0,
  verifiedBy: ['linter'],
  gate: null,
  reason: '',
}

it('names a problem by its place and its rule', () => {
  expect([targetName(target), targetName({ ...target, line: null, rule: null })]).toEqual([
    'src/port.ts:3 eslint/no-var',
    'src/port.ts eslint',
  ])
})

it('says who repaired a problem, or why nobody did', () => {
  expect(targetOutcome(target)).toBe('repaired by the linter')
  expect(targetOutcome({ ...target, by: 'model', attempts: 1 })).toBe('repaired by the model')
  expect(targetOutcome({ ...target, by: 'model', attempts: 2 })).toBe('repaired by the model after 2 attempts')
  expect(targetOutcome({ ...target, by: 'model', attempts: 1, verifiedBy: ['model', 'tests'] })).toBe('repaired by the model')
  expect(targetOutcome({ ...target, by: 'model', attempts: 1, verifiedBy: ['model'] })).toMatch(/checked by the model only/)
  expect(targetOutcome({ ...target, outcome: 'not-kept', by: null, attempts: 3, gate: 'tests', reason: 'A test fails.' })).toBe(
    'not kept after 3 attempts (tests): A test fails.',
  )
  expect(targetOutcome({ ...target, outcome: 'not-attempted', by: null, reason: 'the time was over' })).toBe(
    'not attempted: the time was over',
  )
})
