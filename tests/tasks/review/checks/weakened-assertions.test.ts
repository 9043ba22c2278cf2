import { describe, expect, it } from 'vitest'
import { weakenedAssertions } from '../../../../src/tasks/review/checks/weakened-assertions.ts'
import { said } from './reviewed.ts'

const edited = (path: string, before: string, after: string) => said(weakenedAssertions, { [path]: { old: before, new: after } })
const test = (body: string) => `it('a', () => {\n${body}})\n`

describe('weakened assertions', () => {
  it.each([
    ['a.test.ts', 'expect(sum(1)).toBe(3)\n', 'expect(sum(1)).toBeTruthy()\n', 'Assertion weakened'],
    ['a.test.ts', 'expect(list.length).toBe(3)\n', 'expect(list).toBeDefined()\n', 'Assertion weakened'],
    ['a.test.ts', 'expect(a).toEqual({ b: 1 })\n', 'expect(a).not.toBeNull()\n', 'Assertion weakened'],
    ['a.spec.js', 'expect(a).to.equal(3)\n', 'expect(a).to.exist\n', 'Assertion weakened'],
    ['a.test.mjs', 'assert.strictEqual(a, 3)\n', 'assert.ok(a)\n', 'Assertion weakened'],
    ['test_a.py', '    self.assertEqual(a.b, 3)\n', '    self.assertTrue(a.b)\n', 'Assertion weakened'],
    ['test_a.py', '    assert a == 3\n', '    assert a\n', 'Assertion weakened'],
    ['test_a.py', '    assert f(x) == 3\n', '    assert f(x) is not None\n', 'Assertion weakened'],
    ['a_test.go', '\tassert.Equal(t, 3, got)\n', '\tassert.NotNil(t, got)\n', 'Assertion weakened'],
    ['tests/a.rs', '    assert_eq!(got, 3);\n', '    assert!(got.is_some());\n', 'Assertion weakened'],
    ['ATest.java', '    assertEquals(3, got);\n', '    assertNotNull(got);\n', 'Assertion weakened'],
    ['a.test.ts', 'expect(f).toThrow(RangeError)\n', 'expect(f).toThrow()\n', 'Expected error widened'],
    ['test_a.py', '    with pytest.raises(ValueError):\n', '    with pytest.raises(Exception):\n', 'Expected error widened'],
    ['test_a.py', '    with pytest.raises(ValueError, match="x"):\n', '    with pytest.raises(ValueError):\n', 'Expected error widened'],
    ['ATest.java', '    assertThrows(IOException.class, f);\n', '    assertThrows(Exception.class, f);\n', 'Expected error widened'],
    ['spec/a_spec.rb', '  expect { a }.to raise_error(KeyError)\n', '  expect { a }.to raise_error\n', 'Expected error widened'],
    ['tests/a.rs', '#[should_panic(expected = "x")]\n', '#[should_panic]\n', 'Expected error widened'],
    ['a.test.ts', 'expect(a).toBe(1)\n', 'expect(true).toBe(true)\n', 'Assertion that cannot fail'],
    ['a.test.ts', 'b()\n', `expect('x').toEqual('x')\n`, 'Assertion that cannot fail'],
    ['test_a.py', '    b()\n', '    assert True\n', 'Assertion that cannot fail'],
    ['test_a.py', '    b()\n', '    self.assertEqual(1, 1)\n', 'Assertion that cannot fail'],
    ['a_test.go', '\tb()\n', '\tassert.True(t, true)\n', 'Assertion that cannot fail'],
    ['tests/a.rs', '    b();\n', '    assert!(true);\n', 'Assertion that cannot fail'],
    [
      'a.test.ts',
      'const a = f()\nexpect(a).toBe(1)\nexpect(b).toBe(2)\n',
      'const a = g()\nexpect(a).toBe(1)\n',
      '1 assertion removed, 0 added',
    ],
    ['a.test.ts', 'expect(a).toBe(1)\n', '// expect(a).toBe(1)\n', '1 assertion removed, 0 added'],
  ])('are told: %s %j → %j', async (path, before, after, title) => {
    const [found, ...more] = await edited(path, `x\n${before}y\n`, `x\n${after}y\n`)
    expect([found?.replace(/^.*:(?:\d+|-) /, ''), more]).toEqual([title, []])
  })

  it.each([
    ['a.test.ts', 'expect(a).toBe(1)\n', 'expect(a).toBe(2)\n'],
    ['a.test.ts', 'expect(a).toBe(1)\n', 'expect(a).toBe(1)\nexpect(b).toBeTruthy()\n'],
    ['a.test.ts', 'expect(a).toBeTruthy()\n', 'expect(a).toBe(1)\n'],
    ['a.test.ts', 'expect(a).toBe(1)\nexpect(b).toBe(2)\n', 'expect({ a, b }).toEqual({ a: 1, b: 2 })\n'],
    ['a.test.ts', test('expect(a).toBe(1)\n'), ''],
    ['a.test.ts', 'expect(a).toBe(1)\nf()\n', 'f()\nexpect(a).toBe(1)\n'],
    ['a.test.ts', 'expect(a).toBe(1)\n', 'if (b) {\n  expect(a).toBe(1)\n}\n'],
    ['a.test.ts', '// expect(a).toBe(1)\n', ''],
    ['a.test.ts', 'expect(a).toThrow()\n', 'expect(a).toThrow(RangeError)\n'],
    ['tests/a.rs', '    assert_eq!(a, b);\n', '    assert!(a == b);\n'],
    ['test_a.py', '    self.assertEqual(a, 3)\n', '    self.assertTrue(a == 3)\n'],
    ['a_test.go', '\tassert.Equal(t, true, ok)\n', '\tassert.True(t, ok)\n'],
    ['a_test.go', '\tassert.NotEqual(t, "", a)\n', '\tassert.NotEmpty(t, a)\n'],
    ['test_a.py', '    assert not f(a)\n', '    assert f(\n'],
    ['tests/fixtures/a.test.ts', 'a()\n', 'expect(true).toBe(true)\n'],
    ['src/a.ts', 'assert(a === 1)\n', ''],
    ['src/a.ts', 'expect(a).toBe(1)\n', 'expect(a).toBeTruthy()\n'],
    ['a.test.txt', 'expect(a).toBe(1)\n', ''],
  ])('are not seen: %s %j → %j', async (path, before, after) => {
    expect(await edited(path, `x\n${before}y\n`, `x\n${after}y\n`)).toEqual([])
  })

  it('are told where nothing was added, by what is gone', async () => {
    expect(await edited('a.test.ts', test('f()\nexpect(a).toBe(1)\n'), test('f()\n'))).toEqual(['a.test.ts:- 1 assertion removed, 0 added'])
  })

  it('are told in the tests inside a Rust module', async () => {
    const module = (body: string) => `fn f() {}\n#[cfg(test)]\nmod tests {\n${body}}\n`
    expect(await edited('src/a.rs', module('    assert_eq!(a, 1);\n    b();\n'), module('    b();\n'))).toHaveLength(1)
  })

  it('are not what moves to another file', async () => {
    const sides = { 'a.test.ts': { old: 'x\nexpect(a).toBe(1)\n', new: 'x\n' }, 'b.test.ts': '  expect(a).toBe(1)\n' }
    expect(await said(weakenedAssertions, sides)).toEqual([])
  })

  it('are not looked for in deleted files', async () => {
    expect(await said(weakenedAssertions, { 'a.test.ts': { old: 'expect(a).toBe(1)\n', new: null } })).toEqual([])
  })
})

