import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commentsOf } from '../../src/syntax/comment.ts'
import { isOnlyDocumentationChanged } from '../../src/syntax/is-only-documentation-changed.ts'
import { parse, type SyntaxNode } from '../../src/syntax/parse.ts'
import { problemsOf } from '../../src/syntax/problems-of.ts'
import { endingOf, samples } from './samples.ts'

/** Both ways: what may be added may be taken away. */
async function isDocumentation(path: string, before: string, after: string): Promise<boolean[]> {
  return [await isOnlyDocumentationChanged(before, after, path), await isOnlyDocumentationChanged(after, before, path)]
}

describe('isOnlyDocumentationChanged', () => {
  it.each([
    ['a.ts', 'const a = 1', '// x\nconst a = 1'],
    ['a.ts', 'const a = `x  ${ b } `', 'const a = `x  ${b} `'],
    ['a.ts', 'const a = `x  ${ b } `', 'const a = `x  ${/* q */ b} `'],
    ['a.js', '"use strict"\nf()', '// x\n"use strict"\nf()'],
    ['a.js', 'f(/* a */ x)', 'f(/* b */ x)'],
    ['a.js', 'x = a // c\u2028f()', 'x = a // d\u2028f()'],
    ['a.py', 'def f():\n    return 1\n', 'def f():\n    """Doc."""\n    return 1\n'],
    ['a.py', 'def f():\n    """Doc."""\n', 'def f():\n    """Dic."""\n'],
    ['a.py', '"""a"""\nx = 1\n', '"""b"""\nx = 1\n'],
    ['a.go', 'package a\n', '// Package a is.\npackage a\n'],
    ['a.rs', 'fn f() {}', '/// F.\nfn f() {}'],
    ['a.java', 'class A {}', '/** A */ class A {}'],
    ['a.rb', 'class A\nend', 'class A\n # x\nend'],
    ['a.php', '<?php\n// a\nf();', '<?php\n// b\nf();'],
    ['a.php', '<?php\n/** a */\nfunction f() {}', '<?php\n/** @param int $a */\nfunction f() {}'],
    ['a.sh', '# a\nf', '# b\nf'],
    ['a.css', 'a{}/* x */', 'a{}'],
    ['a.cs', '/// <summary>a</summary>\nclass A {}', 'class A {}'],
    ['a.ts', '// eslint-disable-next-line x\nf()', '/** a */\n// eslint-disable-next-line x\nf()'],
    ['a.ts', 'f(', 'f( // a'],
    ['a.sh', 'a=(1 2 # f\n3)', 'a=(1 2 # g\n3)'],
    ['a.sh', 'case a in\n # f\n x) f;;\nesac', 'case a in\n # g\n x) f;;\nesac'],
    ['a.css', 'a{--x: /* f */ b}', 'a{--x: /* g */ b}'],
    ['a.jsx', 'x = <a>{/* f */}</a>', 'x = <a>{/* g */}</a>'],
    ['a.js', 'x = a / b // f / c', 'x = a / b // g / c'],
    ['a.js', 'x = /[/*]/; y // f', 'x = /[/*]/; y // g'],
    ['a.py', 'class A:\n    "a"\n    pass\n', 'class A:\n    pass\n'],
    ['a.ts', 'interface A<out T> { a: T }\n// b', 'interface A<out T> { a: T }\n// c'],
  ])('lets documentation change in %s: %j, %j', async (path, before, after) => {
    expect(await isDocumentation(path, before, after)).toEqual([true, true])
  })

  it.each([
    ['a.ts', 'const a = 1', '// @ts-ignore\nconst a = 1'],
    ['a.ts', 'const a = 1', '/** eslint-disable */\nconst a = 1'],
    ['a.ts', 'const a = "x"', 'const a = "y"'],
    ['a.ts', 'const a = `x`', 'const a = `x `'],
    ['a.ts', 'const a = `x // a`', 'const a = `x // b`'],
    ['a.tsx', 'const a = <a> b // c</a>', 'const a = <a> b // d</a>'],
    ['a.tsx', 'const a = <a> b</a>', 'const a = <a>  b</a>'],
    ['a.js', '#!/usr/bin/env node\nf()', '#!/usr/bin/env deno\nf()'],
    ['a.js', '#!/usr/bin/env node\nf()', '// x\n#!/usr/bin/env node\nf()'],
    ['a.js', '"use strict"\nf()', 'f()'],
    ['a.js', 'return /* a */ x', 'return /* a\n */ x'],
    ['a.js', 'f(/* @__PURE__ */ x)', 'f(/* b */ x)'],
    ['a.js', 'const r = /a/', 'const r = /b/'],
    ['a.js', 'x = a // c\u2028f()', 'x = a // c\u2028g()'],
    ['a.py', 'def f():\n    return 1\n', 'def f():\n    f"""Doc."""\n    return 1\n'],
    ['a.py', 'def f():\n    """Doc."""\n', 'def f():\n    \n'],
    ['a.py', 'x = 1\n"""a"""\n', 'x = 1\n"""b"""\n'],
    ['a.py', '"""a"""\nprint(__doc__)\n', '"""b"""\nprint(__doc__)\n'],
    ['a.py', 'if a:\n  b()\n  c()\n', 'if a:\n  b()\nc()\n'],
    ['a.py', 'x = 1\n', 'x = 1  # noqa\n'],
    ['a.py', 'x = 1  # type: int\n', 'x = 1\n'],
    ['a.py', '# coding: latin-1\nx = 1\n', '\n\n# coding: latin-1\nx = 1\n'],
    ['a.py', '# /// script\n# deps = 1\n# ///\nx = 1\n', '# /// script\n# deps = 2\n# ///\nx = 1\n'],
    ['a.py', 'x = 1 # a\ry = 2\n', 'x = 1 # a\ry = 3\n'],
    ['a.go', 'package a\n', '//go:build x\n\npackage a\n'],
    ['a.go', 'package a\n// #include <x>\nimport "C"\n', 'package a\n// #include <y>\nimport "C"\n'],
    ['a.go', 'package a\nfunc f() int { return /* a */ 1 }\n', 'package a\nfunc f() int { return /* a\n*/ 1 }\n'],
    ['a_test.go', 'package a\nfunc Example() {\n f()\n // Output: 1\n}\n', 'package a\nfunc Example() {\n f()\n // Output: 2\n}\n'],
    [
      'a_test.go',
      'package a\nfunc Example() {\n f()\n // Output:\n // 1\n}\n',
      'package a\nfunc Example() {\n f()\n // Output:\n // 2\n}\n',
    ],
    ['a.rs', 'm! { struct A; }', 'm! { /// F.\n struct A; }'],
    ['a.java', 'class A {}', '/** \\u002a/ */ class A {}'],
    ['a.c', 'int a; // x\nint b;', 'int a; // x \\\nint b;'],
    ['a.c', '#define X 1 // c\n', '#define X 1 // d\n'],
    ['a.c', 'int b;', '// x \\ \nint b;'],
    ['a.rb', 'x = 1', '# frozen_string_literal: true\nx = 1'],
    ['a.rb', 'x = <<~A\n # a\nA\n', 'x = <<~A\n # b\nA\n'],
    ['a.rb', 'x\n__END__\n# a', 'x\n__END__\n# b'],
    ['a.php', '<?php\n// a\nf();', '<?php\n// b ?>\nf();'],
    ['a.php', '<?php\n/** a */\nfunction f() {}', '<?php\n/** @test */\nfunction f() {}'],
    ['a.sh', 'cat <<E\n# a\nE\n', 'cat <<E\n# b\nE\n'],
    ['a.sh', "cat <<'E'\n# a\nE\n", "cat <<'E'\n# b\nE\n"],
    ['a.sh', 'echo "# a"', 'echo "# b"'],
    ['a.sh', 'f a b', 'f ab'],
    ['a.css', '.a .b{}', '.a.b{}'],
    ['a.css', 'a{content:"/* x */"}', 'a{content:"/* y */"}'],
    ['a.cs', 'class A { string a = $"x {b} // c"; }', 'class A { string a = $"x {b} // d"; }'],
    ['a.ts', '// eslint-disable-next-line x\nf()', '// eslint-disable-next-line x\n/** a */\nf()'],
    ['a.ts', 'f() // eslint-disable-line\ng()', 'f()\n// eslint-disable-line\ng()'],
    ['a.ts', "x = 'abc\\\n// f\n'", "x = 'abc\\\n// g\n'"],
    ['a.ts', "x = 'abc\\\n// f'", "x = 'abc\\\n// g'"],
    ['a.ts', "x = 'abc\\\n/* f */'", "x = 'abc\\\n/* g */'"],
    ['a.c', 'x = "abc\\\n// f";', 'x = "abc\\\n// g";'],
    ['a.ts', 'x = `${a}// f`', 'x = `${a}// g`'],
    ['a.ts', 'x = `// f`', 'x = `// g`'],
    ['a.ts', 'x = `\\`// f`', 'x = `\\`// g`'],
    ['a.py', 'x = f"{a}# f"', 'x = f"{a}# g"'],
    ['a.py', 'x = """{a}\n# f"""', 'x = """{a}\n# g"""'],
    ['a.rb', 'x = "#{a}# f"', 'x = "#{a}# g"'],
    ['a.rb', 'x = %w(a # f\n)', 'x = %w(a # g\n)'],
    ['a.rb', 'x = /a # f\n/x', 'x = /a # g\n/x'],
    ['a.rb', 'x = `a # f\n`', 'x = `a # g\n`'],
    ['a.php', '<?php $a = "{$b}// f";', '<?php $a = "{$b}// g";'],
    ['a.php', '<?php $a = <<<X\n// f\nX;', '<?php $a = <<<X\n// g\nX;'],
    ['a.php', "<?php $a = <<<'X'\n// f\nX;", "<?php $a = <<<'X'\n// g\nX;"],
    ['a.php', '<?php $a = `ls # f`;', '<?php $a = `ls # g`;'],
    ['a.php', '// f <?php f();', '// g <?php f();'],
    ['a.rs', 'let a = r#"// f"#;', 'let a = r#"// g"#;'],
    ['a.rs', 'let a = "\n// f";', 'let a = "\n// g";'],
    ['a.cpp', 'auto a = R"x(\n// f)x";', 'auto a = R"x(\n// g)x";'],
    ['a.cs', 'var a = @"\n// f";', 'var a = @"\n// g";'],
    ['a.cs', 'var a = """\n// f\n""";', 'var a = """\n// g\n""";'],
    ['a.cs', 'var a = $@"{b}\n// f";', 'var a = $@"{b}\n// g";'],
    ['a.java', 'String a = """\n// f\n""";', 'String a = """\n// g\n""";'],
    ['a.go', 'package a\nvar x = `\n// f`', 'package a\nvar x = `\n// g`'],
    ['a.sh', 'echo a#f', 'echo a#g'],
    ['a.sh', 'echo ${a#f}', 'echo ${a#g}'],
    ['a.sh', 'echo $((16#f))', 'echo $((16#e))'],
    ['a.sh', '[[ $a =~ #f ]]', '[[ $a =~ #g ]]'],
    ['a.sh', 'echo \\# f', 'echo \\# g'],
    ['a.sh', 'echo "$(cat <<E\n# f\nE\n)"', 'echo "$(cat <<E\n# g\nE\n)"'],
    ['a.css', 'a{background:url(//f)}', 'a{background:url(//g)}'],
    ['a.jsx', 'x = <a b="// f"/>', 'x = <a b="// g"/>'],
    ['a.js', 'x = /[/*]/; y = "/* f */"', 'x = /[/*]/; y = "/* g */"'],
    ['a.py', 'def f():\n    # type: () -> int\n    return 1\n', 'def f():\n    # type: () -> str\n    return 1\n'],
    ['a.py', 'def f():\n    "a" "b"\n    pass\n', 'def f():\n    "a" "c"\n    pass\n'],
    ['a.py', 'def f():\n    b"a"\n    pass\n', 'def f():\n    b"c"\n    pass\n'],
    ['a.py', 'def f():\n    x = 1\n    "a"\n', 'def f():\n    x = 1\n    "b"\n'],
    ['a.py', 'def f():\n    "a"; x = 1\n', 'def f():\n    x = 1\n'],
    ['a.ts', "x = 'abc\n// f\n'", "x = 'abc\n// g\n'"],
    ['a.ts', '\uFEFFf()', 'f()'],
  ])('knows code and what programs obey in %s: %j, %j', async (path, before, after) => {
    expect(await isDocumentation(path, before, after)).toEqual([false, false])
  })

  it.each([
    [
      'a.ts',
      '// @ts-expect-error',
      '// @ts-nocheck',
      '// eslint-disable-line no-x',
      '/* eslint no-x: 0 */',
      '/* global a, b: true */',
      '/* istanbul ignore next */',
    ],
    [
      'b.ts',
      '// v8 ignore next',
      '/* c8 ignore start */',
      '// prettier-ignore',
      '// biome-ignore lint: x',
      '// oxlint-disable',
      `/** @${'jest'}-environment x */`,
    ],
    [
      'c.ts',
      '/** @jsx h */',
      '/// <reference types="x" />',
      '//# sourceMappingURL=x',
      '// @flow',
      '// deno-lint-ignore',
      '/* webpackChunkName: "x" */',
    ],
    [
      'd.ts',
      '// $FlowFixMe',
      '// falls through',
      '/* @vite-ignore */',
      '/** @internal */',
      '// agent-ignore x',
      '// tslint:disable',
      '/* #__PURE__ */',
    ],
    [
      'a.py',
      '# noqa: E501',
      'x = 1  # type: ignore',
      '# pylint: disable=x',
      '# fmt: off',
      '# pragma: no cover',
      '# mypy: strict',
      '# nosec',
      '# -*- coding: x -*-',
    ],
    [
      'a.go',
      '//go:build x',
      '// +build x',
      '//nolint:x',
      '//go:generate x',
      '//line a.go:1',
      '//export f',
      '// Code generated by x. DO NOT EDIT.',
    ],
    ['a.rb', '# rubocop:disable X', '# encoding: utf-8', '# typed: true', '# :nocov:'],
    ['a.cpp', '// NOLINTNEXTLINE', '// clang-format off', '// fallthrough', '// IWYU pragma: keep'],
    ['a.java', '// NOSONAR', '//noinspection X', '// @formatter:off', '// CHECKSTYLE:OFF'],
    ['a.cs', '// ReSharper disable X', '// <auto-generated />'],
    ['a.sh', '# shellcheck disable=SC1'],
    ['a.css', '/* stylelint-disable */', '/* prettier-ignore */'],
    ['a.rs', '//@ run-pass'],
  ])('takes for code what programs obey in %s', async (path, ...directives) => {
    const code = path.endsWith('.go') ? 'package a' : path.endsWith('.css') ? 'a {}' : path.endsWith('.sh') ? 'ls' : 'class A {}'
    const own = path.endsWith('.py') ? 'x = 2' : path.endsWith('.rb') ? 'x = 2' : path.endsWith('.rs') ? 'struct A {}' : code
    for (const directive of directives) {
      const answers = await isDocumentation(path, `${own}\n`, `${directive}\n${own}\n`)
      expect({ directive, answers }).toEqual({ directive, answers: [false, false] })
    }
  })

  it.each([
    [
      'a.ts',
      '/** Exports the line to go. */',
      '/** Global state, as jest is used to. */',
      '// line 3 is the format',
      '/** @param a what @returns b */',
      '// type: the kind',
    ],
    ['a.py', '# the encoding of it', '# go: away', '# export'],
    ['a.go', '// export it', '// line up', '// lint it', '// go to'],
    ['a.rb', '# the standard output'],
  ])('takes for documentation what only sounds like it in %s', async (path, ...comments) => {
    const own = path.endsWith('.go') ? 'package a' : 'f(2)'
    for (const comment of comments)
      expect([comment, await isDocumentation(path, `\n\n${own}\n`, `\n\n${comment}\n${own}\n`)]).toEqual([comment, [true, true]])
  })

  it('says no where it cannot tell', async () => {
    expect(await isDocumentation('a.txt', 'a', 'a ')).toEqual([false, false])
    expect(await isDocumentation('run', '#!/bin/sh\nls', '#!/bin/bash\nls # a')).toEqual([false, false])
    expect(await isDocumentation('run', '#!/bin/sh\nls', '#!/usr/bin/python\nls')).toEqual([false, false])
    const huge = `const a = 1\n${'f()\n'.repeat(300_000)}`
    expect(await isDocumentation('a.ts', huge, `// x\n${huge}`)).toEqual([false, false])
    expect(await isDocumentation('a.sh', 'echo "a\n', 'echo "a # b\n')).toEqual([false, false])
    expect(await isDocumentation('a.php', '<?php f( // a\n;', '<?php f( // b\n;')).toEqual([false, false])
  })

  const anyComment = fc
    .array(fc.constantFrom('reads', 'the', 'port', '"quoted"', "it's", '`code`', '漢字', '😀', 'x < 3', '(see below)', 'a; b', '$1'))
    .map((words) => words.join(' '))

  it.each(samples.map((sample) => [sample.language, sample] as const))(
    'takes any added comment for documentation in %s',
    async (language, { line, source }) => {
      const path = `a.${endingOf[language]}`
      expect(await problemsOf(source, path)).toEqual([])
      const places = sourceLines(source, language)
      const check = fc.asyncProperty(anyComment, fc.constantFrom(...places), fc.constantFrom('\n', '\r\n'), async (words, place, end) => {
        const lines = source.split('\n')
        const indentation = /^[ \t]*/.exec(lines.slice(place).find((next) => next !== '') ?? '')![0]
        const after = [...lines.slice(0, place), indentation + line(words), ...lines.slice(place)].join(end)
        expect(await isDocumentation(path, source.replaceAll('\n', end), after)).toEqual([true, true])
      })
      await fc.assert(check, { numRuns: process.env.SOAK === '1' ? 1000 : 40 })
    },
  )

  it.each(samples.map((sample) => [sample.language, sample] as const))(
    'takes no change of code for documentation in %s',
    async (language, { source }) => {
      const path = `a.${endingOf[language]}`
      const tree = await parse(source, language)
      const comments = (await commentsOf(source, path)) ?? []
      const isDocumentation = ({ startIndex }: SyntaxNode) =>
        comments.some((comment) => comment.startIndex <= startIndex && startIndex < comment.endIndex)
      const tokens = leaves(tree!.root).filter((node) => node.endIndex > node.startIndex && !isDocumentation(node))
      expect(tokens.length).toBeGreaterThan(25)
      const check = fc.asyncProperty(
        fc.constantFrom(...tokens),
        fc.constantFrom('x', '7', ';', '"', '(', ' x '),
        async ({ startIndex, endIndex }, added) => {
          const longer = `${source.slice(0, endIndex)}${added}${source.slice(endIndex)}`
          const shorter = `${source.slice(0, startIndex)}${source.slice(endIndex)}`
          for (const after of [longer, shorter]) {
            if (after.replaceAll(/\s/g, '') === source.replaceAll(/\s/g, '')) continue
            expect([after, await isOnlyDocumentationChanged(source, after, path)]).toEqual([after, false])
          }
        },
      )
      await fc.assert(check, { numRuns: process.env.SOAK === '1' ? 2000 : 80 })
    },
  )
})

