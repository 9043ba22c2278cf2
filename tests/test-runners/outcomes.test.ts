import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCargoOutput } from '../../src/test-runners/cargo-output.ts'
import { cargoTest } from '../../src/test-runners/cargo-test.ts'
import { conclude, failureText, lastPart } from '../../src/test-runners/conclude.ts'
import { goTest } from '../../src/test-runners/go-test.ts'
import { jest } from '../../src/test-runners/jest.ts'
import { mocha } from '../../src/test-runners/mocha.ts'
import { nodeTest } from '../../src/test-runners/node-test.ts'
import { pytest } from '../../src/test-runners/pytest.ts'
import { testRunners } from '../../src/test-runners/registry.ts'
import type { TestRequest, TestRunner } from '../../src/test-runners/test-runner.ts'
import { vitest } from '../../src/test-runners/vitest.ts'
import type { CommandEnding } from '../../src/workspace/command.ts'
import { scriptedRun } from '../helpers/linter-runner.ts'

type Result = { code?: number; ending?: CommandEnding; stdout?: string; stderr?: string }

const runs = process.env.SOAK === '1' ? 20_000 : 300

/** What the adapter makes of an ending that is hard to bring about. */
async function outcomeOf(runner: TestRunner, result: Result, more: Partial<TestRequest> = {}) {
  const { run, commands } = scriptedRun(result)
  const request = { files: [], readText: async () => null, run, timeout: 1000, signal: new AbortController().signal, ...more }
  const outcome = await runner.test({ runner: runner.name, directory: 'pkg', program: ['prog'] }, request)
  return { outcome, command: commands[0]! }
}

const report = (content: unknown, cwd = '/repo/pkg') => `${cwd}\n${typeof content === 'string' ? content : JSON.stringify(content)}`
const jestReport = (tests: readonly object[], file: object = {}) => ({
  testResults: [{ name: '/repo/pkg/a.test.js', status: 'passed', message: '', assertionResults: tests, ...file }],
})
const passed = { title: 'works', ancestorTitles: ['a'], status: 'passed', failureMessages: [] }

describe('endings of every runner', () => {
  for (const runner of testRunners) {
    it(`are never a pass of ${runner.name} unless it ended by itself`, async () => {
      for (const ending of [
        { kind: 'timeout' },
        { kind: 'out-of-memory' },
        { kind: 'output-limit' },
        { kind: 'not-found' },
        { kind: 'signalled', signal: 'SIGSEGV' },
        { kind: 'exited', code: 127 },
        { kind: 'exited', code: 126 },
      ] as const) {
        const { outcome } = await outcomeOf(runner, { ending, stdout: report(jestReport([passed])) })
        expect(outcome).toMatchObject({ status: 'failed', reason: expect.stringMatching(/^(prog|[a-z-]+) /) })
      }
    })

    it(`are a failure of ${runner.name} when it says nothing and ends with an error`, async () => {
      const { outcome } = await outcomeOf(runner, { code: 3, stdout: '/repo/pkg\n', stderr: 'it broke' })
      expect(outcome.status).toBe('failed')
    })

    it(`are no pass of ${runner.name} when its report is cut short or not its own`, async () => {
      const texts = fc.oneof(
        fc.string(),
        fc.json(),
        fc.array(fc.json()).map((lines) => lines.join('\n')),
      )
      await fc.assert(
        fc.asyncProperty(texts, fc.constantFrom(0, 1, 5), async (text, code) => {
          const { outcome } = await outcomeOf(runner, { code, stdout: report(text) })
          expect(outcome.status).not.toBe('ran')
        }),
        { numRuns: runs },
      )
    })
  }
})

