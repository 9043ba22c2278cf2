import { describe, expect, it } from 'vitest'
import { focusedTests } from '../../../../src/tasks/review/checks/focused-tests.ts'
import { said } from './reviewed.ts'

const marksOf = async (path: string, text: string) =>
  (await said(focusedTests, { [path]: text })).map((line) => line.replace(' runs only this test', ''))

describe('focused tests', () => {
  it.each([
    ['a.test.ts', `it.only('a', () => {})\n`, 'a.test.ts:1 it.only'],
    ['a.test.ts', `x\ndescribe.only("a", () => {})\n`, 'a.test.ts:2 describe.only'],
    ['a.test.ts', 'it.only.each([1])("a", () => {})\n', 'a.test.ts:1 it.only'],
    ['a.test.ts', 'it.only.each`a\n${1}`("a", () => {})\n', 'a.test.ts:1 it.only'],
    ['a.test.ts', 'test.concurrent.only(name, () => {})\n', 'a.test.ts:1 test.concurrent.only'],
    ['e2e/a.ts', `test.describe.only('a', () => {})\n`, 'e2e/a.ts:1 test.describe.only'],
    ['e2e/a.ts', `test.describe.serial.only('a', () => {})\n`, 'e2e/a.ts:1 test.describe.serial.only'],
    ['a.test.ts', `describe\n  .only('a', () => {})\n`, 'a.test.ts:1 describe.only'],
    ['a.spec.js', `fit('a', () => {})\n`, 'a.spec.js:1 fit'],
    ['a.spec.js', `fdescribe("a", () => {})\n`, 'a.spec.js:1 fdescribe'],
    ['a.spec.js', `context.only('a', () => {})\n`, 'a.spec.js:1 context.only'],
    ['src/a.ts', `it.only('in the source', () => {})\n`, 'src/a.ts:1 it.only'],
    ['a.test.ts', `const test = base.extend({})\ntest.only('a', () => {})\n`, 'a.test.ts:2 test.only'],
    ['a.test.mjs', `test('a', { only: true }, () => {})\n`, 'a.test.mjs:1 only:true'],
    ['spec/a_spec.rb', `  fit 'a' do\n`, 'spec/a_spec.rb:1 fit'],
    ['spec/a_spec.rb', `  it 'a', focus: true do\n`, 'spec/a_spec.rb:1 focus:true'],
    ['spec/a_spec.rb', `RSpec.describe Foo, :focus do\n`, 'spec/a_spec.rb:1 :focus'],
    ['spec/a_spec.rb', `  focus 'a' do\n`, 'spec/a_spec.rb:1 focus'],
    ['a_test.go', 'var _ = FDescribe("a", func() {\n', 'a_test.go:1 FDescribe'],
    ['a_test.go', '\tIt("a", Focus, func() {\n', 'a_test.go:1 Focus'],
    ['ATests/ASpec.swift', 'fit("a") {\n', 'ATests/ASpec.swift:1 fit'],
    ['tests/ATest.php', `<?php\nit('a', fn () => 1)->only();\n`, 'tests/ATest.php:2 ->only'],
    ['test/a_test.dart', `  test('a', () {}, solo: true);\n`, 'test/a_test.dart:1 solo:true'],
  ])('are found in %s: %j', async (path, text, told) => {
    expect(await marksOf(path, text)).toEqual([told])
  })

  it.each([
    ['a.test.ts', `const only = list.only(1)\nfields.only('a')\n`],
    ['a.test.ts', `const test = [1]\ntest.only('a')\n`],
    ['src/a.ts', `test.only(rows)\nschema.describe.only('x')\n`],
    ['src/a.ts', `context.only('a')\n`],
    ['a.test.ts', `// it.only('a')\nconst a = "it.only('a')"\n`],
    ['a.test.ts', `model.fit(data)\nfit(curve)\nfunction fit() {}\n`],
    ['src/a.ts', `fit('contain')\n`],
    ['a.test.ts', `expect(x).toEqual({ only: true })\n`],
    ['a.test.ts', `it('a', () => { f({ only: true }) })\n`],
    ['a.md', `it.only('a', () => {})\n`],
    ['lib/a.rb', `  fit 'a'\n`],
    ['a.go', 'FDescribe("a")\n'],
    ['a_test.go', '\ts := "FIt("\n'],
    ['a.test.ts', `it.onlyIf(x)('a')\n`],
  ])('are not seen in %s: %j', async (path, text) => {
    expect(await marksOf(path, text)).toEqual([])
  })

  it('are told when the focus is added to a test that is there', async () => {
    const sides = { 'a.test.ts': { old: `it('a', () => {})\nit('b', () => {})\n`, new: `it('a', () => {})\nit.only('b', () => {})\n` } }
    expect(await said(focusedTests, sides)).toEqual(['a.test.ts:2 it.only runs only this test'])
  })
})
