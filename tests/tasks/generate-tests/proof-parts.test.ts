import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TestOutcome } from '../../../src/test-runners/test-runner.ts'
import { headline, leftSomething, tellFailure } from '../../../src/tasks/generate-tests/failure.ts'
import { differingValues, possibleBugIn } from '../../../src/tasks/generate-tests/possible-bug.ts'
import { onlyTestsOn } from '../../../src/tasks/generate-tests/prove-alone.ts'
import { slotFor } from '../../../src/tasks/generate-tests/prove-slot.ts'
import { suiteProblems } from '../../../src/tasks/generate-tests/suite-problems.ts'
import { spread } from '../../../src/tasks/generate-tests/prove-mutants.ts'
import { isOwnTest } from '../../../src/tasks/generate-tests/trial.ts'
import { candidateOf } from './proof-scene.ts'

const target = { path: 'src/price.js', name: 'price', startLine: 3, endLine: 9, missing: { lines: [], branches: [] }, survivors: new Map() }
const useOf = (runner: string) => ({ runner, directory: '.', program: [runner] })

describe('a test file in which only some tests are left', () => {
  it.each<[string, path: string, text: string, lines: number[], left: string]>([
    [
      'in JavaScript',
      'a.test.js',
      "it('old', () => {})\ntest.each([1])('o %i', () => {})\nit.todo('later')\ndescribe('x', () => {\n  it('old', f)\n  it('new', f)\n})\nif (/it/.test('x')) f()\n",
      [6],
      "it.skip('old', () => {})\ntest.skip.each([1])('o %i', () => {})\nit.todo('later')\ndescribe('x', () => {\n  it.skip('old', f)\n  it('new', f)\n})\nif (/it/.test('x')) f()\n",
    ],
    [
      'in Python',
      'test_a.py',
      '@pytest.fixture\ndef test_client():\n    pass\n\ndef test_old():\n    pass\n\nclass TestA:\n    def test_old(self):\n        pass\n\ndef test_new(test_client):\n    pass\n',
      [12, 13],
      '@pytest.fixture\ndef test_client():\n    pass\n\ndef offtest_old():\n    pass\n\nclass TestA:\n    def offtest_old(self):\n        pass\n\ndef test_new(test_client):\n    pass\n',
    ],
    [
      'in Go',
      'a_test.go',
      'package a\n\nfunc TestMain(m *testing.M) {}\nfunc TestOld(t *testing.T) {}\nfunc TestNew(t *testing.T) {}\n',
      [5],
      'package a\n\nfunc TestMain(m *testing.M) {}\nfunc offTestOld(t *testing.T) {}\nfunc TestNew(t *testing.T) {}\n',
    ],
    [
      'in Rust',
      'tests/a.rs',
      '#[test]\nfn old() {}\n\n#[test]\nfn new() {}\n',
      [5],
      '#[allow(dead_code)]\nfn old() {}\n\n#[test]\nfn new() {}\n',
    ],
    [
      'in Java',
      'ATest.java',
      'class ATest {\n  @Test void old() {}\n  @Test void fresh() {}\n}\n',
      [3],
      'class ATest {\n   void old() {}\n  @Test void fresh() {}\n}\n',
    ],
    ['in what nobody knows', 'a.txt', "it('old')\n", [], "it('old')\n"],
  ])('%s', async (_what, path, text, lines, left) => {
    expect(await onlyTestsOn(lines, text, path)).toBe(left)
  })

  it('loses no line, and none of those that are wanted changes', async () => {
    const line = fc.constantFrom(
      "it('a', () => {",
      '})',
      "test.only('b', f)",
      "describe('c', () => {",
      'const x = `',
      '// it(',
      'def test_a():',
      '    pass',
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 12 }),
        fc.nat(11),
        fc.constantFrom('a.test.ts', 'test_a.py'),
        async (lines, wanted, path) => {
          const left = (await onlyTestsOn([wanted + 1], lines.join('\n'), path)).split('\n')
          expect(left).toHaveLength(Math.max(1, lines.length))
          if (wanted < lines.length) expect(left[wanted]).toBe(lines[wanted])
        },
      ),
      { numRuns: process.env.SOAK ? 2_000 : 60 },
    )
  })
})

