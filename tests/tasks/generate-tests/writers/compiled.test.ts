import { describe, expect, it } from 'vitest'
import { siteOf, unwritable, written } from './site.ts'

const go = {
  source: 'package calc\n\nfunc Clamp(x int) int { return x }\n',
  sourcePath: 'calc/clamp.go',
  path: 'calc/clamp_test.go',
  runner: 'go-test',
  about: 'Clamp',
}

describe('a test of Go', () => {
  it('becomes a file of the package, with what it uses imported and nothing else', async () => {
    const code =
      'package calc_test\n\nimport (\n\t"fmt"\n\t"testing"\n)\n\nfunc TestClamp(t *testing.T) {\n\tif calc.Clamp(1) != 1 || strings.ToUpper("a") != "A" {\n\t\tt.Fatal()\n\t}\n}\n\nfunc TestMore(t *testing.T) { fmt.Println() }'
    const { text, names } = await written(code, siteOf(go))
    expect(text).toBe(
      'package calc\n\nimport (\n\t"strings"\n\t"testing"\n)\n\nfunc TestClamp(t *testing.T) {\n\tif Clamp(1) != 1 || strings.ToUpper("a") != "A" {\n\t\tt.Fatal()\n\t}\n}\n',
    )
    expect(names).toEqual(['TestClamp'])
  })

  it.each([
    ['import "testing"', 'import "testing"\nimport "errors"'],
    ['import (\n\t"testing"\n)', 'import (\n\t"testing"\n\t"errors"\n)'],
  ])('joins the imports and the tests of its file: %s', async (before, after) => {
    const text = `package calc\n\n${before}\n\nfunc TestClamp(t *testing.T) {\n}\n`
    const outcome = await written('func TestClamp(t *testing.T) { _ = errors.New("a") }', siteOf({ ...go, text }))
    expect(outcome.text).toBe(
      `package calc\n\n${after}\n\nfunc TestClamp(t *testing.T) {\n}\n\nfunc TestClamp2(t *testing.T) { _ = errors.New("a") }\n`,
    )
  })

  it('calls its target by the name of the package where the file is a package of its own', async () => {
    const text = 'package calc_test\n\nimport (\n\t"testing"\n\n\t"example.com/calc"\n)\n\nfunc TestOld(t *testing.T) { calc.Clamp(0) }\n'
    const source = `${go.source}\ntype Box struct{ Clamp int }\n`
    const code = 'package calc\n\nfunc TestNew(t *testing.T) {\n\tvar b *Box = &Box{Clamp: Clamp(1)}\n\t_ = b.Clamp\n\tcalc.Clamp(2)\n}'
    const expected =
      'func TestNew(t *testing.T) {\n\tvar b *calc.Box = &calc.Box{Clamp: calc.Clamp(1)}\n\t_ = b.Clamp\n\tcalc.Clamp(2)\n}\n'
    expect((await written(code, siteOf({ ...go, source, text }))).text).toBe(`${text}\n${expected}`)
    const fresh = await written(code, siteOf({ ...go, source, example: { path: 'calc/old_test.go', text } }))
    expect(fresh.text).toBe(`package calc_test\n\nimport (\n\t"example.com/calc"\n\t"testing"\n)\n\n${expected}`)
    const inside = await written(
      code,
      siteOf({ ...go, source, path: 'calc/clamp_internal_test.go', example: { path: 'calc/old_test.go', text } }),
    )
    expect(inside.text).toContain('package calc\n')
    expect(inside.text).toContain('&Box{Clamp: Clamp(1)}')
  })

  it('is refused without a test', async () => {
    expect(await unwritable('package calc\n', siteOf(go))).toMatchObject({ filter: 'answer' })
  })
})

const rust = { source: 'pub fn clamp(x: i32) -> i32 { x }\n', sourcePath: 'src/lib.rs', path: 'src/lib.rs', runner: 'cargo-test' }

