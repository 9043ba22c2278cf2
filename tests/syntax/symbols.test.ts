import { describe, expect, it } from 'vitest'
import { enclosingSymbol, symbolsOf } from '../../src/syntax/symbols.ts'

/** One line for each symbol: where, what, whether it is exported, and what is said about it. */
async function told(path: string, text: string): Promise<string[]> {
  const symbols = await symbolsOf(text, path)
  return symbols.map((symbol) => {
    const { startLine, endLine, kind, name, containers, isExported, documentation, decorators } = symbol
    const slice = (span: typeof documentation) => (span ? JSON.stringify(text.slice(span.startIndex, span.endIndex)) : '')
    const exported = isExported === null ? '' : isExported ? 'exported' : 'inner'
    const parts = [`${startLine}-${endLine}`, kind, [...containers, name].join('.'), exported, slice(documentation), slice(decorators)]
    return parts.filter((part) => part !== '').join(' ')
  })
}

const lines = (...all: string[]) => `${all.join('\n')}\n`

describe('symbolsOf', () => {
  it('reads TypeScript', async () => {
    const text = lines(
      '/** A license. */',
      '',
      '/** D */',
      '@dec()',
      'export class A<T> extends B {',
      '  /** p */',
      '  @x() private p = 1',
      '  /** q */',
      '  @y()',
      '  get q(): number { return 1 }',
      '  static m = () => {}',
      '}',
      'export default function f() {}',
      'export const a = async (x: number) => x, b = 2',
      '// Not documentation.',
      'interface I {',
      '  /** m */',
      '  m(): void',
      '}',
      'export type T = 1',
      'declare module "x" { function g(): void }',
      'namespace N.M { export enum E { A } const inside = 1 }',
      'abstract class Z { abstract z(): void }',
      'const o = { k() {}, l: () => { return 1 }, n: () => 1 }',
      'export { o as c }',
      'function outer() { const inner = () => 2; const value = 3; return [inner, value] }',
    )
    expect(await told('a.ts', text)).toEqual([
      '4-12 class A exported "/** D */" "@dec()"',
      '7-7 property A.p "/** p */" "@x()"',
      '9-10 method A.q "/** q */" "@y()"',
      '11-11 method A.m',
      '13-13 function f exported',
      '14-14 function a exported',
      '14-14 constant b exported',
      '16-19 interface I inner',
      '18-18 method I.m "/** m */"',
      '20-20 type T exported',
      '21-21 module x inner',
      '21-21 function x.g',
      '22-22 module N.M inner',
      '22-22 enum N.M.E',
      '22-22 constant N.M.inside',
      '23-23 class Z inner',
      '23-23 method Z.z',
      '24-24 constant o exported',
      '24-24 method o.k',
      '24-24 method o.l',
      '26-26 function outer inner',
      '26-26 function outer.inner',
    ])
  })

  it('reads JavaScript of every age', async () => {
    const text = lines(
      'exports.read = function () {}',
      'module.exports.write = () => {}',
      'Port.prototype.open = function () {}',
      'var Old = class {}',
      'let count = 0',
      'const { a, b } = require("x")',
      'function* steps() {}',
      'export default () => 1',
      'class C { #p = 1; m() {} }',
      'export * from "y"',
      'export default count',
    )
    expect(await told('a.js', text)).toEqual([
      '1-1 function read exported',
      '2-2 function write exported',
      '3-3 method Port.open',
      '4-4 class Old inner',
      '5-5 variable count exported',
      '7-7 function steps inner',
      '8-8 function default exported',
      '9-9 class C inner',
      '9-9 property C.#p',
      '9-9 method C.m',
    ])
  })

  it('reads JSX', async () => {
    const text = lines('/** P */', 'export const Port = ({ text }: Props) => <b onClick={() => {}}>{text}</b>', 'export default class {}')
    expect(await told('a.tsx', text)).toEqual(['2-2 function Port exported "/** P */"', '3-3 class default exported'])
  })

  it('reads Python', async () => {
    const text = lines(
      '#!/usr/bin/env python',
      '"""Mod."""',
      'LIMIT = 3',
      'name: str = "x"',
      '@dec(1)',
      'class A(B):',
      '    """Doc."""',
      '    x = 1',
      '    @property',
      '    def m(self) -> int:',
      '        # first',
      '        "d"',
      '        return 1',
      'async def f():',
      '    def inner(): pass',
      '    return f"x"',
      'type X = int',
    )
    expect(await told('a.py', text)).toEqual([
      '3-3 constant LIMIT',
      '4-4 variable name',
      '5-13 class A "\\"\\"\\"Doc.\\"\\"\\"" "@dec(1)"',
      '9-13 method A.m "\\"d\\"" "@property"',
      '14-16 function f',
      '15-15 function f.inner',
      '17-17 type X',
    ])
  })

  it('reads Go', async () => {
    const text = lines(
      '//go:build linux',
      '',
      '// Package a is.',
      'package a',
      '// F does.',
      '// More.',
      'func F(a int) (b error) { return }',
      '// M has a directive.',
      '//go:noinline',
      'func (s *S[T]) M() {}',
      'type (',
      '\t// A is.',
      '\tA struct { x int }',
      '\tb interface { M() }',
      ')',
      'type C = int',
      'const (',
      '\tX = iota',
      '\tY',
      ')',
      'var V, W = 1, 2',
      'func local() { const inside = 1 }',
    )
    expect(await told('a.go', text)).toEqual([
      '7-7 function F exported "// F does.\\n// More."',
      '10-10 method S.M exported "// M has a directive."',
      '13-13 struct A exported "// A is."',
      '14-14 interface b inner',
      '14-14 method b.M exported',
      '16-16 type C exported',
      '18-18 constant X exported',
      '19-19 constant Y exported',
      '21-21 variable V exported',
      '22-22 function local inner',
    ])
  })

  it('reads Rust', async () => {
    const text = lines(
      '/// Doc.',
      '/// More',
      '#[derive(Debug)]',
      'pub struct A<T> { x: T }',
      'impl<T> web::A<T> {',
      '    /** m */',
      '    pub fn m(&self) -> i32 { 1 }',
      '}',
      'impl Tr for A { const C: i32 = 1; fn q() {} }',
      'pub trait Tr { fn q(); }',
      'enum E { A }',
      'mod m { pub static Y: u8 = 1; type Z = u8; }',
      'macro_rules! mm { () => {} }',
      'fn f() {}',
    )
    expect(await told('a.rs', text)).toEqual([
      '3-4 struct A exported "/// Doc.\\n/// More" "#[derive(Debug)]"',
      '7-7 method A.m exported "/** m */"',
      '9-9 constant A.C inner',
      '9-9 method A.q inner',
      '10-10 interface Tr exported',
      '10-10 method Tr.q inner',
      '11-11 enum E inner',
      '12-12 module m inner',
      '12-12 constant m.Y exported',
      '12-12 type m.Z inner',
      '13-13 macro mm inner',
      '14-14 function f inner',
    ])
  })

  it('reads Java', async () => {
    const text = lines(
      'package a;',
      '/** D */',
      '@Ann(1)',
      'public class A<T> extends B {',
      '  /** f */ static final int X = 1;',
      '  int y;',
      '  public A() {}',
      '  /** m */',
      '  @Override public int m(int a) throws E { return 1; }',
      '  interface I { int Q = 1; void q(); }',
      '  enum E { A, B }',
      '  record R(int a) {}',
      '  @interface An {}',
      '}',
    )
    expect(await told('A.java', text)).toEqual([
      '3-14 class A exported "/** D */" "@Ann(1)"',
      '5-5 constant A.X inner "/** f */"',
      '6-6 property A.y inner',
      '7-7 method A.A exported',
      '9-9 method A.m exported "/** m */" "@Override"',
      '10-10 interface A.I inner',
      '10-10 constant A.I.Q inner',
      '10-10 method A.I.q inner',
      '11-11 enum A.E inner',
      '12-12 class A.R inner',
      '13-13 interface A.An inner',
    ])
  })

  it('reads Ruby', async () => {
    const text = lines(
      '# frozen_string_literal: true',
      '',
      '# M is.',
      'module M',
      '  # A is.',
      '  class A < B',
      '    X = 1',
      '    # m does.',
      '    def m(a)',
      '      y = 1',
      '    end',
      '    def self.s = 1',
      '    class << self',
      '      def t; end',
      '    end',
      '  end',
      'end',
      'def free; end',
    )
    expect(await told('a.rb', text)).toEqual([
      '4-17 module M "# M is."',
      '6-16 class M.A "# A is."',
      '7-7 constant M.A.X',
      '9-11 method M.A.m "# m does."',
      '12-12 method M.A.s',
      '14-14 method M.A.t',
      '18-18 function free',
    ])
  })

  it('reads PHP', async () => {
    const text = lines(
      '<?php',
      'namespace A\\B;',
      '/** D */',
      '#[Attr]',
      'final class A extends B { const X = 1; public $p = 1;',
      '  /** m */',
      '  private function m(int $a): int { return 1; } }',
      'interface I { function q(); }',
      'trait T {}',
      'enum E: int { case A = 1; }',
      'function f() { return "a $b"; }',
      'const Q = 1;',
    )
    expect(await told('a.php', text)).toEqual([
      '4-7 class A "/** D */" "#[Attr]"',
      '5-5 constant A.X exported',
      '5-5 property A.$p exported',
      '7-7 method A.m inner "/** m */"',
      '8-8 interface I',
      '8-8 method I.q exported',
      '9-9 class T',
      '10-10 enum E',
      '11-11 function f',
      '12-12 constant Q',
    ])
    expect(await told('b.php', '<?php namespace A { function f() {} }')).toEqual(['1-1 module A', '1-1 function A.f exported'])
  })

  it('reads C and C++', async () => {
    const text = lines(
      '#define X 1',
      '#define F(a) (a)',
      'namespace n {',
      '/// doc',
      'template <class T> class A : B { public: A(); int m() const { return 1; } void q(); int z; enum E { P }; };',
      'struct S { int x; };',
      'int A::m() { int x(3); return x; }',
      'const int K = 3;',
      'int counter;',
      'using T = int; typedef int U;',
      'enum class Q { A };',
      '/** fp */',
      'int *fp(int a) { return 0; }',
      'int decl(int);',
      '}',
      'A::operator bool() {}',
      'bool operator==(A a, A b) { return true; }',
    )
    expect(await told('a.cpp', text)).toEqual([
      '1-1 macro X',
      '2-2 macro F',
      '3-15 module n',
      '5-5 class n.A "/// doc"',
      '5-5 method n.A.A',
      '5-5 method n.A.m',
      '5-5 method n.A.q',
      '5-5 property n.A.z',
      '5-5 enum n.A.E',
      '6-6 struct n.S',
      '6-6 property n.S.x',
      '7-7 method n.A.m',
      '8-8 constant n.K',
      '9-9 variable n.counter',
      '10-10 type n.T',
      '10-10 type n.U',
      '11-11 enum n.Q',
      '13-13 function n.fp "/** fp */"',
      '14-14 function n.decl',
      '16-16 method A.operator bool()',
      '17-17 function operator==',
    ])
  })

  it('reads C#', async () => {
    const text = lines(
      'namespace N.M {',
      '/// <summary>D</summary>',
      '[Attr]',
      'public class A : B { const int X = 1; int y;',
      'public int P { get; set; } public A() {} public int M(int a) => 1; interface I { void Q(); } enum E { A }',
      'record R(int A); struct S {} delegate int D(int a); }',
      '}',
    )
    expect(await told('a.cs', text)).toEqual([
      '1-7 module N.M inner',
      '3-6 class N.M.A exported "/// <summary>D</summary>" "[Attr]"',
      '4-4 constant N.M.A.X inner',
      '4-4 property N.M.A.y inner',
      '5-5 property N.M.A.P exported',
      '5-5 method N.M.A.A exported',
      '5-5 method N.M.A.M exported',
      '5-5 interface N.M.A.I inner',
      '5-5 method N.M.A.I.Q inner',
      '5-5 enum N.M.A.E inner',
      '6-6 class N.M.A.R inner',
      '6-6 struct N.M.A.S inner',
      '6-6 type N.M.A.D inner',
    ])
  })

  it('reads shell scripts and style sheets', async () => {
    const script = lines(
      '#!/bin/bash',
      '# doc',
      'f() { local x=1; }',
      'function g { :; }',
      'readonly X=1',
      'export Y=2',
      'declare -r Z=3',
      'W=1',
    )
    expect(await told('a.sh', script)).toEqual([
      '3-3 function f "# doc"',
      '4-4 function g',
      '5-5 constant X',
      '6-6 variable Y',
      '7-7 constant Z',
      '8-8 variable W',
    ])
    const style = lines(
      ':root { --a: 1px; }',
      '/* c */',
      '.a .b,',
      '#c { color: red; }',
      '@media x { .d { a: b } }',
      '@keyframes k { from {} }',
    )
    expect(await told('a.css', style)).toEqual([
      '1-1 selector :root',
      '3-4 selector .a .b, #c "/* c */"',
      '5-5 selector .d',
      '6-6 selector k',
    ])
  })

  it('gives the head of a declaration in one line', async () => {
    const heads = async (path: string, text: string) => (await symbolsOf(text, path)).map(({ signature }) => signature)
    const typescript =
      'export async function f(\n  a: string, // why\n  b = {},\n): Promise<void> {\n}\nconst g = (x: number): number => x * 2\nclass A { m?(): void }\n'
    expect(await heads('a.ts', typescript)).toEqual([
      'export async function f( a: string, // why b = {}, ): Promise<void>',
      'const g = (x: number): number',
      'class A',
      'm?(): void',
    ])
    expect(await heads('a.py', '@dec\ndef f(a,\n      b=1) -> int:\n    return 1\n')).toEqual(['def f(a, b=1) -> int'])
    expect(await heads('a.go', 'package a\ntype A struct { x int }\n')).toEqual(['type A struct'])
    expect(await heads('a.ts', `const x = '${'y'.repeat(500)}'`)).toEqual([expect.stringMatching(/^const x = 'y{188}…$/)])
  })

  it('finds its way through line ends of Windows, a byte order mark and astral characters', async () => {
    const text = '\uFEFFconst s = "😀"\r\n/** Doc 😀 */\r\nfunction f() {\r\n}\r\n'
    expect(await told('a.ts', text)).toEqual(['1-1 constant s inner', '3-4 function f inner "/** Doc 😀 */"'])
  })

  it('finds what it can in broken code', async () => {
    const text = 'function a() { return 1 }\nfunction b( {\nclass C {\n  m() {}\n'
    expect((await told('a.ts', text))[0]).toBe('1-1 function a inner')
  })

  it('takes comments for documentation only where they belong to the definition', async () => {
    const text = lines(
      '/** far */',
      '',
      'function a() {}',
      'const x = 1 /** trailing */',
      'function b() {}',
      '/***/',
      'function c() {}',
      '/** yes */',
      '// no',
      'function d() {}',
    )
    const symbols = await symbolsOf(text, 'a.js')
    expect(symbols.map(({ documentation }) => documentation && text.slice(documentation.startIndex, documentation.endIndex))).toEqual([
      null,
      null,
      null,
      '/***/',
      '/** yes */',
    ])
  })

  it('knows nothing of what it has no grammar for', async () => {
    expect(await symbolsOf('a = 1', 'a.txt')).toEqual([])
  })

  it('does not follow definitions endlessly deep', async () => {
    const symbols = await symbolsOf(`${'function f() {'.repeat(80)}${'}'.repeat(80)}`, 'a.js')
    expect(symbols).toHaveLength(51)
  })
})

describe('enclosingSymbol', () => {
  it('is the innermost definition around a line', async () => {
    const symbols = await symbolsOf(lines('class A {', '  m() {', '    return 1', '  }', '', '  n() {}', '}', '', 'const x = 1'), 'a.js')
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((line) => enclosingSymbol(symbols, line)?.name)).toEqual([
      'A',
      'm',
      'm',
      'm',
      'A',
      'n',
      'A',
      undefined,
      'x',
      undefined,
    ])
  })
})
