import { describe, expect, it } from 'vitest'
import { skippedTests } from '../../../../src/tasks/review/checks/skipped-tests.ts'
import { said } from './reviewed.ts'

const marksOf = async (path: string, text: string) =>
  (await said(skippedTests, { [path]: text })).map((line) => line.replace(' switches a test off', ''))

describe('skipped tests', () => {
  it.each([
    ['a.test.ts', `it.skip('a', () => {})\n`, 'a.test.ts:1 it.skip'],
    ['a.test.ts', `describe.skip("a", () => {})\n`, 'a.test.ts:1 describe.skip'],
    ['a.test.ts', `test.skip('a', () => {})\n`, 'a.test.ts:1 test.skip'],
    ['a.test.ts', `test.skip.each([1])('a', () => {})\n`, 'a.test.ts:1 test.skip'],
    ['e2e/a.ts', `test('a', async () => {\n  test.skip()\n})\n`, 'e2e/a.ts:2 test.skip'],
    ['e2e/a.ts', `test.fixme('a', () => {})\n`, 'e2e/a.ts:1 test.fixme'],
    ['a.test.ts', `xit('a', () => {})\n`, 'a.test.ts:1 xit'],
    ['a.test.ts', `test('a', { skip: true }, () => {})\n`, 'a.test.ts:1 skip:true'],
    ['a.test.js', `it('a', function () {\n  this.skip()\n})\n`, 'a.test.js:2 this.skip'],
    ['test_a.py', '@pytest.mark.skip(reason="x")\ndef test_a(): ...\n', 'test_a.py:1 @pytest.mark.skip'],
    ['test_a.py', '@pytest.mark.skip\ndef test_a(): ...\n', 'test_a.py:1 @pytest.mark.skip'],
    ['test_a.py', '@pytest.mark.xfail(reason="x")\n', 'test_a.py:1 @pytest.mark.xfail'],
    ['test_a.py', '    @unittest.skip("x")\n', 'test_a.py:1 @unittest.skip'],
    ['test_a.py', 'pytestmark = pytest.mark.skip\n', 'test_a.py:1 pytest.mark.skip'],
    ['test_a.py', 'def test_a():\n    pytest.skip("later")\n', 'test_a.py:2 pytest.skip'],
    ['a_test.go', 'func TestA(t *testing.T) {\n\tt.Skip("x")\n', 'a_test.go:2 t.Skip'],
    ['src/a.rs', '#[test]\n#[ignore]\nfn a() {}\n', 'src/a.rs:2 #[ignore'],
    ['src/test/ATest.java', '@Disabled("x")\n@Test\n', 'src/test/ATest.java:1 @Disabled'],
    ['ATests.cs', '[Fact(Skip = "x")]\n', 'ATests.cs:1 Skip='],
    ['spec/a_spec.rb', `  xit 'a' do\n`, 'spec/a_spec.rb:1 xit'],
    ['spec/a_spec.rb', `  it 'a' do\n    skip 'later'\n`, 'spec/a_spec.rb:2 skip'],
    ['tests/ATest.php', '<?php\n$this->markTestSkipped("x");\n', 'tests/ATest.php:2 $this->markTestSkipped'],
    ['ATests/ATests.swift', 'func testA() throws {\n  throw XCTSkip("x")\n', 'ATests/ATests.swift:2 XCTSkip'],
    ['test/a_test.exs', '  @tag :skip\n', 'test/a_test.exs:1 @tag:skip'],
    ['test/a_test.dart', `test('a', () {}, skip: true);\n`, 'test/a_test.dart:1 skip:true'],
  ])('are found in %s: %j', async (path, text, told) => {
    expect(await marksOf(path, text)).toEqual([told])
  })

  it.each([
    ['a.test.ts', `it.skipIf(ci)('a', () => {})\n`],
    ['a.test.ts', `it.todo('a')\n`],
    ['e2e/a.ts', `test.skip(isMobile, 'not there')\ntest.skip(({ browserName }) => browserName === 'x')\n`],
    ['e2e/a.ts', `if (ci) test.skip()\n`],
    ['a.test.ts', `// it.skip('a')\nstream.skip(2)\nitems.skip('a')\n`],
    ['src/a.ts', `it.skip(1)\nxit('a')\n`],
    ['test_a.py', '@pytest.mark.skipif(sys.platform == "win32", reason="x")\n'],
    ['test_a.py', '@pytest.mark.xfail(sys.platform == "win32")\n'],
    ['test_a.py', '    if not gpu:\n        pytest.skip("no gpu")\n'],
    ['a_test.go', '\tif testing.Short() {\n\t\tt.Skip("short")\n\t}\n'],
    ['a_test.go', '// t.Skip()\n'],
    ['src/main/A.java', '@Ignore\n'],
    ['src/test/ATest.java', '@DisabledOnOs(WINDOWS)\n'],
    ['a.rs', '// #[ignore]\n'],
    ['spec/a_spec.rb', `    skip 'x' unless chrome?\n`],
  ])('are not seen in %s: %j', async (path, text) => {
    expect(await marksOf(path, text)).toEqual([])
  })

  it('are told when a test is switched off', async () => {
    const sides = { 'a.test.ts': { old: `it('a', () => {})\n`, new: `it.skip('a', () => {})\n` } }
    expect(await said(skippedTests, sides)).toEqual(['a.test.ts:1 it.skip switches a test off'])
  })

  it('are not new when they are only indented, or moved to another file', async () => {
    const sides = {
      'a.test.ts': { old: `it.skip('a', f)\n`, new: `describe('x', () => {\n  it.skip('a', f)\n})\n` },
      'b.test.ts': { old: `it.skip('b', f)\n`, new: `\n` },
      'c.test.ts': `it.skip('b', f)\nit.skip('b', f)\n`,
    }
    expect(await said(skippedTests, sides)).toEqual(['c.test.ts:2 it.skip switches a test off'])
  })
})