describe('a test of Rust', () => {
  it('makes the module of tests where the source has none', async () => {
    const code =
      'use crate::clamp;\nuse std::fmt;\n\n/// Says it.\n#[test]\nfn is_one() {\n    assert_eq!(clamp(1), 1);\n}\n#[test]\nfn more() {}'
    const { text, names } = await written(code, siteOf({ ...rust, text: rust.source }))
    expect(text).toBe(
      `${rust.source}\n#[cfg(test)]\nmod tests {\n    use super::*;\n    use std::fmt;\n\n    /// Says it.\n    #[test]\n    fn is_one() {\n        assert_eq!(clamp(1), 1);\n    }\n}\n`,
    )
    expect(names).toEqual(['is_one'])
  })

  it('goes into the module of tests that is there', async () => {
    const text = `${rust.source}\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    fn helper() {}\n\n    #[test]\n    fn is_one() {}\n}\n`
    const code =
      '#[cfg(test)]\nmod tests {\n  use super::*;\n  use std::fmt;\n  fn helper() {}\n  #[test]\n  fn is_one() {\n    helper();\n  }\n}'
    const outcome = await written(code, siteOf({ ...rust, text }))
    expect(outcome.text).toBe(
      text
        .replace('use super::*;\n', 'use super::*;\n    use std::fmt;\n')
        .replace('fn is_one() {}\n', 'fn is_one() {}\n\n    #[test]\n    fn is_one_2() {\n      helper();\n    }\n'),
    )
  })

  it.each([
    [null, 'use calc::clamp;\n\n#[test]\nfn a() {}\n'],
    ['use calc::other;\n\n#[test]\nfn a() {}\n', 'use calc::other;\nuse calc::clamp;\n\n#[test]\nfn a() {}\n\n#[test]\nfn a_2() {}\n'],
  ])('goes into a file of tests: %j', async (text, after) => {
    const outcome = await written('use calc::clamp;\n#[test]\nfn a() {}', siteOf({ ...rust, path: 'tests/clamp.rs', text }))
    expect(outcome.text).toBe(after)
  })

  it('is refused without a test', async () => {
    expect(await unwritable('fn a() {}', siteOf({ ...rust, text: rust.source }))).toMatchObject({ filter: 'answer' })
  })
})

const java = {
  source: 'package calc;\n\nclass Clamp {\n    static int clamp(int x) { return x; }\n}\n',
  sourcePath: 'src/main/java/calc/Clamp.java',
  path: 'src/test/java/calc/ClampTest.java',
  runner: 'maven',
  about: 'Clamp.clamp',
}

describe('a test of Java', () => {
  it('becomes a class of the package, from a method alone', async () => {
    const { text, names } = await written(
      'import java.util.List;\n\n@Test\nvoid isOne() {\n    assertEquals(1, Clamp.clamp(1));\n}',
      siteOf(java),
    )
    expect(text).toBe(
      'package calc;\n\nimport java.util.List;\nimport org.junit.jupiter.api.Test;\nimport static org.junit.jupiter.api.Assertions.*;\n\nclass ClampTest {\n    @Test\n    void isOne() {\n        assertEquals(1, Clamp.clamp(1));\n    }\n}\n',
    )
    expect(names).toEqual(['isOne'])
  })

  it('goes into the class that is there, in the version of its JUnit', async () => {
    const text = 'package calc;\n\nimport org.junit.Test;\n\npublic class ClampTest {\n    @Test\n    public void isOne() {\n    }\n}\n'
    const code =
      'class T {\n  int two = 2;\n  @Test\n  public void isOne() {\n    assertEquals(two, Clamp.clamp(2));\n  }\n  @Test public void more() {}\n}'
    const outcome = await written(code, siteOf({ ...java, text }))
    expect(outcome.text).toBe(
      'package calc;\n\nimport org.junit.Test;\nimport static org.junit.Assert.*;\n\npublic class ClampTest {\n    @Test\n    public void isOne() {\n    }\n\n    int two = 2;\n\n    @Test\n    public void isOne2() {\n      assertEquals(two, Clamp.clamp(2));\n    }\n}\n',
    )
  })

  it('is refused without a test, or where it does not parse', async () => {
    expect(await unwritable('class A { void b() {} }', siteOf(java))).toMatchObject({ filter: 'answer' })
    expect(await unwritable('class A { void b( }', siteOf(java))).toMatchObject({ filter: 'parse' })
  })
})

it('is written in no other language', async () => {
  expect(await unwritable('x', siteOf({ ...java, path: 'a.css' }))).toMatchObject({ filter: 'answer' })
})
