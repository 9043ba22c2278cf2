import { describe, expect, it } from 'vitest'
import { asserts } from '../../../src/tasks/generate-tests/filters/assert.ts'
import { hasNoEffect } from '../../../src/tasks/generate-tests/filters/no-effect.ts'
import { parses } from '../../../src/tasks/generate-tests/filters/parse.ts'
import type { Proving } from '../../../src/tasks/generate-tests/prove.ts'
import type { Target } from '../../../src/tasks/generate-tests/target.ts'
import type { Trial } from '../../../src/tasks/generate-tests/trial.ts'
import { candidateOf } from './proof-scene.ts'

const runners: Record<string, string> = { js: 'vitest', ts: 'vitest', py: 'pytest', go: 'go-test', rs: 'cargo-test', java: 'maven' }
const target: Target = {
  path: 'src/price.js',
  name: 'Shop.price',
  startLine: 1,
  endLine: 9,
  missing: { lines: [], branches: [] },
  survivors: new Map(),
}

function trialOf(
  extension: string,
  test: string,
  { base = null, names = [] }: { base?: string | null; names?: readonly string[] } = {},
): Trial {
  const use = { runner: runners[extension] ?? '', directory: '.', program: [] }
  const candidate = candidateOf({ target, use, path: `tests/price_test.${extension}`, base, test, names })
  return { candidate, alone: candidate.text, names: [], gained: { lines: [], branches: [] }, killed: [] }
}

const said = async (filter: typeof asserts, trial: Trial) => (await filter.judge([trial], {} as Proving)).get(trial)?.reason ?? 'passes'

