import type { TaskContext } from '../task.ts'
import { type GuardingTests, weaknessOf } from './test-group.ts'

/** What linters repaired is kept where nothing can be run at all, and the report says so. */
export function tellUntested(reason: string, { notice }: Pick<TaskContext, 'notice'>): void {
  notice({
    code: 'TESTS_NOT_RUN',
    message: `What linters repaired was not tested: ${reason}`,
    hint: 'Start Docker and run `agent doctor --build-sandbox`, or use --sandbox host in a repository whose code you trust.',
  })
}

/** A repair was kept whose tests say less than one would think: they failed, or could not be run, before anything was changed. */
export function tellWeakTests(path: string, tests: GuardingTests, { notice }: Pick<TaskContext, 'notice'>): void {
  const weakness = weaknessOf(tests)
  if (weakness === null) return
  notice({
    code: 'TESTS_SAY_LITTLE',
    message: `The tests of ${path} ${weakness}. Of its repairs they say only what they still can.`,
    hint: 'Repair these tests first, then look at the repairs.',
  })
}