it.each<[runner: string, path: string, slot: string | null]>([
  ['vitest', 'src/price.test.ts', 'src/price.agent-proof-3.test.ts'],
  ['jest', '__tests__/price.js', '__tests__/price.agent-proof-3.js'],
  ['node-test', 'price-test.js', 'agent-proof-3.price-test.js'],
  ['pytest', 'tests/test_price.py', 'tests/test_agent_proof_3_price.py'],
  ['pytest', 'price_test.py', 'agent_proof_3_price_test.py'],
  ['go-test', 'price_test.go', null],
])('%s tries %s at %s', (runner, path, slot) => {
  expect(slotFor({ path, use: useOf(runner) }, 3)).toBe(slot)
})

it.each<[runner: string, own: string, executed: string, isOwn: boolean]>([
  ['vitest', 'adds', 'sums adds', true],
  ['vitest', 'adds', 'badds', false],
  ['vitest', 'adds %i to $b', 'sums adds 1 to 2', true],
  ['vitest', 'costs $5 (now)', 'costs $5 (now)', true],
  ['pytest', 'test_a', 'TestX::test_a[1-2]', true],
  ['pytest', 'test_a', 'test_ab', false],
  ['go-test', 'TestA', 'TestA/negative', true],
  ['go-test', 'TestA', 'TestAB', false],
  ['cargo-test', 'adds', 'tests::adds', true],
  ['maven', 'adds', 'com.shop.PriceTest#adds', true],
])('%s: %j is the test that was executed as %j: %s', (runner, own, executed, isOwn) => {
  const candidate = candidateOf({ target, use: useOf(runner), path: 'x', base: null, test: '', names: [own] })
  expect(isOwnTest({ candidate }, { name: executed })).toBe(isOwn)
})

