import { expect, it } from 'vitest'
import { failuresText, findingsOf } from '../../../src/tasks/verify/failures.ts'
import type { VerifiedChange } from '../../../src/tasks/verify/verify.ts'

const nothing: VerifiedChange = { verdict: 'failed', broken: [], linters: [], fresh: [], lost: [], gone: 0, tests: null, notRun: [] }

it('makes a finding of a linter that cannot look any more, so that a refused change never ends as a clean one', () => {
  const verified = { ...nothing, lost: ['eslint cannot look any more: its configuration does not load.'] }
  expect(findingsOf(verified)).toMatchObject([{ rule: 'linter/not-run', severity: 'error', message: verified.lost[0] }])
  expect(failuresText(verified)).toBe(verified.lost[0])
})
