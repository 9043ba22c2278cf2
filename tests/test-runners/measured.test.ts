import { describe, expect, it, onTestFinished } from 'vitest'
import { goTest } from '../../src/test-runners/go-test.ts'
import { jest } from '../../src/test-runners/jest.ts'
import { mocha } from '../../src/test-runners/mocha.ts'
import { nodeTest } from '../../src/test-runners/node-test.ts'
import { pytest } from '../../src/test-runners/pytest.ts'
import type { TestRunner } from '../../src/test-runners/test-runner.ts'
import { vitest } from '../../src/test-runners/vitest.ts'
import { projectOf, runOnHost } from '../helpers/linter-runner.ts'
import { ask, goEnvironment, pathWithTools } from '../helpers/programs.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { projectWith } from './contract.ts'

interface Measured {
  runner: TestRunner
  files: Record<string, string>
  test: string
  source: string
  /** By line: executed or not. Counted by hand. */
  lines: Record<number, boolean>
  /** How many ways there are, and how many of them are taken; null where the tool measures none. */
  ways: { total: number; taken: number } | null
  program?: string
}

// Line 2 decides; line 3 is never reached.
const script = 'export function size(n) {\n  if (n > 9) {\n    return "big"\n  }\n  return "small"\n}\n'
const python = 'def size(n):\n    if n > 9:\n        return "big"\n    return "small"\n'
const go = 'package size\n\nfunc Size(n int) string {\n\tif n > 9 {\n\t\treturn "big"\n\t}\n\treturn "small"\n}\n'

const cases: Record<string, Measured> = {
  vitest: {
    runner: vitest,
    files: {
      'package.json': '{"type":"module","scripts":{"test":"vitest"}}',
      'size.js': script,
      'size.test.js':
        "import { expect, it } from 'vitest'\nimport { size } from './size.js'\nit('is small', () => { expect(size(1)).toBe('small') })\n",
    },
    test: 'size.test.js',
    source: 'size.js',
    lines: { 2: true, 3: false, 5: true },
    ways: { total: 2, taken: 1 },
  },
  jest: {
    runner: jest,
    files: {
      'package.json': '{"scripts":{"test":"jest"}}',
      'size.js': script.replace('export function', 'exports.size = function'),
      'size.test.js': "const { size } = require('./size.js')\ntest('is small', () => { expect(size(1)).toBe('small') })\n",
    },
    test: 'size.test.js',
    source: 'size.js',
    lines: { 1: true, 2: true, 3: false, 5: true },
    ways: { total: 2, taken: 1 },
  },
  'node:test': {
    runner: nodeTest,
    files: {
      'package.json': '{"type":"module","scripts":{"test":"node --test"}}',
      'size.js': script,
      'size.test.js':
        "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { size } from './size.js'\ntest('is small', () => { assert.equal(size(1), 'small') })\n",
    },
    test: 'size.test.js',
    source: 'size.js',
    lines: { 1: true, 2: true, 3: false, 4: false, 5: true, 6: true },
    // To V8 the function itself is a way, too.
    ways: { total: 3, taken: 2 },
  },
  pytest: {
    runner: pytest,
    files: {
      'pytest.ini': '[pytest]\n',
      'size.py': python,
      'test_size.py': 'from size import size\n\n\ndef test_small():\n    assert size(1) == "small"\n',
    },
    test: 'test_size.py',
    source: 'size.py',
    lines: { 1: true, 2: true, 3: false, 4: true },
    ways: { total: 2, taken: 1 },
    program: 'pytest',
  },
  'go test': {
    runner: goTest,
    files: {
      'go.mod': 'module example.com/size\n\ngo 1.19\n',
      'size.go': go,
      'size_test.go':
        'package size\n\nimport "testing"\n\nfunc TestSmall(t *testing.T) {\n\tif Size(1) != "small" {\n\t\tt.Fatal("no")\n\t}\n}\n',
    },
    test: 'size_test.go',
    source: 'size.go',
    lines: { 3: true, 4: true, 5: false, 6: false, 7: true },
    ways: null,
    program: 'go',
  },
}

/** On a user's machine a runner may be missing; in CI, that is a mistake of the setup. */
function isMissing({ program }: Measured): boolean {
  return program !== undefined && process.env.CI !== 'true' && ask(program, program === 'go' ? 'version' : '--version') === null
}

async function measure({ runner, files, test }: Pick<Measured, 'runner' | 'files' | 'test'>) {
  const folder = projectWith(files)
  const home = temporaryFolder()
  onTestFinished(() => folder[Symbol.dispose]())
  onTestFinished(() => home[Symbol.dispose]())
  const project = projectOf(folder.path)
  const [use] = await runner.detect(project)
  return runner.test(use!, {
    files: [test],
    measures: true,
    readText: (path) => project.read(path),
    run: runOnHost(folder.path, { HOME: home.path, PATH: pathWithTools, ...goEnvironment() }),
    timeout: 90_000,
    signal: new AbortController().signal,
  })
}

describe('what tests execute', { timeout: 180_000 }, () => {
  it.for(Object.entries(cases))('%s: is what was counted by hand', async ([, one], { skip }) => {
    if (isMissing(one)) return skip(`${one.program} is not installed`)
    const outcome = await measure(one)
    if (outcome.status !== 'ran') throw new Error(JSON.stringify(outcome))
    const coverage = outcome.coverage?.get(one.source)
    expect(Object.fromEntries([...coverage!.lines].map(([line, hits]) => [line, hits > 0]))).toEqual(one.lines)
    const taken = [...coverage!.branches.values()].filter((hits) => hits > 0).length
    expect(coverage!.branches.size === 0 ? null : { total: coverage!.branches.size, taken }).toEqual(one.ways)
  })

  it('is not known where nothing measures it', async () => {
    const outcome = await measure({
      runner: mocha,
      files: { 'package.json': '{"scripts":{"test":"mocha"}}', 'test/a.js': "it('passes', () => {})\n" },
      test: 'test/a.js',
    })
    expect(outcome).toMatchObject({ status: 'ran', coverage: null })
  })
})