describe('a failure', () => {
  it.each<[string, text: string, values: [received: string, expected: string] | null]>([
    ['of Vitest', 'AssertionError: expected 115 to be 100 // Object.is equality\n    at x', ['115', '100']],
    ['of Vitest, of a structure', 'AssertionError: expected { a: 1 } to deeply equal { a: 2 }\n', ['{ a: 1 }', '{ a: 2 }']],
    ['of Jest', 'expect(received).toBe(expected)\n\nExpected: 100\nReceived: 115\n', ['115', '100']],
    ['of Node', 'AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:\n\n115 !== 100\n', ['115', '100']],
    ['of pytest', 'E   assert 115 == 100\nE    +  where 115 = price(12)', ['115', '100']],
    ['of unittest', 'E   AssertionError: 115 != 100', ['115', '100']],
    ['of testify', 'expected: 100\n        \tactual  : 115', ['115', '100']],
    ['of Go', 'price_test.go:5: got 115, want 100', ['115', '100']],
    ['of Rust', 'assertion `left == right` failed\n  left: 115\n right: 100', ['115', '100']],
    ['of JUnit', 'org.opentest4j.AssertionFailedError: expected: <100> but was: <115>', ['115', '100']],
    ['of types', 'TypeError: price is not a function', null],
  ])('%s has two values, or none', (_what, text, values) => {
    expect(differingValues(text)).toEqual(values && { received: values[0], expected: values[1] })
  })

  it('may be a bug where the target was called', async () => {
    const test = "it('a', () => { expect(price(12, true)).toBe(100) })"
    const candidate = candidateOf({ target, use: useOf('vitest'), path: 'a.test.js', base: null, test, names: ['a'] })
    const failure = 'AssertionError: expected 115 to be 100'
    const bug = { target: 'price', path: 'src/price.js', line: 3, test, input: 'price(12, true)', expected: '100', received: '115' }
    expect(await possibleBugIn(candidate, { failure })).toEqual(bug)
    expect(await possibleBugIn({ ...candidate, text: test.replace('price(', 'other(') }, { failure })).toBeNull()
    expect(await possibleBugIn(candidate, { failure: 'Error: Cannot find module x\nexpected 1 to be 2' })).toBeNull()
    expect(await possibleBugIn(candidate, { failure: 'AssertionError: expected 100 to be 100' })).toBeNull()
  })

  it('may be a bug where a macro holds the call', async () => {
    const written = { target, use: useOf('cargo-test'), path: 'tests/a.rs', base: null, names: ['a'] }
    const failure = 'assertion `left == right` failed\n  left: 115\n right: 100'
    const inputs = ['assert_eq!(price(f(12), true), 100);', 'assert_eq!(price(12', 'assert_eq!(other(12), 100);'].map((line) =>
      possibleBugIn(candidateOf({ ...written, test: `#[test]\nfn a() { ${line} }` }), { failure }),
    )
    expect((await Promise.all(inputs)).map((bug) => bug?.input ?? null)).toEqual(['price(f(12), true)', null, null])
  })

  it('never breaks who reads it', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), (text) => void [differingValues(text), headline(text), tellFailure({ failure: text })]),
    )
  })

  it.each<[failure: string, filter: string, reason: RegExp]>([
    ['Error: getaddrinfo ENOTFOUND example.com', 'side-effect', /network/],
    ["Error: Failed to resolve import './prices.js'", 'execute', /import of it fails/],
    ['\nE   AssertionError: no', 'execute', /It fails: AssertionError: no/],
    ['=== RUN   TestA\n    a_test.go:5: got 1, want 2\n--- FAIL: TestA', 'execute', /It fails: a_test\.go:5: got 1, want 2/],
    ["thread 'a' panicked at a.rs:1:2:\nassertion `left == right` failed\n  left: 1\n right: 2", 'execute', /failed, left: 1, right: 2$/],
    ['', 'execute', /nobody says why/],
  ])('%j is told for what it is', (failure, filter, reason) => {
    expect(tellFailure({ failure })).toMatchObject({ filter, reason: expect.stringMatching(reason) })
  })

  it('tells files that are left apart from files that are changed', () => {
    expect([leftSomething(['added a']).reason, leftSomething(['added a', 'modified b']).reason]).toEqual([
      'It leaves files behind: added a.',
      'It changes files of the repository: added a, modified b.',
    ])
  })
})

it('takes a sample evenly', () => {
  expect([spread([1, 2, 3], 3), spread([1, 2, 3, 4, 5, 6], 2), spread([], 2)]).toEqual([[1, 2, 3], [3, 6], []])
})

describe('a suite with new tests', () => {
  type Told = readonly [id: string, status: 'passed' | 'failed']
  const executed = (...tests: readonly Told[]) =>
    tests.map(([id, status]) => ({ id, file: null, name: id, status, durationMs: 1, failure: status === 'failed' ? 'Oh.' : '' }))
  const report = (outcome: TestOutcome) => ({ runs: [{ use: useOf('vitest'), files: [], outcome }], command: null, unclaimed: [] })
  const ran = (...tests: readonly Told[]) => report({ status: 'ran', tests: executed(...tests), skipped: 0, broken: [] })

  it.each<[string, ReturnType<typeof report>, string[]]>([
    ['is what it was', ran(['a', 'passed'], ['new', 'failed']), []],
    ['has one that fails', ran(['a', 'failed']), ['"a" fails: Oh.']],
    ['has one that is gone', ran(['b', 'passed']), ['"a" is not executed any more.']],
    ['cannot be run', report({ status: 'failed', reason: 'No.' }), ['vitest could not be run: No.', '"a" is not executed any more.']],
    [
      'has a file that cannot be loaded',
      report({ status: 'ran', tests: executed(['a', 'passed']), skipped: 0, broken: [{ scope: 'x', file: null, reason: 'No.' }] }),
      ['x cannot be loaded: No.'],
    ],
  ])('%s', (_what, now, problems) => {
    expect(suiteProblems({ executed: executed(['a', 'passed']) }, now)).toEqual(problems)
  })
})