describe('an assertion', () => {
  it.each<[string, extension: string, test: string, reason: RegExp]>([
    ['on what the code returns', 'js', "import { price } from './price'\nit('a', () => { expect(price(1)).toBe(10) })", /passes/],
    ['on a value kept in a name', 'ts', "it('a', async () => { const got: number = await price(1)\n expect(got).toEqual(10) })", /passes/],
    ['on what was thrown', 'js', "it('a', () => { expect(() => price(-1)).toThrow('amount') })", /passes/],
    [
      'on a mock that the code was handed',
      'js',
      "it('a', () => { const log = vi.fn()\n price(1, log)\n expect(log).toHaveBeenCalledWith(10) })",
      /passes/,
    ],
    [
      'on a list that a handed function fills',
      'js',
      "it('a', () => { const out = []\n each((x) => out.push(x))\n expect(out).toEqual([1]) })",
      /passes/,
    ],
    ['by the assert of Node', 'js', "import assert from 'node:assert'\ntest('a', () => { assert.equal(price(1), 10) })", /passes/],
    ['by should', 'js', "it('a', () => { price(1).should.equal(10) })", /passes/],
    [
      'by a helper of the file',
      'js',
      "function checkPrice(a, b) { expect(price(a)).toBe(b) }\nit('a', () => { checkPrice(1, 10) })",
      /passes/,
    ],
    [
      'of what a module loaded on the spot returns',
      'js',
      "it('a', async () => { const { price: p } = await import('./price.js')\n expect(p(1)).toBe(10) })",
      /passes/,
    ],
    ['that is not there', 'js', "it('a', () => { price(1) })", /asserts nothing/],
    ['without a matcher', 'js', "it('a', () => { expect(price(1)) })", /asserts nothing/],
    ['on literals', 'js', "it('a', () => { expect(1 + 1).toBe(2)\n expect(true).toBe(true) })", /values of its own/],
    ['on a mock alone', 'js', "it('a', () => { const buy = vi.fn(() => 7)\n expect(buy()).toBe(7) })", /its own mocks/],
    [
      'that there is something',
      'js',
      "it('a', () => { expect(price(1)).toBeDefined()\n expect(price(1)).not.toBeNull()\n expect(price(1)).not.toBe(undefined) })",
      /there is a value/,
    ],
    ['that it is a function', 'js', "it('a', () => { expect(typeof price).toBe('function') })", /there is a value/],
    ['that a value is itself', 'js', "it('a', () => { expect(price(1)).toBe(price( 1 )) })", /there is a value/],
    [
      'that Node finds something',
      'js',
      "test('a', () => { assert.notEqual(price(1), null)\n assert.ok(price !== undefined) })",
      /there is a value/,
    ],
    [
      'on a mocked module',
      'js',
      "vi.mock('../src/price.js', () => ({ price: () => 3 }))\nit('a', () => { expect(price(1)).toBe(3) })",
      /replaces Shop\.price/,
    ],
    [
      'on a module that keeps what is real',
      'js',
      "vi.mock('../src/price.js', async (importOriginal) => ({ ...(await importOriginal()) }))\nit('a', () => { expect(price(1)).toBe(3) })",
      /passes/,
    ],
    [
      'on a mocked neighbour',
      'js',
      "vi.mock('../src/tax.js', () => ({ tax: () => 3 }))\nit('a', () => { expect(price(1)).toBe(3) })",
      /passes/,
    ],
    ['in Python', 'py', 'from shop import price\ndef test_a():\n    got = price(1)\n    assert got == 10', /passes/],
    ['in Python, of an error', 'py', 'def test_a():\n    with pytest.raises(ValueError):\n        price(-1)', /passes/],
    ['in Python, of an error without a block', 'py', 'def test_a():\n    pytest.raises(ValueError, price, -1)', /passes/],
    ['in Python, by unittest', 'py', 'class T:\n    def test_a(self):\n        self.assertEqual(price(1), 10)', /passes/],
    ['in Python, on a fixture', 'py', 'def test_a(capsys):\n    assert capsys.readouterr().out == "x"', /passes/],
    [
      'in Python, on a mock that was handed over',
      'py',
      'def test_a():\n    log = Mock()\n    price(1, log)\n    log.assert_called_once_with(10)',
      /passes/,
    ],
    [
      'in Python, on a mock alone',
      'py',
      'from unittest.mock import Mock\ndef test_a():\n    m = Mock()\n    m()\n    m.assert_called_once()',
      /its own mocks/,
    ],
    ['in Python, on literals', 'py', 'def test_a():\n    assert True\n    assert 1 == 1', /values of its own/],
    [
      'in Python, that there is something',
      'py',
      'def test_a():\n    assert price(1) is not None\n    assert callable(price)',
      /there is a value/,
    ],
    [
      'in Python, by unittest, that there is something',
      'py',
      'class T:\n    def test_a(self):\n        self.assertIsNotNone(price(1))',
      /there is a value/,
    ],
    ['in Python, that a value is itself', 'py', 'def test_a():\n    assert price(1) == price(1)', /there is a value/],
    [
      'in Python, on what is patched',
      'py',
      'def test_a(monkeypatch):\n    monkeypatch.setattr(shop, "price", lambda a: 3)\n    assert shop.price(1) == 3',
      /replaces/,
    ],
    ['in Python, that is not there', 'py', 'def test_a():\n    price(1)', /asserts nothing/],
    ['in Go', 'go', 'package shop\nfunc TestA(t *testing.T) {\n if got := Price(1); got != 10 { t.Errorf("got %d", got) }\n}', /passes/],
    [
      'in Go, in a table',
      'go',
      'package shop\nfunc TestA(t *testing.T) {\n for _, c := range []int{1} { got := Price(c)\n if got != 10 { t.Fatal(got) } }\n}',
      /passes/,
    ],
    ['in Go, by testify', 'go', 'package shop\nfunc TestA(t *testing.T) {\n assert.Equal(t, 10, Price(1))\n}', /passes/],
    ['in Go, on literals', 'go', 'package shop\nfunc TestA(t *testing.T) {\n if 1 != 1 { t.Fatal("x") }\n}', /values of its own/],
    [
      'in Go, that there was no error',
      'go',
      'package shop\nfunc TestA(t *testing.T) {\n _, err := Price(1)\n if err != nil { t.Fatal(err) }\n}',
      /there is a value/,
    ],
    ['in Go, that is not there', 'go', 'package shop\nfunc TestA(t *testing.T) {\n Price(1)\n}', /asserts nothing/],
    ['in Rust', 'rs', '#[test]\nfn a() { assert_eq!(price(1), 10); }', /passes/],
    ['in Rust, of a panic', 'rs', '#[test]\n#[should_panic]\nfn a() { price(0); }', /passes/],
    ['in Rust, on literals', 'rs', '#[test]\nfn a() { let v = vec![1]; assert_eq!(v.len(), 1); assert!(true); }', /values of its own/],
    ['in Rust, that a value is itself', 'rs', '#[test]\nfn a() { assert_eq!(price(1), price(1)); }', /there is a value/],
    ['in Java', 'java', 'class A { @Test void a() { int got = Shop.price(1); assertEquals(10, got); } }', /passes/],
    ['in Java, on literals', 'java', 'class A { @Test void a() { int two = 2; assertEquals(2, two); } }', /values of its own/],
    ['in Java, that there is something', 'java', 'class A { @Test void a() { assertNotNull(shop.price(1)); } }', /there is a value/],
  ])('%s', async (_what, extension, test, reason) => {
    expect(await said(asserts, trialOf(extension, test))).toMatch(reason)
  })

  it('is looked for only in what is new', async () => {
    const base = "it('old', () => { expect(price(1)).toBe(10) })\n"
    expect(await said(asserts, trialOf('js', "it('new', () => { price(2) })", { base }))).toMatch(/asserts nothing/)
  })

  it('is not asked of a language that nobody knows here', async () => {
    expect(await said(asserts, trialOf('rb', 'def test_a; end'))).toBe('passes')
  })
})

