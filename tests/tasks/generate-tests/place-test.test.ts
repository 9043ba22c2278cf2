import { describe, expect, it } from 'vitest'
import { createPlacer } from '../../../src/tasks/generate-tests/place-test.ts'
import { isNamedAfter, patternOf, transferred } from '../../../src/tasks/generate-tests/test-names.ts'
import type { Project } from '../../../src/workspace/project.ts'

const projectOf = (files: Readonly<Record<string, string>>): Project => ({
  root: '/repository',
  files: Object.keys(files).toSorted(),
  read: async (path) => files[path] ?? null,
  exists: async () => false,
})

const manifest = (test: string) => ({ 'package.json': JSON.stringify({ type: 'module', scripts: { test } }) })

async function placed(source: string, files: Readonly<Record<string, string>>, name = 'A') {
  const placement = await (await createPlacer(projectOf({ [source]: '', ...files })))(source, name)
  return typeof placement === 'string' ? placement : [placement.use.runner, placement.path, placement.example?.path ?? null]
}

describe('a new test', () => {
  it.each([
    [
      'the file of the same name',
      'src/a.ts',
      { ...manifest('vitest'), 'tests/a.test.ts': '', 'src/b.test.ts': '' },
      ['vitest', 'tests/a.test.ts', 'tests/a.test.ts'],
    ],
    [
      'a folder beside',
      'src/x/a.ts',
      { ...manifest('vitest'), 'src/y/b.ts': '', 'tests/y/b.spec.ts': '' },
      ['vitest', 'tests/x/a.spec.ts', 'tests/y/b.spec.ts'],
    ],
    [
      'the folder of the source',
      'src/x/a.ts',
      { ...manifest('jest'), 'src/y/b.ts': '', 'src/y/b.test.ts': '' },
      ['jest', 'src/x/a.test.ts', 'src/y/b.test.ts'],
    ],
    [
      'a folder below',
      'src/x/a.js',
      { ...manifest('jest'), 'src/y/b.js': '', 'src/y/__tests__/b.test.js': '' },
      ['jest', 'src/x/__tests__/a.test.js', 'src/y/__tests__/b.test.js'],
    ],
    [
      'the folder of tests that are named after nothing',
      'src/a.ts',
      { ...manifest('vitest'), 'tests/all.test.ts': '' },
      ['vitest', 'tests/a.test.ts', 'tests/all.test.ts'],
    ],
    ['beside the source, where there is no test', 'src/a.tsx', manifest('vitest run'), ['vitest', 'src/a.test.tsx', null]],
    ['the folder of node --test', 'src/a.js', manifest('node --test'), ['node-test', 'test/a.test.js', null]],
    ['the folder of pytest', 'pkg/a.py', { 'pytest.ini': '[pytest]\n' }, ['pytest', 'tests/test_a.py', null]],
    ['the package, in Go', 'calc/a.go', { 'go.mod': 'module x\n' }, ['go-test', 'calc/a_test.go', null]],
    ['the source itself, in Rust', 'src/lib.rs', { 'Cargo.toml': '[package]\nname = "x"\n' }, ['cargo-test', 'src/lib.rs', 'src/lib.rs']],
  ])('goes to %s', async (_what, source, files, expected) => {
    expect(await placed(source, files as Record<string, string>)).toEqual(expected)
  })

  it('has no place where no runner would run it', async () => {
    expect(await placed('a.py', manifest('vitest'))).toBe('No test runner of this repository runs tests of this file.')
  })
})

it('knows how tests are called', () => {
  expect(['a.test.ts', 'test_a.py', 'a_test.go', 'ATest.java', 'a-spec.js', 'a.ts'].map((path) => patternOf(path)?.stem ?? null)).toEqual([
    'a',
    'a',
    'a',
    'A',
    'a',
    null,
  ])
  expect(isNamedAfter('tests/Test_A.py'.toLowerCase(), 'src/A.py')).toBe(true)
})

it.each([
  ['tests/a.test.ts', 'src/a.ts', 'src/b/c.ts', 'tests/b/c.test.ts'],
  ['src/test/java/x/ATest.java', 'src/main/java/x/A.java', 'src/main/java/y/B.java', 'src/test/java/y/BTest.java'],
  ['a.test.ts', 'a.ts', 'lib/b.tsx', 'lib/b.test.tsx'],
  ['tests/a.test.ts', 'src/a.ts', 'lib/b.ts', null],
])('puts a test like %s of %s for %s at %s', (test, source, target, expected) => {
  expect(transferred(test, source, target)).toBe(expected)
})

it.each([
  ['sum', 'package a_test', 'a_internal_test.go'],
  ['Ring.sum', 'package a_test', 'a_internal_test.go'],
  ['Ring.Sum', 'package a_test', 'a_test.go'],
  ['sum', 'package a', 'a_test.go'],
])('calls %s of Go from a file that can: %s', async (name, head, path) => {
  const files = { 'go.mod': 'module x\n', 'a_test.go': `${head}\n` }
  expect(await placed('a.go', files, name)).toEqual(['go-test', path, expect.any(String)])
})
