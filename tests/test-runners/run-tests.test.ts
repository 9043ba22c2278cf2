import { describe, expect, it } from 'vitest'
import { compareTests, isNotWorse } from '../../src/test-runners/compare-tests.ts'
import { executedTests, runTests, type RunTestsOptions, type TestReport } from '../../src/test-runners/run-tests.ts'
import type { ExecutedTest, TestOutcome } from '../../src/test-runners/test-runner.ts'
import { projectOf, runOnHost, scriptedRun } from '../helpers/linter-runner.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { projectWith } from './contract.ts'

const manifest = (content: object) => JSON.stringify({ type: 'module', ...content })
const passing = (name: string) => `import { it } from 'node:test'\nit('${name}', () => {})\n`

function optionsFor(root: string, more: Partial<RunTestsOptions> = {}): RunTestsOptions {
  return { run: runOnHost(root), timeout: 60_000, signal: new AbortController().signal, ...more }
}

const names = (report: TestReport) => executedTests(report).map(({ id }) => id)

describe('running tests of a project', () => {
  it('gives each file to the runner of the package it lies in', async () => {
    using folder = projectWith({
      'package.json': manifest({ scripts: { test: 'node --test' } }),
      'a.test.js': passing('at the root'),
      'web/package.json': manifest({ scripts: { test: 'vitest run' } }),
      'web/b.test.js': "import { it } from 'vitest'\nit('in the package', () => {})\n",
    })
    const report = await runTests(projectOf(folder.path), ['a.test.js', 'web/b.test.js', 'notes.md'], optionsFor(folder.path))
    expect(names(report)).toEqual(['web/b.test.js > in the package', 'a.test.js > at the root'])
    expect(report).toMatchObject({ unclaimed: ['notes.md'], command: null })
  })

  it('runs everything once, from the topmost folder of each runner', async () => {
    using folder = temporaryFolder({
      'package.json': manifest({ scripts: { test: 'node --test' } }),
      'a.test.js': passing('at the root'),
      'b/package.json': manifest({ scripts: { test: 'node --test' } }),
      'b/b.test.js': passing('below'),
    })
    const report = await runTests(projectOf(folder.path), [], optionsFor(folder.path))
    expect(names(report)).toEqual(['a.test.js > at the root', 'b/b.test.js > below'])
    expect(report.runs).toHaveLength(1)
  })

  it('keeps every Go module and Rust package for itself', async () => {
    using folder = temporaryFolder({ 'go.mod': 'module a', 'b/go.mod': 'module b', 'Cargo.toml': '[package]', 'b/Cargo.toml': '[package]' })
    const { run } = scriptedRun({ code: 0 })
    const report = await runTests(projectOf(folder.path), [], optionsFor(folder.path, { run }))
    expect(report.runs.map(({ use }) => `${use.runner} ${use.directory}`)).toEqual([
      'go-test b',
      'cargo-test b',
      'go-test .',
      'cargo-test .',
    ])
  })

  it('runs one test by its name', async () => {
    const text = `${passing('one')}it('two', () => {})\n`
    using folder = temporaryFolder({ 'package.json': manifest({ scripts: { test: 'node --test' } }), 'a.test.js': text })
    const report = await runTests(projectOf(folder.path), ['a.test.js'], optionsFor(folder.path, { name: 'two' }))
    expect(names(report)).toEqual(['a.test.js > two'])
  })
})

