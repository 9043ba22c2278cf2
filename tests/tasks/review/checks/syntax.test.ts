import { describe, expect, it } from 'vitest'
import { syntax } from '../../../../src/tasks/review/checks/syntax.ts'
import { said } from './reviewed.ts'

describe('data files', () => {
  it.each([
    ['a.json', '{\n  "a": 1,\n}\n', 'a.json:3 JSON does not parse'],
    ['a.json', '{\n  // why\n  "a": 1\n}\n', 'a.json:2 JSON does not parse'],
    ['a.json', '{"a":1\n', 'a.json:1 JSON does not parse'],
    ['a.json', '{"a":"\t"}\n', 'a.json:1 JSON does not parse'],
    ['tsconfig.json', '{\n  "a" 1\n}\n', 'tsconfig.json:2 JSON does not parse'],
    ['a.yml', 'a:\n  - b\n c: d\n', 'a.yml:3 YAML does not parse'],
    ['a.yaml', 'a: b\n---\nc: [d\n', 'a.yaml:3 YAML does not parse'],
    ['a.yml', 'a: "b\n', 'a.yml:1 YAML does not parse'],
    ['a.toml', 'a = 1\nb = \n', 'a.toml:2 TOML does not parse'],
    ['Cargo.toml', '[a]\nb = 1\nb = 2\n', 'Cargo.toml:3 TOML does not parse'],
  ])('that do not parse are told: %s %j', async (path, text, told) => {
    expect(await said(syntax, { [path]: text })).toEqual([told])
  })

  it.each([
    ['a.json', '{ "a": [1, 2] }\n'],
    ['a.json', '\ufeff{}\n'],
    ['tsconfig.json', '{\n  // why\n  "a": [1, 2,],\n}\n'],
    ['.vscode/settings.json', '/* x */ {}\n'],
    ['a.jsonc', '{ "a": 1, }\n'],
    ['a.yml', 'a: 1\n---\nb: 2\n...\n'],
    ['.gitlab-ci.yml', 'a:\n  script: !reference [b, script]\n'],
    ['template.yaml', 'A: !Sub "${B}"\nC: !GetAtt D.E\nF: !If [a, !Ref b, !Ref "AWS::NoValue"]\n'],
    ['group_vars/all.yml', 'a: !vault |\n  abc\n'],
    ['a.yml', '<<: *a\n'.replace('<<: *a', 'x: &a { b: 1 }\ny:\n  <<: *a\n  <<: *a')],
    ['charts/a/templates/a.yaml', 'a: {{ .Values.a }}\n{{- if .b }}\nc: d\n{{- end }}\n'],
    ['a.toml', 'a = 1979-05-27T07:32:00Z\n[[b]]\nc = """x\n"""\n'],
    ['a.json5', '{a: 1}\n'],
    ['a.jsonl', '{}\n{}\n'],
    ['a.ts', '{\n'],
  ])('that parse, or are in a dialect, are not: %s %j', async (path, text) => {
    expect(await said(syntax, { [path]: text })).toEqual([])
  })

  it('are told on the line of the change that is nearest to where the parser stops', async () => {
    const sides = { 'a.json': { old: '{\n "a": 1,\n "b": 2,\n "c": 3\n}\n', new: '{\n "a": 1\n "b": 2,\n "c": 3\n}\n' } }
    expect(await said(syntax, sides)).toEqual(['a.json:2 JSON does not parse'])
  })

  it('are told as a whole when the change only removes lines', async () => {
    const sides = { 'a.json': { old: '{\n "a": 1\n}\n', new: '{\n "a": 1\n' } }
    expect(await said(syntax, sides)).toEqual(['a.json:- JSON does not parse'])
  })

  it('that did not parse before either are in a dialect that we do not know', async () => {
    const sides = { 'a.json': { old: '{ a: 1 }\n', new: '{ a: 2 }\n' } }
    expect(await said(syntax, sides)).toEqual([])
  })

  it('that were templates before are told when they were not', async () => {
    const sides = { 'a.yml': { old: 'a: 1\n', new: 'a: [{{ b }}\n' } }
    expect(await said(syntax, sides)).toEqual(['a.yml:1 YAML does not parse'])
  })

  it('among the fixtures of tests are milder', async () => {
    expect(await said(syntax, { 'tests/fixtures/broken.json': '{\n' })).toEqual([
      'tests/fixtures/broken.json:1 JSON does not parse (warning)',
    ])
  })

  it('that nobody writes are parsed only where that is quick', async () => {
    const sides = { 'pnpm-lock.yaml': 'a: [\n', 'package-lock.json': '{\n', 'b.yml': `# ${'x'.repeat(500_000)}\na: [\n` }
    expect(await said(syntax, sides, { isGenerated: ({ path }) => path !== 'b.yml' })).toEqual(['package-lock.json:1 JSON does not parse'])
  })

  it('of hostile depth are no failure', async () => {
    expect(
      await said(syntax, { 'a.json': '['.repeat(200_000), 'b.yml': '['.repeat(20_000), 'c.toml': `a = ${'['.repeat(20_000)}` }),
    ).toSatisfy(Array.isArray)
  })

  it('of which only a patch is known are not parsed', async () => {
    expect(await said(syntax, { 'a.json': '{\n' }, { isPatch: true })).toEqual([])
  })
})
