import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stylelint } from '../../src/linters/stylelint.ts'
import { projectOf, requestFor, withInstalledTools } from '../helpers/linter-runner.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { checkFiles, diagnosticsOf, hear } from './check-files.ts'
import { linterContract, rangeOf } from './contract.ts'

linterContract({
  linter: stylelint,
  probe: ['stylelint', '--version'],
  project: {
    '.stylelintrc.json': '{ "rules": { "color-no-invalid-hex": true, "length-zero-no-unit": [true, { "severity": "warning" }] } }\n',
  },
  clean: { path: 'src/clean.css', text: 'a { color: #fff; }\n' },
  problem: { path: 'src/problem.css', text: 'a {\n  color: #ggg;\n}\n', rule: 'color-no-invalid-hex', severity: 'error' },
  broken: { path: 'src/broken.css', text: 'a { color: red\n' },
  emoji: { path: 'src/emoji.css', text: '/* 😀é */ a { color: #ggg; }\n', token: '#ggg', precision: 'range' },
  crash: { '.stylelintrc.json': '{ "extends": ["no-such-configuration"] }\n' },
  withoutConfiguration: 'failed',
  repair: { path: 'src/repair.css', before: 'a { margin: 0px; }\n', after: 'a { margin: 0; }\n' },
})

const rules = '{ "rules": { "color-no-invalid-hex": true, "length-zero-no-unit": true }, "ignoreFiles": ["old/**"] }\n'
const project = { '.stylelintrc.json': rules }

describe('stylelint', () => {
  it('does not complain about files that its configuration ignores', async () => {
    const outcome = await checkFiles(stylelint, { ...project, 'old/a.css': 'a { color: #ggg }\n' }, ['old/a.css'])
    expect(outcome).toEqual({ status: 'checked', diagnostics: [], elsewhere: 0 })
  })

  it('fails when a rule is configured wrongly, because that rule has not looked', async () => {
    const files = { '.stylelintrc.json': '{ "rules": { "color-no-invalid-hex": "nonsense" } }\n', 'a.css': 'a { color: #ggg }\n' }
    expect(await checkFiles(stylelint, files, ['a.css'])).toEqual({ status: 'failed', reason: expect.stringContaining('nonsense') })
  })

  it('repairs no other file than the one asked for, also when its name means all others', async () => {
    using folder = withInstalledTools(
      temporaryFolder({ ...project, '![a]*.css': 'a { margin: 0px }\n', 'other.css': 'a { margin: 0px }\n' }),
    )
    const [use] = await stylelint.detect(projectOf(folder.path))
    await stylelint.fix!(use!, requestFor(folder.path, ['![a]*.css']))
    const texts = ['![a]*.css', 'other.css'].map((name) => readFileSync(join(folder.path, name), 'utf8'))
    expect(texts).toEqual(['a { margin: 0 }\n', 'a { margin: 0px }\n'])
  })

  it.each([
    ['behind a byte order mark', '\uFEFFé😀{} a { color: #ggg }\n'],
    ['on a line with carriage returns that git does not count', 'b {}\r/* 😀 */\ra { color: #ggg }\n'],
    ['behind a form feed', 'b { }\f\na { color: #ggg }\n'],
  ])('tells the range of a token %s', async (_, text) => {
    const diagnostics = diagnosticsOf(await checkFiles(stylelint, { ...project, 'a.css': text }, ['a.css']))
    expect(diagnostics.map(({ range }) => range)).toEqual([rangeOf(text.replace('\uFEFF', ''), '#ggg')])
  })

  it('takes the name of the rule out of the message', async () => {
    const diagnostics = diagnosticsOf(await checkFiles(stylelint, { ...project, 'a.css': 'a { color: #ggg }\n' }, ['a.css']))
    expect(diagnostics).toMatchObject([{ rule: 'color-no-invalid-hex', message: 'Invalid hex color "#ggg"' }])
  })

  it('reads the report of older versions, which is on standard output, with syntax errors of their own', async () => {
    const report = {
      source: '/repo/a.css',
      warnings: [],
      parseErrors: [{ line: 2, column: 1, text: 'Cannot parse selector' }],
      invalidOptionWarnings: [],
    }
    const outcome = await hear(stylelint, { code: 2, stdout: JSON.stringify([report]) }, ['a.css'])
    expect(diagnosticsOf(outcome)).toMatchObject([
      { rule: null, severity: 'error', isFatal: true, message: 'Cannot parse selector', range: { startLine: 2 } },
    ])
  })

  it('tells a complaint without a place as one about the file', async () => {
    const report = [
      {
        source: 'a.css',
        warnings: [
          { rule: 'x', severity: 'warning', text: 'All of it' },
          { severity: 'error', text: 'No rule' },
        ],
      },
    ]
    const outcome = await hear(stylelint, { code: 2, stderr: JSON.stringify(report) }, ['a.css'])
    expect(diagnosticsOf(outcome)).toMatchObject([
      { rule: null, range: null },
      { rule: 'x', severity: 'warning', range: null, message: 'All of it' },
    ])
  })
})