describe('what a test does beside', () => {
  it.each<[string, extension: string, test: string, reason: RegExp]>([
    ['fetches', 'js', "it('a', async () => { await fetch('http://x/') })", /network \(fetch\)/],
    ['asks by http', 'js', "it('a', () => { http.get('http://x/') })", /network \(http\.get\)/],
    ['opens a socket', 'js', "it('a', () => { new WebSocket('ws://x/') })", /network \(WebSocket\)/],
    ['only makes an address', 'js', "it('a', () => { new URL('http://x/') })", /passes/],
    ['has a method of that name', 'js', "it('a', () => { repository.fetch(1) })", /passes/],
    ['asks by requests', 'py', 'def test_a():\n    requests.get("http://x/")', /network \(requests\.get\)/],
    ['opens a socket in Python', 'py', 'def test_a():\n    socket.socket()', /network/],
    ['dials', 'go', 'package a\nfunc TestA(t *testing.T) { net.Dial("tcp", "x:1") }', /network \(net\.Dial\)/],
    ['asks by reqwest', 'rs', '#[test]\nfn a() { reqwest::blocking::get("http://x/"); }', /network/],
    ['opens a socket in Java', 'java', 'class A { @Test void a() { new Socket("x", 1); } }', /network/],
    ['writes a snapshot', 'js', "it('a', () => { expect(price(1)).toMatchInlineSnapshot() })", /snapshot/],
    ['writes a snapshot in Rust', 'rs', '#[test]\nfn a() { insta::assert_debug_snapshot!(price(1)); }', /snapshot/],
  ])('%s', async (_what, extension, test, reason) => {
    expect(await said(hasNoEffect, trialOf(extension, test))).toMatch(reason)
  })

  it.each<[string, extension: string, base: string, test: string, name: string, reason: RegExp]>([
    ['of a function', 'py', 'def test_a():\n    pass\n', 'def test_a():\n    assert 1', 'test_a', /name is that/],
    [
      'in another class',
      'py',
      'class A:\n    def test_a(self):\n        pass\n',
      'class B:\n    def test_a(self):\n        pass',
      'test_a',
      /passes/,
    ],
    ['of a title', 'js', "it('a', () => {})\n", "it('a', () => {})", 'a', /name is that/],
    ['in another group', 'js', "describe('x', () => { it('a', () => {}) })\n", "it('a', () => {})", 'a', /passes/],
    ['in Go', 'go', 'package a\nfunc TestA(t *testing.T) {}\n', 'func TestA(t *testing.T) {}', 'TestA', /name is that/],
  ])('has a name that is taken: %s', async (_what, extension, base, test, name, reason) => {
    expect(await said(hasNoEffect, trialOf(extension, test, { base, names: [name] }))).toMatch(reason)
  })
})

describe('a file that does not parse', () => {
  it.each<[string, extension: string, base: string, test: string, reason: RegExp]>([
    ['with the test', 'js', '', "it('a', () => {", /does not parse/],
    ['without it either', 'js', 'const = 1\n', "it('a', () => {})", /passes/],
    ['of a language that nobody knows', 'txt', '', 'it(', /passes/],
  ])('%s', async (_what, extension, base, test, reason) => {
    expect(await said(parses, trialOf(extension, test, { base }))).toMatch(reason)
  })
})