describe('a runner that lacks what was asked of it', () => {
  const answered = async (runner: TestRunner, results: readonly Result[], more: Partial<TestRequest>) => {
    const { run, commands } = scriptedRun(...results)
    const request = { files: [], readText: async () => null, run, timeout: 1000, signal: new AbortController().signal, ...more }
    const outcome = await runner.test({ runner: runner.name, directory: 'pkg', program: ['prog'] }, request)
    return { outcome, options: commands.map(({ argv }) => argv.filter((arg) => /random|shuffle|coverage\.enabled|cov=/.test(arg))) }
  }
  const done = { code: 0, stdout: report(jestReport([passed])) }

  it('keeps its order when it is too old to change it', async () => {
    const words = '● Unrecognized CLI Parameters:\n\n  Following options were not recognized:\n  ["randomize", "seed"]'
    const old = await answered(jest, [{ code: 1, stdout: '/repo/pkg\n', stderr: words }, done], { shuffle: 2 ** 40 + 5 })
    expect(old).toMatchObject({ outcome: { status: 'ran' }, options: [['--randomize'], []] })
    const events = ['{"type":"end"}'].join('\n')
    const stderr = 'node: bad option: --test-randomize'
    const node = await answered(
      nodeTest,
      [
        { code: 9, stdout: '/repo/pkg\n', stderr },
        { code: 0, stdout: report(events) },
      ],
      { shuffle: -1 },
    )
    expect(node).toMatchObject({ outcome: { status: 'not-run' }, options: [['--test-randomize', '--test-random-seed=4294967295'], []] })
  })

  it('runs the tests and says that nothing is measured', async () => {
    const stderr = " MISSING DEPENDENCY  Cannot find dependency '@vitest/coverage-v8'\n"
    const { outcome, options } = await answered(vitest, [{ code: 1, stdout: '/repo/pkg\n', stderr }, done], { measures: true })
    expect(outcome).toMatchObject({ status: 'ran', coverage: null })
    expect(options.map(([first]) => first)).toEqual(['--coverage.enabled=true', '--coverage.enabled=false'])
    const lines = [
      { type: 'root', path: '/repo/pkg' },
      { type: 'call', id: 'a.py::a', outcome: 'passed', duration: 0, text: '' },
      { type: 'end' },
    ]
    const told = report(lines.map((line) => JSON.stringify(line)).join('\n'))
    const usage = { code: 4, stdout: '/repo/pkg\n', stderr: 'pytest: error: unrecognized arguments: --cov=.' }
    expect((await answered(pytest, [usage, { code: 0, stdout: told }], { measures: true })).outcome).toMatchObject({ coverage: null })
  })
})

describe('the folder of a report', () => {
  it.each([vitest, goTest, cargoTest])('is removed also when $name was stopped', async (runner) => {
    const { run, commands } = scriptedRun({ ending: { kind: 'timeout' } })
    const request = { files: [], readText: async () => null, run, timeout: 1000, signal: new AbortController().signal, measures: true }
    await runner.test({ runner: runner.name, directory: '.', program: ['prog'] }, request)
    const [folder] = commands[0]!.argv.slice(4)
    expect(commands.map(({ argv }) => argv).slice(1)).toEqual([['rm', '-rf', '--', folder]])
    expect(folder).toMatch(/^\/tmp\/agent-tests-[0-9a-f-]{36}$/)
  })
})

