import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { prettier } from '../../src/linters/prettier.ts'
import { projectOf, requestFor, withInstalledTools } from '../helpers/linter-runner.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { checkFiles, diagnosticsOf, hear } from './check-files.ts'
import { linterContract } from './contract.ts'

linterContract({
  linter: prettier,
  probe: ['prettier', '--version'],
  project: { '.prettierrc.json': '{ "semi": true }\n' },
  clean: { path: 'src/clean.js', text: 'export const ok = 1;\n' },
  problem: { path: 'src/problem.js', text: 'export  const ok = 1\n', rule: 'format', severity: 'warning' },
  broken: { path: 'src/broken.js', text: 'const = ;\n' },
  emoji: { path: 'src/emoji.js', text: 'const x = "😀é"; const ?; // é\n', token: '?', precision: 'start' },
  crash: { '.prettierrc.json': '{ "plugins": ["./no-such-plugin.mjs"] }\n' },
  withoutConfiguration: 'checked',
  repair: { path: 'src/repair.js', before: 'let  y = 1\n', after: 'let y = 1;\n' },
})

describe('prettier', () => {
  it('tells files that are not formatted beside one that cannot be parsed', async () => {
    const files = { '.prettierrc': '{}', 'a.js': 'let  a\n', 'b.js': 'const = ;\n', 'c.js': 'let c;\n' }
    const outcome = await checkFiles(prettier, files, ['a.js', 'b.js', 'c.js'])
    expect(diagnosticsOf(outcome)).toMatchObject([
      { path: 'a.js', rule: 'format', range: null, isFatal: false, isFixable: true },
      {
        path: 'b.js',
        rule: null,
        range: { startLine: 1, startColumn: 7 },
        isFatal: true,
        isFixable: false,
        message: expect.stringMatching(/^SyntaxError: /),
      },
    ])
  })

  it('repairs what it can parse, and still tells what it cannot', async () => {
    using folder = withInstalledTools(temporaryFolder({ '.prettierrc': '{}', 'a.js': 'let  a\n', 'b.js': 'const = ;\n' }))
    const [use] = await prettier.detect(projectOf(folder.path))
    const outcome = await prettier.fix!(use!, requestFor(folder.path, ['a.js', 'b.js']))
    expect(diagnosticsOf(outcome)).toMatchObject([{ path: 'b.js', isFatal: true }])
    expect(readFileSync(join(folder.path, 'a.js'), 'utf8')).toBe('let a;\n')
  })

  it.each(['.prettierignore', '.gitignore'])('does not complain about files that %s names', async (name) => {
    const files = { '.prettierrc': '{}', [name]: 'old\n', 'old/a.js': 'let  a\n' }
    expect(await checkFiles(prettier, files, ['old/a.js'])).toEqual({ status: 'checked', diagnostics: [], elsewhere: 0 })
  })

  it.each([
    ['is not there', { '.prettierrc': '{}' }, /gone\.js/],
    ['has a configuration that is not valid', { '.prettierrc': '{ bad', 'gone.js': '' }, /Invalid configuration/],
    ['has no plugin', { '.prettierrc': '{ "plugins": ["./none.mjs"] }', 'gone.js': 'let  a\n' }, /none\.mjs/],
  ])('fails when a file %s', async (_, files, reason) => {
    expect(await checkFiles(prettier, files, ['gone.js'])).toEqual({ status: 'failed', reason: expect.stringMatching(reason) })
  })

  it('fails when it speaks of a file that it was not asked about', async () => {
    expect(await hear(prettier, { code: 1, stdout: 'other.js\n' }, ['a.js'])).toMatchObject({ status: 'failed' })
  })

  it('tells a syntax error without a place as one about the file', async () => {
    const stderr = '[error] a: b.js: SyntaxError: Unexpected end\n[error] > 1 | x\n[error]     | ^\n'
    expect(diagnosticsOf(await hear(prettier, { code: 2, stderr }, ['a: b.js']))).toMatchObject([
      { path: 'a: b.js', range: null, isFatal: true },
    ])
  })
})
