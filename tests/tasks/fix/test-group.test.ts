import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/domain/errors.ts'
import { havePassed, sandboxProblem, weaknessOf, worseThan } from '../../../src/tasks/fix/test-group.ts'
import type { TestReport } from '../../../src/test-runners/run-tests.ts'

type Outcome = TestReport['runs'][number]['outcome']
const use = { runner: 'vitest', directory: '.', program: ['vitest'] }
const run = (outcome: Outcome): TestReport => ({ runs: [{ use, files: [], outcome }], command: null, unclaimed: [] })
const tests = (...names: readonly string[]) =>
  run({
    status: 'ran',
    skipped: 0,
    broken: [],
    tests: names.map((name) => ({
      id: `a.test.ts ${name}`,
      file: 'a.test.ts',
      name,
      status: name.startsWith('bad') ? 'failed' : 'passed',
      durationMs: 1,
      failure: name.startsWith('bad') ? 'Expected 1.' : '',
    })),
  })
const command = (status: 'passed' | 'failed'): TestReport => ({
  runs: [],
  command: { argv: ['make', 'test'], status, reason: 'exit 2' },
  unclaimed: [],
})
const none: TestReport = { runs: [], command: null, unclaimed: ['a.test.ts'] }

describe('a second run of the tests', () => {
  it.each<[name: string, before: TestReport, after: TestReport, reason: RegExp | null]>([
    ['the same tests pass', tests('one'), tests('one'), null],
    [
      'one fails that passed',
      tests('one'),
      run({ ...(tests('bad one').runs[0]!.outcome as Extract<Outcome, { status: 'ran' }>) }),
      /bad one" fails now:\nExpected 1/,
    ],
    ['one is not executed any more', tests('one', 'two'), tests('one'), /two" is not executed any more/],
    ['fewer of the same name are executed', tests('one', 'one'), tests('one'), /1 tests were executed, and 2 before/],
    ['it crashes', tests('one'), run({ status: 'failed', reason: 'Out of memory.' }), /could not be run: Out of memory/],
    ['nobody can run them', none, none, /no runner is known for a\.test\.ts/],
    ['the command fails that passed', command('passed'), command('failed'), /make test passed before and fails now/],
    ['the command failed before, too', command('failed'), command('failed'), null],
  ])('is judged where %s', (_name, before, after, reason) => {
    if (reason === null) expect(worseThan(before, after)).toBeNull()
    else expect(worseThan(before, after)).toMatch(reason)
  })
})

describe('tests before anything was changed', () => {
  it.each<[before: TestReport, weakness: string | null]>([
    [tests('one'), null],
    [tests('one', 'bad 1', 'bad 2', 'bad 3', 'bad 4'), 'failed already before anything was changed: "bad 1", "bad 2", "bad 3" and 1 more'],
    [command('passed'), null],
    [command('failed'), 'failed already before anything was changed: make test'],
    [run({ status: 'failed', reason: 'It crashed.\nAt line 3.' }), 'could not be run before anything was changed: It crashed.'],
    [run({ status: 'not-run', reason: 'No test found.' }), 'could not be run before anything was changed: No test found.'],
    [none, 'could not be run: no runner is known for a.test.ts'],
  ])('say so little: %j', (before, weakness) => {
    expect(weaknessOf({ files: ['a.test.ts'], before })).toBe(weakness)
  })

  it('are witnesses where one of them passes', () => {
    expect([tests('one', 'bad'), tests('bad'), command('passed'), command('failed'), none].map(havePassed)).toEqual([
      true,
      false,
      true,
      false,
      false,
    ])
  })
})

it('knows a missing sandbox from anything else that goes wrong', () => {
  expect([
    sandboxProblem(new AppError('SANDBOX_UNAVAILABLE', 'No Docker.')),
    sandboxProblem(new AppError('GIT_FAILED', 'x')),
    sandboxProblem(new Error('x')),
  ]).toEqual(['No Docker.', null, null])
})