describe('a report and the exit status', () => {
  it('contradict each other: a failure, although all tests passed', async () => {
    const { outcome } = await outcomeOf(vitest, { code: 1, stdout: report(jestReport([passed])), stderr: 'Unhandled rejection' })
    expect(outcome).toEqual({ status: 'failed', reason: 'vitest ended with 1, although no test failed: Unhandled rejection' })
  })

  it('agree: one test, with the file as the tree calls it', async () => {
    const { outcome, command } = await outcomeOf(vitest, { code: 0, stdout: report(jestReport([passed])) })
    const test = { id: 'pkg/a.test.js > a works', file: 'pkg/a.test.js', name: 'a works', status: 'passed', durationMs: null, failure: '' }
    expect(outcome).toEqual({ status: 'ran', tests: [test], skipped: 0, broken: [] })
    expect(command).toMatchObject({ directory: 'pkg', environment: { CI: 'true', NO_COLOR: '1' } })
  })

  it('believe a reported failure although the status is 0', async () => {
    const failed = { ...passed, status: 'failed', failureMessages: ['\u001B[31mno\u001B[39m'] }
    const { outcome } = await outcomeOf(jest, { code: 0, stdout: report(jestReport([failed])) })
    expect(outcome).toMatchObject({ status: 'ran', tests: [{ status: 'failed', failure: 'no' }] })
  })

  it('tell nothing about a file outside of the tree', async () => {
    const outside = jestReport([passed], { name: '/elsewhere/a.test.js' })
    const { outcome } = await outcomeOf(jest, { code: 0, stdout: report(outside) })
    expect(outcome).toMatchObject({ tests: [{ file: null, id: 'jest > a works' }] })
  })

  it('keep two tests of one name apart', async () => {
    const { outcome } = await outcomeOf(jest, { code: 0, stdout: report(jestReport([passed, passed])) })
    expect(outcome).toMatchObject({ tests: [{ id: 'pkg/a.test.js > a works' }, { id: 'pkg/a.test.js > a works (2)' }] })
  })

  it('leave out what was not asked for', async () => {
    const { outcome } = await outcomeOf(vitest, { code: 0, stdout: report(jestReport([passed])) }, { files: ['pkg/b.test.js'] })
    expect(outcome.status).toBe('not-run')
  })

  it('name a file that cannot be loaded, with or without a message', async () => {
    const broken = jestReport([], { status: 'failed', message: null })
    const { outcome } = await outcomeOf(jest, { code: 1, stdout: report(broken) })
    expect(outcome).toEqual({ status: 'failed', reason: 'pkg/a.test.js: It cannot be loaded.' })
  })

  for (const [runner, words] of [
    [vitest, 'No test files found, exiting with code 1'],
    [jest, 'No tests found, exiting with code 1'],
    [mocha, 'Error: No test files found: "test"'],
    [nodeTest, "Could not find 'x'"],
  ] as const) {
    it(`are no failure of ${runner.name} when it says that there is no test`, async () => {
      const { outcome } = await outcomeOf(runner, { code: 1, stdout: '/repo/pkg\n', stderr: words })
      expect(outcome).toEqual({ status: 'not-run', reason: `${runner.name} found no test to execute.` })
    })
  }

  it('are no failure of pytest when it has collected nothing', async () => {
    const lines = [{ type: 'root', path: '/repo/pkg' }, { type: 'end' }].map((line) => JSON.stringify(line)).join('\n')
    const { outcome } = await outcomeOf(pytest, { code: 5, stdout: report(lines) })
    expect(outcome.status).toBe('not-run')
  })

  it('are no failure of pytest when the file has no test of that name, but of wrong usage', async () => {
    const stderr = 'ERROR: not found: /repo/pkg/test_a.py::test_x'
    const one = { files: ['pkg/test_a.py'], name: 'test_x' }
    expect((await outcomeOf(pytest, { code: 4, stdout: '/repo/pkg\n', stderr }, one)).outcome.status).toBe('not-run')
    expect((await outcomeOf(pytest, { code: 4, stdout: '/repo/pkg\n', stderr })).outcome.status).toBe('failed')
    expect((await outcomeOf(pytest, { code: 4, stdout: '/repo/pkg\n', stderr: 'usage: x' }, one)).outcome.status).toBe('failed')
  })
})

