import { describe, expect, it } from 'vitest'
import { suppressions } from '../../../../src/tasks/review/checks/suppressions.ts'
import { said } from './reviewed.ts'

const marksOf = async (path: string, text: string) =>
  (await said(suppressions, { [path]: text })).map((line) => line.replace(/ silences [^(]*(?= \(|$)/, ''))

describe('suppressions', () => {
  it.each([
    ['a.ts', '/* eslint-disable */\n', 'eslint-disable'],
    ['a.ts', 'f() // eslint-disable-line\n', 'eslint-disable-line'],
    ['a.ts', '// eslint-disable-next-line\n', 'eslint-disable-next-line'],
    ['a.ts', '// @ts-ignore\n', '@ts-ignore'],
    ['a.ts', '// @ts-nocheck\n', '@ts-nocheck'],
    ['a.ts', '// @ts-expect-error\n', '@ts-expect-error'],
    ['a.tsx', '{/* @ts-expect-error */}\n', '@ts-expect-error'],
    ['a.py', 'a = 1  # noqa\n', 'noqa'],
    ['a.py', 'a = 1  # type: ignore\n', 'type: ignore'],
    ['a.py', '# pylint: disable=all\n', 'pylint: disable'],
    ['a.go', 'f() //nolint\n', 'nolint'],
    ['a.rs', '#![allow(warnings)]\n', '#![allow'],
    ['a.rb', '# rubocop:disable all\n', 'rubocop:disable'],
    ['a.sh', '# shellcheck disable=all\n', 'shellcheck disable'],
    ['a.swift', '// swiftlint:disable all\n', 'swiftlint:disable'],
    ['a.yml', 'a: b # gitleaks:allow\n', 'gitleaks:allow'],
  ])('that say nothing of what they silence are told in %s: %j', async (path, text, mark) => {
    expect(await marksOf(path, text)).toEqual([`${path}:1 ${mark}`])
  })

  it.each([
    ['a.ts', '// eslint-disable-next-line no-console -- the CLI prints\n', 'eslint-disable-next-line'],
    ['a.ts', '// oxlint-disable-next-line no-console\n', 'oxlint-disable-next-line'],
    ['a.ts', '/* eslint-disable no-console */\n', 'eslint-disable'],
    ['a.ts', '// biome-ignore lint/style: why\n', 'biome-ignore'],
    ['a.ts', '/* v8 ignore next */\n', 'v8 ignore next'],
    ['a.ts', 'const a = b as any\n', 'as any'],
    ['a.ts', 'const a = b as unknown as C\n', 'as unknown as'],
    ['a.ts', 'function f(a: any) {}\n', ': any'],
    ['a.ts', 'let a: any[] = []\n', ': any'],
    ['a.ts', 'const a: Record<string, any> = {}\n', ', any>'],
    ['a.py', 'a = 1  # noqa: E501\n', 'noqa'],
    ['a.py', 'a = 1  # type: ignore[assignment]\n', 'type: ignore'],
    ['a.py', 'x = 1  # pragma: no cover\n', 'pragma: no cover'],
    ['a.py', 'x = 1  # nosec B101\n', 'nosec'],
    ['a.go', 'f() //nolint:errcheck\n', 'nolint'],
    ['a.rs', '#[allow(dead_code)]\n', '#[allow'],
    ['A.java', '@SuppressWarnings("unchecked")\n', '@SuppressWarnings'],
    ['A.cs', '#pragma warning disable CS0168\n', '#pragma warning disable'],
    ['a.cpp', 'f(); // NOLINT(x-y)\n', 'NOLINT'],
    ['a.rb', '# rubocop:disable Metrics/MethodLength\n', 'rubocop:disable'],
    ['a.sh', '# shellcheck disable=SC2086\n', 'shellcheck disable'],
    ['a.php', '<?php // @phpstan-ignore-next-line x\n', '@phpstan-ignore-next-line'],
    ['a.scss', '/* stylelint-disable color-no-hex */\n', 'stylelint-disable'],
    ['a.md', '<!-- markdownlint-disable MD013 -->\n', 'markdownlint-disable'],
    ['Dockerfile', '# hadolint ignore=DL3008\n', 'hadolint ignore'],
  ])('that name one rule are a note in %s: %j', async (path, text, mark) => {
    expect(await marksOf(path, text)).toEqual([`${path}:1 ${mark} (note)`])
  })

  it.each([
    ['a.ts', `const a = 'eslint-disable'\n`],
    ['a.ts', '// never write eslint-disable here\n'],
    ['a.ts', '// @ts-expect-error: the types of x are wrong, see #12\n'],
    ['a.ts', '// @ts-expect-error the types of x are wrong\n'],
    ['a.ts', '// this is as any other comment: any\n'],
    ['a.ts', `const a = 'x as any'\n`],
    ['a.ts', 'expect.any(String)\nconst b = { type: any(String) }\nconst c = d ? e : anything\n'],
    ['a.test.ts', 'f({} as any)\nlet a: any\n'],
    ['a.md', '```ts\n// @ts-ignore\n```\neslint-disable\n'],
    ['a.py', 'a = "# noqa"\n'],
    ['a.rs', '// #[allow(dead_code)]\n'],
    ['a.java', '// @SuppressWarnings\n'],
    ['a.txt', '# noqa\n'],
  ])('are not seen in %s: %j', async (path, text) => {
    expect(await marksOf(path, text)).toEqual([])
  })

  it('are not new when they only move', async () => {
    const sides = { 'a.ts': { old: '// @ts-ignore\na()\n', new: 'if (b) {\n  // @ts-ignore\n  a()\n}\n' } }
    expect(await said(suppressions, sides)).toEqual([])
  })
})
