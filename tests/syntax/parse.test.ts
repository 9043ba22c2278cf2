import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commentsOf } from '../../src/syntax/comment.ts'
import { loadGrammar } from '../../src/syntax/grammar.ts'
import { isOnlyDocumentationChanged } from '../../src/syntax/is-only-documentation-changed.ts'
import { type Language, languageOf, languages } from '../../src/syntax/language.ts'
import { parse, type SyntaxNode } from '../../src/syntax/parse.ts'
import { problemsOf } from '../../src/syntax/problems-of.ts'
import { symbolsOf } from '../../src/syntax/symbols.ts'
import { hostileTexts } from '../helpers/hostile-texts.ts'
import { endingOf, fragments } from './samples.ts'

const root = join(import.meta.dirname, '../..')

describe('languageOf', () => {
  it.each([
    ['src/a.ts', '', 'typescript'],
    ['src/a.d.mts', '', 'typescript'],
    ['a.TSX', '', 'tsx'],
    ['a.cjs', '', 'javascript'],
    ['a.h', '', 'cpp'],
    ['Rakefile', '', 'ruby'],
    ['bin/tool', '#!/usr/bin/env -S python3 -u\n', 'python'],
    ['bin/tool', '\uFEFF#!/bin/bash\n', 'bash'],
    ['bin/tool', '#!/usr/bin/env NODE_ENV=x node', 'javascript'],
    ['bin/tool', '#! /usr/bin/ruby2.7 -w\n', 'ruby'],
    ['bin/tool', '#!/usr/bin/perl\n', null],
    ['bin/tool', '#!\n', null],
    ['notes.txt', '#!/bin/bash\n', null],
    ['constructor', '', null],
    ['a.constructor', '', null],
    ['.ts', '', null],
    ['', '', null],
  ])('reads %j with %j as %s', (path, text, language) => {
    expect(languageOf(path, text)).toBe(language)
  })
})

/** Hostile texts are as long as they may be in long runs, and a quarter of it otherwise. */
const many = process.env.SOAK === '1' ? 1_000_000 : 250_000