describe('phases of a test in pytest', () => {
  const phase = (type: string, outcome: string, text = '') => ({ type, id: 'test_a.py::test', outcome, duration: 0.5, text })
  const read = async (phases: readonly object[], code: number) => {
    const lines = [{ type: 'root', path: '/repo' }, ...phases, { type: 'end' }].map((line) => JSON.stringify(line)).join('\n')
    return (await outcomeOf(pytest, { code, stdout: report(lines) })).outcome
  }

  it('make a failure of an error before or after it, said so', async () => {
    const outcome = await read([phase('setup', 'failed', 'no database')], 1)
    expect(outcome).toMatchObject({ tests: [{ file: 'test_a.py', status: 'failed', durationMs: 500, failure: '(in setup) no database' }] })
    const teardown = [phase('setup', 'passed'), phase('call', 'passed'), phase('teardown', 'failed', 'no')]
    expect(await read(teardown, 1)).toMatchObject({ tests: [{ status: 'failed', durationMs: 1500 }] })
  })

  it('count one that failed as expected with the skipped', async () => {
    const outcome = await read([phase('setup', 'passed'), phase('call', 'skipped'), phase('teardown', 'passed')], 0)
    expect(outcome).toEqual({ status: 'not-run', reason: 'pytest executed no test: 1 was skipped, or did not match.' })
  })
})

describe('the events of Node', () => {
  const event = (type: string, name: string, more: object = {}) => ({
    type,
    name,
    nesting: 0,
    file: '/repo/pkg/a.test.js',
    isEntry: false,
    isSkipped: false,
    isSuite: false,
    duration: 1,
    failureType: null,
    message: '',
    ...more,
  })
  const read = async (events: readonly object[], code: number) =>
    (await outcomeOf(nodeTest, { code, stdout: report([...events, { type: 'end' }].map((line) => JSON.stringify(line)).join('\n')) }))
      .outcome

  it('do not count a file without a test as one that passed', async () => {
    const file = { isEntry: true }
    const outcome = await read([event('test:start', 'a.test.js', file), event('test:pass', 'a.test.js', file)], 0)
    expect(outcome.status).toBe('not-run')
  })

  it('tell a group whose own code fails, and not one whose tests fail', async () => {
    const group = (failureType: string) => event('test:fail', 'group', { isSuite: true, failureType, message: 'boom' })
    expect(await read([event('test:start', 'group'), group('hookFailed')], 1)).toMatchObject({
      tests: [{ name: 'group', failure: 'boom' }],
    })
    expect((await read([event('test:start', 'group'), group('subtestsFailed')], 1)).status).toBe('failed')
  })

  it('name a file that cannot be loaded and says nothing', async () => {
    const outcome = await read([event('test:fail', './a.test.js', { isEntry: true })], 1)
    expect(outcome).toEqual({ status: 'failed', reason: 'pkg/a.test.js: It cannot be loaded.' })
  })

  it('do without a file', async () => {
    expect(await read([event('test:pass', 'x', { file: null })], 0)).toMatchObject({ tests: [{ file: null, name: 'x' }] })
  })
})

describe('the report of Mocha', () => {
  it('may lack file, stack and message', async () => {
    const odd = {
      passes: [],
      failures: [
        { fullTitle: 'x', err: {} },
        { fullTitle: 'y', err: { message: 'why' } },
      ],
      pending: [],
    }
    const { outcome } = await outcomeOf(mocha, { code: 2, stdout: report(odd) })
    expect(outcome).toMatchObject({ tests: [{ file: null, failure: 'It failed without a message.' }, { failure: 'why' }] })
  })
})