describe('lowered thresholds', () => {
  it.each([
    ['vitest.config.ts', '    thresholds: { lines: 90, branches: 80 },\n', '    thresholds: { lines: 70, branches: 80 },\n'],
    [
      'package.json',
      '  "jest": { "coverageThreshold": { "global": { "branches": 80 } } }\n',
      '  "jest": { "coverageThreshold": { "global": { "branches": 8 } } }\n',
    ],
    ['.nycrc', '  "check-coverage": true\n', '  "check-coverage": false\n'],
    ['codecov.yml', '        target: 80%\n', '        target: 75%\n'],
    ['pyproject.toml', 'fail_under = 90\n', 'fail_under = 89.5\n'],
    ['.github/workflows/ci.yml', '  - run: pytest --cov-fail-under=90\n', '  - run: pytest --cov-fail-under 80\n'],
    ['pom.xml', '  <minimum>0.90</minimum>\n', '  <minimum>0.50</minimum>\n'],
  ])('are told in %s', async (path, before, after) => {
    expect(await edited(path, `x\n${before}`, `x\n${after}`)).toEqual([`${path}:2 Coverage threshold lowered`])
  })

  it.each([
    ['vitest.config.ts', 'lines: 80\n', 'lines: 90\n'],
    ['vitest.config.ts', 'lines: 80\n', '// lines: 70\n'],
    ['tsconfig.json', '"lines": 80\n', '"lines": 70\n'],
    ['vite.config.ts', `target: 2022\n`, `target: 2020\n`],
    ['codecov.yml', 'target: 80%\n', ''],
  ])('are not seen in %s: %j → %j', async (path, before, after) => {
    expect(await edited(path, `x\n${before}`, `x\n${after}`)).toEqual([])
  })
})