describe("the project's own test command", () => {
  const silent = { 'package.json': manifest({ scripts: { test: 'node check.js' } }), 'check.js': "console.log('all is well')" }

  it('is run where no runner is known, and tells its exit status only', async () => {
    using folder = temporaryFolder(silent)
    const report = await runTests(projectOf(folder.path), [], optionsFor(folder.path))
    expect(report).toMatchObject({ runs: [], command: { argv: ['npm', 'test', '--silent'], status: 'passed', reason: 'all is well' } })
  })

  it('may be configured, and fails when it ends with an error or not at all', async () => {
    using folder = temporaryFolder(silent)
    const project = projectOf(folder.path)
    const failing = await runTests(project, [], optionsFor(folder.path, { testCommand: ['sh', '-c', 'echo no >&2; exit 1'] }))
    expect(failing.command).toMatchObject({ status: 'failed', reason: 'no' })
    const endless = await runTests(project, [], optionsFor(folder.path, { testCommand: ['sleep', '600'], timeout: 200 }))
    expect(endless.command).toMatchObject({ status: 'failed', reason: expect.stringContaining('timeout') })
    const missing = await runTests(project, [], optionsFor(folder.path, { testCommand: ['no-such-program'] }))
    expect(missing.command).toMatchObject({ status: 'failed', reason: expect.stringContaining('no-such-program') })
  })

  it('is not what npm writes into a new package', async () => {
    const script = 'echo "Error: no test specified" && exit 1'
    for (const files of [{ 'package.json': manifest({ scripts: { test: script } }) }, { 'README.md': '' }]) {
      using folder = temporaryFolder(files as Record<string, string>)
      const report = await runTests(projectOf(folder.path), [], optionsFor(folder.path))
      expect(report).toEqual({ runs: [], command: null, unclaimed: [] })
    }
  })

  it('does not stand in for a runner that is known but has nothing to do with the files', async () => {
    using folder = temporaryFolder({ 'package.json': manifest({ scripts: { test: 'vitest' } }) })
    const report = await runTests(projectOf(folder.path), ['a.py'], optionsFor(folder.path))
    expect(report).toEqual({ runs: [], command: null, unclaimed: ['a.py'] })
  })
})

describe('comparing two runs', () => {
  const use = { runner: 'vitest', directory: '.', program: ['vitest'] }
  const test = (id: string, status: ExecutedTest['status']): ExecutedTest => ({
    id,
    file: null,
    name: id,
    status,
    durationMs: null,
    failure: '',
  })
  const ran = (tests: readonly ExecutedTest[], broken: readonly string[] = []): TestOutcome => ({
    status: 'ran',
    tests,
    skipped: 0,
    broken: broken.map((scope) => ({ scope, file: scope, reason: 'why' })),
  })
  const report = (outcome: TestOutcome, command: TestReport['command'] = null): TestReport => ({
    runs: [{ use, files: [], outcome }],
    command,
    unclaimed: [],
  })
  const ids = ({ newlyFailing, missing, newlyPassing, lost }: ReturnType<typeof compareTests>) => ({
    newlyFailing: newlyFailing.map(({ id }) => id),
    missing: missing.map(({ id }) => id),
    newlyPassing: newlyPassing.map(({ id }) => id),
    lost,
  })

  it('goes by the tests, not by their number', () => {
    const before = report(ran([test('a', 'passed'), test('b', 'failed'), test('c', 'passed'), test('d', 'failed')]))
    const after = report(ran([test('a', 'failed'), test('b', 'passed'), test('d', 'failed'), test('e', 'failed'), test('f', 'passed')]))
    expect(ids(compareTests(before, after))).toEqual({ newlyFailing: ['a', 'e'], missing: ['c'], newlyPassing: ['b'], lost: [] })
    expect(isNotWorse(compareTests(before, after))).toBe(false)
    expect(isNotWorse(compareTests(before, before))).toBe(true)
  })

  it('names what cannot be run any more', () => {
    const before = report(ran([test('a', 'passed')], ['old.ts']))
    const broken = compareTests(before, report(ran([test('a', 'passed')], ['old.ts', 'new.ts'])))
    expect(broken.lost).toEqual(['The tests of new.ts cannot be run: why'])
    const failed = compareTests(before, report({ status: 'failed', reason: 'it crashed.' }))
    expect(ids(failed)).toMatchObject({ missing: ['a'], lost: ['vitest in . failed: it crashed.'] })
    expect([isNotWorse(broken), isNotWorse(failed)]).toEqual([false, false])
  })

  it('does not count a failure that was there before', () => {
    const crashed = report({ status: 'failed', reason: 'it crashed.' })
    expect(isNotWorse(compareTests(crashed, crashed))).toBe(true)
    expect(isNotWorse(compareTests(crashed, report({ status: 'not-run', reason: 'none' })))).toBe(true)
  })

  it("compares the project's own command by its status", () => {
    const of = (status: 'passed' | 'failed'): TestReport => ({
      runs: [],
      unclaimed: [],
      command: { argv: ['make', 'test'], status, reason: 'why' },
    })
    expect(compareTests(of('passed'), of('failed')).lost).toEqual(['make test passed before and fails now: why'])
    expect(compareTests(of('failed'), of('failed')).lost).toEqual([])
    expect(compareTests(of('failed'), of('passed')).lost).toEqual([])
  })
})
