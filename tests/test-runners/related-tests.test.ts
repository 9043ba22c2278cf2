import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { importsOf } from '../../src/test-runners/imports.ts'
import { relatedTests } from '../../src/test-runners/related-tests.ts'
import type { Project } from '../../src/workspace/project.ts'

const runs = process.env.SOAK === '1' ? 20_000 : 500

function project(files: Readonly<Record<string, string>>): Project {
  return {
    root: '/x',
    files: Object.keys(files).toSorted(),
    read: async (path) => files[path] ?? null,
    exists: async (path) => path in files,
  }
}

const vitest = { 'package.json': JSON.stringify({ scripts: { test: 'vitest' } }) }
const pytest = { 'pytest.ini': '' }

describe('tests related to a change', () => {
  it('are the changed test itself, the one of the same name, and those that import it, the nearest first', async () => {
    const files = project({
      ...vitest,
      'src/user.ts': "import { db } from './db.js'",
      'src/db.ts': 'export const db = 1',
      'src/api.ts': "export * from './user.js'",
      'tests/user.test.ts': '',
      'tests/api.test.ts': "import { x } from '../src/api.ts'",
      'tests/db.spec.ts': '',
      'tests/other.test.ts': '',
    })
    expect(await relatedTests(['src/user.ts'], files)).toEqual(['tests/user.test.ts', 'tests/api.test.ts'])
    expect(await relatedTests(['src/db.ts'], files)).toEqual(['tests/db.spec.ts', 'tests/api.test.ts'])
    expect(await relatedTests(['tests/other.test.ts'], files)).toEqual(['tests/other.test.ts'])
    expect(await relatedTests(['README.md', 'src/unknown.ts'], files)).toEqual([])
  })

  it('are found for a file that was deleted', async () => {
    const files = project({ ...vitest, 'a.test.ts': "import './gone.ts'", 'b.test.ts': "import './here.ts'", 'gone.test.ts': '' })
    expect(await relatedTests(['gone.ts'], files)).toEqual(['gone.test.ts', 'a.test.ts'])
    expect(await relatedTests(['removed.test.ts'], files)).toEqual([])
  })

  it('are those in the most similar folder where several have the name', async () => {
    const files = project({
      ...vitest,
      'a/src/x.ts': '',
      'a/tests/x.test.ts': '',
      'b/tests/x.test.ts': '',
      'a/src/thing/index.ts': '',
      'a/tests/thing.test.ts': '',
    })
    expect(await relatedTests(['a/src/x.ts'], files)).toEqual(['a/tests/x.test.ts'])
    expect(await relatedTests(['a/src/thing/index.ts'], files)).toEqual(['a/tests/thing.test.ts'])
  })

  it('survive imports in a circle', async () => {
    const files = project({ ...vitest, 'a.ts': "import './b'", 'b.ts': "import './a'", 'x.test.ts': "import './b'" })
    expect(await relatedTests(['a.ts'], files)).toEqual(['x.test.ts'])
  })

  it('are found in Python by name and by import', async () => {
    const files = project({
      ...pytest,
      'src/shop/__init__.py': '',
      'src/shop/cart.py': 'from . import money\n',
      'src/shop/money.py': '',
      'src/shop/tax.py': 'from .money import (\n    round_up,  # up\n)\n',
      'tests/test_cart.py': '',
      'tests/test_checkout.py': 'import os, shop.cart as cart\n',
      'tests/test_vat.py': 'from shop.tax import *\n',
      'tests/test_none.py': 'import json\n',
    })
    expect(await relatedTests(['src/shop/cart.py'], files)).toEqual(['tests/test_cart.py', 'tests/test_checkout.py'])
    expect(await relatedTests(['src/shop/money.py'], files)).toEqual(['tests/test_checkout.py', 'tests/test_vat.py'])
    expect(await relatedTests(['src/shop/__init__.py'], files)).toEqual(['tests/test_checkout.py', 'tests/test_vat.py'])
  })

  it('are the package in Go, and the crate in Rust with the module itself', async () => {
    const files = project({
      'go.mod': 'module m',
      'p/a.go': '',
      'p/b_test.go': '',
      'q/c_test.go': '',
      'Cargo.toml': '[package]',
      'src/x.rs': '',
      'tests/y.rs': '',
      'tests/z/main.rs': '',
      'other/lone.rs': '',
    })
    expect(await relatedTests(['p/a.go'], files)).toEqual(['p/b_test.go'])
    expect(await relatedTests(['src/x.rs'], files)).toEqual(['src/x.rs', 'tests/y.rs'])
    expect(await relatedTests(['src/gone.rs'], files)).toEqual(['tests/y.rs'])
    expect(await relatedTests(['lone.rs'], project({ 'lone.rs': '' }))).toEqual([])
  })

  it('are those named like the class in Java and what runs beside it, in the module it is in', async () => {
    const files = project({
      'pom.xml': '<project><modules><module>a</module><module>b</module></modules></project>',
      'a/pom.xml': '<project/>',
      'b/pom.xml': '<project/>',
      'a/src/main/java/x/Size.java': '',
      'a/src/main/java/x/Test.java': '',
      'a/src/test/java/x/SizeTest.java': '',
      'a/src/test/java/x/TestSize.java': '',
      'a/src/test/java/x/OtherTest.java': '',
      'b/src/test/java/x/SizeTest.java': '',
    })
    const inA = (path: string) => `a/src/test/${path}`
    expect(await relatedTests(['a/src/main/java/x/Size.java'], files)).toEqual(['java/x/SizeTest.java', 'java/x/TestSize.java'].map(inA))
    expect(await relatedTests([inA('java/x/OtherTest.java')], files)).toEqual([inA('java/x/OtherTest.java')])
    expect(await relatedTests(['a/src/main/java/x/Test.java'], files)).toEqual([])
  })

  it('are guessed by the patterns of all runners where the project has none', async () => {
    expect(await relatedTests(['a.js'], project({ 'a.js': '', 'test/a.js': "require('../a')" }))).toEqual(['test/a.js'])
  })

  it('are found by name only in a tree that is too large, and never by reading a huge file', async () => {
    const many = Object.fromEntries(Array.from({ length: 8_001 }, (_, index) => [`x/${index}.ts`, '']))
    const large = project({ ...vitest, ...many, 'a.ts': '', 'a.test.ts': '', 'b.test.ts': "import './a'" })
    expect(await relatedTests(['a.ts'], large)).toEqual(['a.test.ts'])
    const huge = project({ ...vitest, 'a.ts': '', 'b.test.ts': `import './a'\n${' '.repeat(1_000_001)}` })
    expect(await relatedTests(['a.ts'], huge)).toEqual([])
  })
})