describe('the events of Go', () => {
  const lines = (...events: readonly object[]) => events.map((event) => JSON.stringify(event)).join('\n')
  const test = { Package: 'm/p', Test: 'TestA' }

  it('make a failure of a test that never ended', async () => {
    const stdout = lines({ Action: 'run', ...test }, { Action: 'output', ...test, Output: 'exit' }, { Action: 'fail', Package: 'm/p' })
    const { outcome } = await outcomeOf(goTest, { code: 1, stdout })
    expect(outcome).toMatchObject({ status: 'ran', tests: [{ id: 'm/p > TestA', status: 'failed', failure: 'It did not end.\nexit' }] })
  })

  it('name a package that failed without a test, with what the compiler said on standard error', async () => {
    const stdout = lines({ Action: 'output', Package: 'm/p', Output: 'FAIL m/p [build failed]\n' }, { Action: 'fail', Package: 'm/p' })
    const { outcome } = await outcomeOf(goTest, { code: 2, stdout, stderr: 'a.go:1: undefined: x' })
    expect(outcome).toEqual({ status: 'failed', reason: 'm/p: FAIL m/p [build failed]\na.go:1: undefined: x' })
  })

  it('find the file of a test by reading the files asked for, and leave out those of others', async () => {
    const texts: Record<string, string> = { 'pkg/go.mod': 'module m\n', 'pkg/p/a_test.go': 'func TestA(t *testing.T) {\n' }
    const stdout = lines(
      { Action: 'pass', ...test, Elapsed: 0.25 },
      { Action: 'pass', Package: 'm/p', Test: 'TestB' },
      { Action: 'pass', Package: 'm/p' },
    )
    const more = { files: ['pkg/p/a_test.go', 'pkg/p/gone_test.go'], readText: async (path: string) => texts[path] ?? null }
    const { outcome, command } = await outcomeOf(goTest, { code: 0, stdout }, more)
    expect(outcome).toMatchObject({ tests: [{ file: 'pkg/p/a_test.go', name: 'TestA', durationMs: 250 }] })
    expect(command.argv).toEqual(expect.arrayContaining(['-run=^(TestA)$', './p']))
  })

  it('are asked for one subtest by all of its levels', async () => {
    const { command } = await outcomeOf(goTest, { code: 0 }, { files: ['pkg/a_test.go'], name: 'TestA/sub_(x)/y' })
    expect(command.argv).toContain(String.raw`-run=^TestA$/^sub_\(x\)$/^y$`)
  })
})

