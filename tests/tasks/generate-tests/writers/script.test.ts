import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { problemsOf } from '../../../../src/syntax/problems-of.ts'
import { writeTest } from '../../../../src/tasks/generate-tests/writers/write-test.ts'
import { siteOf, unwritable, written } from './site.ts'

const source = 'export function clamp(a: number) { return a }\nexport const limit = 1\nexport default function main() {}\n'
const base = { source, sourcePath: 'src/clamp.ts', files: ['src/other.ts', 'package.json'] }
const neighbour = {
  path: 'tests/other.test.ts',
  text: "import { expect, it } from 'vitest'\nimport { other } from '../src/other.ts'\n\nit('is other', () => {\n  expect(other).toBe(1)\n})\n",
}
const there =
  "import { describe, expect, it } from 'vitest'\nimport { clamp } from '../src/clamp.ts'\n\ndescribe('clamp', () => {\n  it('keeps', () => {\n    expect(clamp(1)).toBe(1)\n  })\n})\n"

describe('a test of JavaScript or TypeScript', () => {
  it('becomes a file with the imports that it needs, as neighbours write them', async () => {
    const site = siteOf({ ...base, example: neighbour })
    const { text, names, addedLines } = await written("it('is one', () => {\n  expect(clamp(1)).toBe(limit)\n  main()\n})", site)
    expect(text).toBe(
      "import { it, expect } from 'vitest'\nimport main, { clamp, limit } from '../src/clamp.ts'\n\nit('is one', () => {\n  expect(clamp(1)).toBe(limit)\n  main()\n})\n",
    )
    expect([names, addedLines]).toEqual([['is one'], [1, 2, 3, 4, 5, 6, 7]])
  })

  it.each([
    ['./clamp', "'../src/clamp.ts'"],
    ['../src/clamp.js', "'../src/clamp.js'"],
    ['src/clamp', "'../src/clamp.ts'"],
    ['/src/clamp', "'../src/clamp.ts'"],
    ['./lib/clamp', "'../src/clamp.ts'"],
    ['../../src/other', "'../src/other.ts'"],
    ['@/clamp', "'@/clamp'"],
    ['node:path', "'node:path'"],
    ['lodash/fp', "'lodash/fp'"],
  ])('is led from %s to a module that is there', async (given, meant) => {
    const files = ['src/other.ts']
    const { text } = await written(
      `import { clamp } from '${given}'\nit('is one', () => { expect(clamp(1)).toBe(1) })`,
      siteOf({ ...base, files, example: neighbour }),
    )
    expect(text).toContain(`import { clamp } from ${meant}`)
  })

  it('leads modules that the test loads or replaces itself', async () => {
    const code = "vi.mock('./other')\nit('is one', async () => { const { clamp } = await import('./clamp'); expect(clamp(1)).toBe(1) })"
    const { text } = await written(code, siteOf({ ...base, example: neighbour }))
    expect(text).toContain("vi.mock('../src/other.ts')")
    expect(text).toContain("await import('../src/clamp.ts')")
  })

  it('goes into the suite that is about the same, at its depth, without a suite of its own', async () => {
    const code =
      "import { clamp } from './clamp'\n\ndescribe('clamp', () => {\n    it('is two', () => {\n        expect(clamp(2)).toBe(`2\n  `)\n    })\n})"
    const { text, addedLines } = await written(code, siteOf({ ...base, text: there }))
    expect(text).toBe(there.replace('  })\n})\n', "  })\n\n  it('is two', () => {\n      expect(clamp(2)).toBe(`2\n  `)\n  })\n})\n"))
    expect(addedLines).toEqual([9, 10, 11, 12])
  })

  it('adds names to the braces that are there, and other modules behind the last import', async () => {
    const code = "import { join } from 'node:path'\nit('joins', () => { expect(join('a', String(limit))).toBe('a/1') })"
    const { text } = await written(code, siteOf({ ...base, text: there }))
    expect(text.split('\n').slice(0, 3)).toEqual([
      "import { describe, expect, it } from 'vitest'",
      "import { clamp, limit } from '../src/clamp.ts'",
      "import { join } from 'node:path'",
    ])
  })

  it('ends its lines as the file does', async () => {
    const code = "it('is two', () => {\n  expect(clamp(2)).toBe(2)\n})"
    const [unix, windows] = [
      await written(code, siteOf({ ...base, text: there })),
      await written(code, siteOf({ ...base, text: there.replaceAll('\n', '\r\n') })),
    ]
    expect(windows).toEqual({ ...unix, text: unix.text.replaceAll('\n', '\r\n') })
  })

  it('gives a name that is taken another one', async () => {
    const file = `const one = 1\n${there}`
    const code = "import { clamp as expectation } from './clamp'\nconst one = 2\nit('keeps', () => { expect(expectation(one)).toBe(2) })"
    const { text, names } = await written(code, siteOf({ ...base, text: file }))
    expect(names).toEqual(['keeps (2)'])
    expect(text).toContain("const one2 = 2\n  it('keeps (2)', () => { expect(clamp(one2)).toBe(2) })")
  })

  it('gives an import that means something else in the file another name', async () => {
    const file = there.replace("import { clamp } from '../src/clamp.ts'", "import { clamp } from '../src/other.ts'")
    const { text } = await written(
      "import { clamp } from '../src/clamp'\nit('is one', () => { expect(clamp(1)).toBe(1) })",
      siteOf({ ...base, text: file }),
    )
    expect(text).toContain('import { clamp as clamp2 } from')
    expect(text).toContain('expect(clamp2(1)).toBe(1)')
  })

  it('is the first of several, and what only the others need is left out', async () => {
    const code =
      "import { join } from 'node:path'\nimport { expect, it } from 'vitest'\nit('is first', () => { expect(1).toBe(1) })\nit('is second', () => { join('a') })\ndescribe('more', () => { it('is third', () => {}) })"
    const { text, names } = await written(code, siteOf({ ...base, example: neighbour }))
    expect(names).toEqual(['is first'])
    expect(text).not.toMatch(/second|third|more|node:path/)
  })

  it('keeps the set-up of its own away from other tests', async () => {
    const code = "let n = 0\nbeforeEach(() => { n = 1 })\nit('is one', () => { expect(clamp(n)).toBe(1) })"
    const { text } = await written(code, siteOf({ ...base, text: there }))
    expect(text).toContain("  describe('clamp', () => {\n    let n = 0\n    beforeEach(() => { n = 1 })")
  })

  it('gets a suite of its own where that of the file is about something else', async () => {
    const { text } = await written("it('is one', () => { expect(main()).toBe(1) })", siteOf({ ...base, about: 'main', text: there }))
    expect(text).toContain("})\n\ndescribe('main', () => {\n  it('is one', () => { expect(main()).toBe(1) })\n})\n")
  })

  it('stands flat in a file of flat tests', async () => {
    const flat = "import { expect, it } from 'vitest'\n\nit('a', () => {})"
    const { text } = await written(
      "describe('clamp', () => { it('b', () => { expect(clamp(1)).toBe(1) }) })",
      siteOf({ ...base, text: flat, files: [...base.files] }),
    )
    expect(text).toBe(
      "import { expect, it } from 'vitest'\nimport { clamp } from '../src/clamp'\n\nit('a', () => {})\n\nit('b', () => { expect(clamp(1)).toBe(1) })\n",
    )
  })

  it('requires what its file requires', async () => {
    const file =
      "const test = require('node:test');\nconst assert = require('node:assert/strict');\nconst { clamp } = require('../src/clamp.js');\n\ntest('a', () => {});\n"
    const site = siteOf({
      sourcePath: 'src/clamp.js',
      source: 'function clamp() {}\nfunction more() {}\nmodule.exports = { clamp, more };\n',
      path: 'tests/clamp.test.js',
      text: file,
      runner: 'node-test',
    })
    const { text } = await written("import { join } from 'node:path'\ntest('b', () => { assert.equal(more(join('a')), clamp()) })", site)
    expect(text).toContain("const { clamp, more } = require('../src/clamp.js');\nconst { join } = require('node:path');\n")
  })

  it.each([
    ['node-test', "import { test } from 'node:test';\nimport assert from 'node:assert/strict';"],
    ['vitest', "import { test, assert } from 'vitest';"],
    ['jest', "import assert from 'node:assert/strict';"],
    ['mocha', "import assert from 'node:assert/strict';"],
  ])('has what %s brings where no neighbour shows it', async (runner, imports) => {
    const site = siteOf({ ...base, path: 'tests/clamp.test.js', runner })
    const { text } = await written("test('b', () => { assert.equal(1, 1) })", site)
    expect(text.startsWith(`${imports}\n\n`)).toBe(true)
  })

  it('is refused where there is none, or where it does not parse', async () => {
    expect(await unwritable('const a = 1', siteOf(base))).toMatchObject({ filter: 'answer' })
    expect(await unwritable("it('a', () => { expect(1 })", siteOf(base))).toMatchObject({ filter: 'parse' })
  })

  it('never breaks its file, whatever is written', async () => {
    const piece = fc.constantFrom(
      "it('a', () => {})",
      "describe('clamp', () => {",
      '})',
      "import { x } from './x'",
      'const clamp = 1',
      '// c',
      '`',
      'beforeEach(() => {})',
      "it.each([1])('%s', () => {})",
      'expect(clamp(1)).toBe(1)',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 6 }), fc.constantFrom(null, there), async (pieces, text) => {
        const outcome = await writeTest(pieces.join('\n'), siteOf({ ...base, text }))
        if ('filter' in outcome) return
        expect(await problemsOf(outcome.text, 'a.ts')).toEqual([])
        const lines = outcome.text.split('\n')
        const rest = lines.filter((_, index) => !outcome.addedLines.includes(index + 1)).filter((line) => line !== '')
        for (const line of rest) expect(text ?? '').toContain(line)
      }),
      { numRuns: process.env.SOAK === '1' ? 2000 : 60 },
    )
  })
})