describe('imports', () => {
  const files = new Set(['a.ts', 'b.tsx', 'c/index.js', 'd.mts', 'src/e.ts', 'f.js', 'g.json', 'h.ts'])
  const found = (text: string) => importsOf('main.ts', text, files)

  it('are found in every form that names a file', () => {
    expect(found("import x from './a'")).toEqual(['a.ts'])
    expect(found('import \'./a.js\'\nexport * from "./b.js"')).toEqual(['a.ts', 'b.tsx'])
    expect(found("const x = require('./c'), y = await import(`./d.mjs`)")).toEqual(['c/index.js', 'd.mts'])
    expect(found("import type {\n  X,\n} from '@/e'\nimport g from './g.json'")).toEqual(['src/e.ts', 'g.json'])
    expect(found("import x from 'a'\nimport y from '@scope/a'\nimport './none'")).toEqual([])
  })

  it('of a file are files of the tree, whatever the text is', () => {
    const words = fc.constantFrom('import ', 'from ', '"./a"', "'..'", '.', '\n', ' import (', ')', 'a, b', 'require(', '`./a`', '#')
    const texts = fc.oneof(
      fc.string(),
      fc.array(fc.oneof(words, fc.string())).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(texts, fc.constantFrom('x/main.ts', 'x/main.py'), (text, path) => {
        expect(importsOf(path, text, files).every((file) => files.has(file))).toBe(true)
      }),
      { numRuns: runs },
    )
  })
})