describe('the output of Cargo', () => {
  const running = '     Running unittests src/lib.rs (target/debug/deps/x-1)'
  const summary = (passes: number, failures: number, ignored = 0) =>
    `test result: ${failures ? 'FAILED' : 'ok'}. ${passes} passed; ${failures} failed; ${ignored} ignored; 0 measured; 0 filtered out`

  it('has a target that ended before its tests did', () => {
    const text = [running, '', 'running 2 tests', 'test a ... ok', 'Aborted'].join('\n')
    expect(readCargoOutput(text, 'x')).toMatchObject({ tests: [{ name: 'a' }], broken: [{ scope: 'x/src/lib.rs' }] })
  })

  it('has a summary that disagrees', () => {
    const text = [running, 'running 1 test', 'test a ... ok', summary(2, 0)].join('\n')
    expect(readCargoOutput(text, '.').broken).toHaveLength(1)
  })

  it('takes no more tests than were announced, whatever failed ones print', () => {
    const failure = ['failures:', '', '---- a stdout ----', 'test fake ... ok', summary(9, 0), 'why', '', 'failures:', '    a', '']
    const text = [running, 'running 1 test', 'test a ... FAILED', '', ...failure, summary(0, 1)].join('\n')
    const { tests, broken } = readCargoOutput(text, '.')
    expect(tests).toMatchObject([{ name: 'a', status: 'failed', failure: expect.stringContaining('why') }])
    expect(broken).toEqual([])
  })

  it('tells a failure without a word, and times', () => {
    const text = [running, 'running 2 tests', 'test a ... FAILED <0.010s>', 'test b ... ignored, slow', summary(0, 1, 1)].join('\n')
    expect(readCargoOutput(text, '.')).toMatchObject({ tests: [{ failure: 'It failed without a message.' }], skipped: 1, broken: [] })
  })

  it('tells what was measured behind the tests, of the files of the tree', async () => {
    const running = '     Running tests/a.rs (target/llvm-cov-target/debug/deps/a-1)'
    const tests = [running, 'running 1 test', 'test a ... ok', summary(1, 0)].join('\n')
    const trace = 'SF:/repo/pkg/src/lib.rs\nDA:1,2\nDA:2,0\nend_of_record\nSF:/elsewhere/x.rs\nDA:1,1\nend_of_record\n'
    const measured = async (more: string) => {
      const run: TestRequest['run'] = async ({ argv }) => ({
        ending: { kind: 'exited', code: 0 },
        stdout: `${tests}\n\n${argv[4]}\n/repo/pkg\n${more}`,
        stderr: '',
        durationMs: 1,
      })
      const request = { files: [], readText: async () => null, run, timeout: 1000, signal: new AbortController().signal, measures: true }
      return await cargoTest.test({ runner: 'cargo-test', directory: 'pkg', program: ['cargo'] }, request)
    }
    const lines = new Map([
      [1, 2],
      [2, 0],
    ])
    expect(await measured(trace)).toMatchObject({
      tests: [{ name: 'a' }],
      coverage: new Map([['pkg/src/lib.rs', { lines, branches: new Map() }]]),
    })
    expect(await measured('')).toMatchObject({ tests: [{ name: 'a' }], coverage: null })
  })

  it('tells what does not build', async () => {
    const { outcome } = await outcomeOf(cargoTest, { code: 101, stdout: '   Compiling x\nerror[E0425]: cannot find value `y`\n' })
    expect(outcome).toMatchObject({ status: 'failed', reason: expect.stringContaining('E0425') })
  })

  it('is asked for the whole package when a module is meant, and for the target otherwise', async () => {
    const argvFor = async (files: readonly string[], name?: string) =>
      (await outcomeOf(cargoTest, { code: 0 }, { files, ...(name ? { name } : {}) })).command.argv.slice(5)
    expect(await argvFor(['pkg/tests/a.rs', 'pkg/tests/b/main.rs'])).toEqual(['test', '--no-fail-fast', '--test=a', '--test=b', '--'])
    expect(await argvFor(['pkg/src/a.rs', 'pkg/tests/b.rs'], 'a::b')).toEqual(['test', '--no-fail-fast', '--', '--exact', 'a::b'])
  })

  it('can be read whatever it is', () => {
    const part = fc.constantFrom(
      running,
      'running 1 test',
      'test a ... ok',
      'test a ... FAILED',
      summary(1, 0),
      summary(0, 1),
      'failures:',
      '---- a stdout ----',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string())), (lines) => {
        const { tests, broken } = readCargoOutput(lines.join('\n'), '.')
        const started = lines
          .join('\n')
          .split('\n')
          .filter((line) => /^\s+(Running .+ \(.+\)|Doc-tests .+)$/.test(line)).length
        expect(broken.length).toBeLessThanOrEqual(Math.max(1, started))
        expect(tests.length).toBeLessThanOrEqual(lines.join('\n').split('\n').length)
      }),
      { numRuns: runs },
    )
  })
})

describe('texts', () => {
  it('of failures are bounded, with what is left out', () => {
    expect(failureText(` ${'x'.repeat(5_000)} `)).toMatch(/^x{4000}\n… \(1000 more characters\)$/)
  })

  it('of endings are the last part', () => {
    expect(lastPart(' \n')).toBe('(it printed nothing)')
    expect(lastPart(`start${'x'.repeat(2_000)}`)).toMatch(/^… x{1500}$/)
  })

  it('say how many were skipped', () => {
    const ending = { runner: 'r', code: 0, output: '', foundNone: false, files: [] }
    expect(conclude({ tests: [], skipped: 2, broken: [] }, ending)).toEqual({
      status: 'not-run',
      reason: 'r executed no test: 2 were skipped, or did not match.',
    })
    expect(conclude({ tests: [], skipped: 0, broken: [] }, ending)).toMatchObject({ reason: 'r found no test to execute.' })
  })
})
