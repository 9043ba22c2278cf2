import { plural } from '../../domain/plural.ts'
import type { Notice } from '../../domain/report.ts'
import type { Sandbox } from '../../workspace/sandbox.ts'

export const tooMany = (most: number, leftOut: number): Notice => ({
  code: 'MUTANTS_LEFT_OUT',
  message: `${plural(leftOut, 'more defect')} than the limit of ${most} ${leftOut === 1 ? 'was' : 'were'} not tried.`,
  hint: 'Try them with --max-mutants, or name fewer files.',
})

/** Tests that fail by themselves are the author's to repair; tests that cannot be run often lack what only the sandbox does not have. */
export const cannotJudge = (path: string, problem: string, { ran, sandbox }: { ran: boolean; sandbox: Sandbox['kind'] }): Notice => ({
  code: 'TESTS_UNUSABLE',
  message: `The tests of ${path} cannot judge a defect: ${problem}`,
  hint: ran
    ? 'Make them pass first.'
    : sandbox === 'host'
      ? 'See that they run in a fresh copy of this repository.'
      : 'They ran in a sandbox, without network and with the packages installed inside of this repository. For code that you trust, `--sandbox host` runs them as you do.',
})

export const unsteadyTests = (path: string, tests: readonly string[]): Notice => ({
  code: 'TESTS_UNSTEADY',
  message: `Of the tests of ${path}, ${tests.length} did not end the same way twice, and did not count: ${tests.slice(0, 3).join('; ')}${tests.length > 3 ? '; …' : ''}.`,
  hint: '',
})

export const looksElsewhere = (path: string): Notice => ({
  code: 'TESTS_UNUSABLE',
  message: `The tests that belong to ${path} pass even with that file unreadable. They run another copy of it, one that is installed or built, or do not load it at all.`,
  hint: 'Defects are planted in a copy of this repository: let tests import the source from there, not from an installation that points elsewhere.',
})

export const leftUntried = (count: number, why: string): Notice => ({
  code: 'MUTANTS_PENDING',
  message: `${plural(count, 'defect')} ${count === 1 ? 'was' : 'were'} not tried: ${why}.`,
  hint: 'Give it more time with --max-time, or name fewer files.',
})