describe('parse', () => {
  it('gives offsets in UTF-16 units, whatever the characters are', async () => {
    const text = '\uFEFFconst s = "😀👩‍💻"; const 𝒳 = 漢\r\nfunction f() {}\r\n'
    const tree = await parse(text, 'typescript')
    const names = nodesIn(tree!.root).filter(({ type, children }) => type === 'identifier' && children.length === 0)
    expect(names.map(({ startIndex, endIndex }) => text.slice(startIndex, endIndex))).toEqual(['s', '𝒳', '漢', 'f'])
  })

  it('reads a character that lies on the border of two pieces as one', async () => {
    for (let before = 4085; before <= 4100; before++) {
      const text = `${' '.repeat(before)}const 𝒳 = 1\n`
      const tree = await parse(text, 'typescript')
      expect(nodesIn(tree!.root).map(({ type }) => type)).not.toContain('ERROR')
    }
  })

  it('knows the parents and places of what it found', async () => {
    const tree = await parse('f(1, [2])', 'javascript')
    for (const node of nodesIn(tree!.root).slice(1)) expect(node.parent!.children[node.position]).toBe(node)
  })

  it.each([
    ['braces that open', '{'.repeat(many)],
    ['braces that close', '}'.repeat(many / 2)],
    ['pairs of braces', '{}'.repeat(many / 2)],
    ['brackets in brackets', `${'['.repeat(many / 5)}${']'.repeat(many / 5)}`],
    ['templates in templates', '`${'.repeat(many / 5)],
    ['comparisons', 'a<'.repeat(many / 10)],
    ['functions in functions', 'function f(){'.repeat(many / 20)],
    ['functions', 'function a(){}'.repeat(many / 20)],
    ['comments', '/**/\n'.repeat(many / 10)],
    ['declarators', `const ${'a=1,'.repeat(many / 10)}b=2`],
    ['five megabytes', '{}'.repeat(2_500_000)],
  ])('comes to an end with %s', { timeout: 120_000 }, async (_name, text) => {
    expect(Array.isArray(await symbolsOf(text, 'a.ts'))).toBe(true)
    expect([true, false]).toContain(await isOnlyDocumentationChanged(text, `${text}\n`, 'a.ts'))
    expect(await symbolsOf('const a = 1', 'a.ts')).toMatchObject([{ name: 'a' }])
  })

  it('says that it does not know a text that is too long, too slow or too much', async () => {
    expect(await parse('let a', 'typescript', { length: 4 })).toBeNull()
    expect(await parse('let a', 'typescript', { nodes: 2 })).toBeNull()
    expect(await parse('(1+2)*'.repeat(100_000), 'typescript', { time: 0 })).toBeNull()
    expect(await parse('let a', 'typescript')).not.toBeNull()
  })

  it('starts anew when its memory is used up', { timeout: 120_000 }, async () => {
    expect(await parse('{'.repeat(5_000_000), 'typescript', { length: 5_000_000, time: 100_000 })).toBeNull()
    expect(await parse('let a', 'typescript')).not.toBeNull()
  })

  it('leaves nothing behind in memory', { timeout: 300_000 }, async () => {
    const text = 'export function parsePort(text: string) { return Number(text) || 80 }\n'.repeat(50)
    const bytes = async () => {
      const { parser, memoryBytes } = await loadGrammar('typescript')
      parser.delete()
      return memoryBytes()
    }
    const work = async (count: number) => {
      for (let done = 0; done < count; done++) {
        await parse(text, 'typescript')
        await parse(text, 'typescript', { nodes: 10 })
        await parse(text.repeat(20), 'typescript', { time: 0 })
      }
    }
    await work(20)
    const before = await bytes()
    await work(process.env.SOAK === '1' ? 2000 : 150)
    expect(await bytes()).toBe(before)
  })

  it('loads nothing before the first text', () => {
    const script = `
      import { createRequire } from 'node:module'
      const { symbolsOf } = await import('./src/syntax/symbols.ts')
      const cache = createRequire(process.cwd() + '/package.json').cache
      const loaded = () => Object.keys(cache).filter((path) => path.includes('tree-sitter')).length
      const before = loaded()
      await Promise.all([symbolsOf('let a', 'a.ts'), symbolsOf('a = 1', 'a.py')])
      process.stdout.write(before + ' ' + loaded())`
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' })
    expect(output).toBe('0 1')
  })

  it('reads any text without falling over, and points into it', { timeout: 600_000 }, async () => {
    const piece = fc.oneof(fc.constantFrom(...fragments), fc.constantFrom(...hostileTexts), fc.string({ unit: 'binary', maxLength: 20 }))
    const anyText = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''))
    const check = fc.asyncProperty(anyText, fc.constantFrom(...languages), expectSound)
    await fc.assert(check, { numRuns: process.env.SOAK === '1' ? 20_000 : 600 })
  })
})

async function expectSound(text: string, language: Language) {
  const path = `a.${endingOf[language]}`
  for (const symbol of await symbolsOf(text, path)) {
    const { startIndex, endIndex, documentation, decorators, startLine, endLine, name, signature } = symbol
    expect(name).not.toBe('')
    expect(signature).not.toMatch(/\n/)
    expect([0 <= startIndex, startIndex <= endIndex, endIndex <= text.length, 1 <= startLine, startLine <= endLine]).not.toContain(false)
    for (const span of [documentation, decorators])
      if (span) expect(span.startIndex < span.endIndex && span.endIndex <= text.length).toBe(true)
  }
  let last = 0
  for (const { startIndex, endIndex } of (await commentsOf(text, path)) ?? []) {
    expect(startIndex).toBeGreaterThanOrEqual(last)
    last = endIndex
  }
  for (const { line, column } of (await problemsOf(text, path)) ?? []) expect(line * column).toBeGreaterThan(0)
  expect(await isOnlyDocumentationChanged(text, text, path)).toBe(true)
}

function nodesIn(node: SyntaxNode): SyntaxNode[] {
  return [node, ...node.children.flatMap(nodesIn)]
}