/** Lines before which a line of comment may stand. PHP begins behind its tag. */
function sourceLines(source: string, language: string): number[] {
  const count = source.split('\n').length
  return Array.from({ length: count - 1 }, (_, index) => index).filter((index) => language !== 'php' || index > 0)
}

function leaves(node: SyntaxNode): SyntaxNode[] {
  return node.children.length === 0 ? [node] : node.children.flatMap(leaves)
}

describe('commentsOf', () => {
  it('tells where comments are and what programs obey in them', async () => {
    const text = '#!/usr/bin/env python\n"""Doc 😀."""\nx = 1  # noqa\n# plain\r\ns = "# no"\n'
    expect(
      (await commentsOf(text, 'a.py'))!.map(({ startIndex, endIndex, ...rest }) => ({ text: text.slice(startIndex, endIndex), ...rest })),
    ).toEqual([
      { text: '#!/usr/bin/env python', form: 'comment', startLine: 1, endLine: 1, directive: '#!/usr/bin/env python' },
      { text: '"""Doc 😀."""', form: 'docstring', startLine: 2, endLine: 2, directive: null },
      { text: '# noqa', form: 'comment', startLine: 3, endLine: 3, directive: 'noqa' },
      { text: '# plain', form: 'comment', startLine: 4, endLine: 4, directive: null },
    ])
  })

  it('knows nothing of what it has no grammar for', async () => {
    expect(await commentsOf('# a', 'a.txt')).toBeNull()
  })
})

describe('problemsOf', () => {
  it.each([
    ['a.ts', 'const a = 1\n', []],
    ['a.ts', 'const a = (1\n', ['1:1 "const a = (1" does not fit here.']],
    ['a.ts', 'f()\nclass {{ 😀\n', ['2:1 "class {{ 😀" does not fit here.']],
    ['a.py', 'def f(:\n    pass\n', ['1:7 ")" is missing.']],
    ['a.go', 'package a\nfunc {\n}\n', ['2:1 "func" does not fit here.']],
  ])('finds in %s with %j: %j', async (path, text, expected) => {
    expect((await problemsOf(text, path))?.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual(expected)
  })

  it('knows nothing of what it has no grammar for', async () => {
    expect(await problemsOf('(', 'a.txt')).toBeNull()
  })

  it('does not find more in a file that was repaired', async () => {
    const [broken, whole] = [await problemsOf('f(\ng(\n', 'a.js'), await problemsOf('f()\ng(\n', 'a.js')]
    expect(whole!.length).toBeLessThanOrEqual(broken!.length)
  })
})
