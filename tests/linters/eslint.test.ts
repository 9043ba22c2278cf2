import { describe, expect, it } from 'vitest'
import { eslint } from '../../src/linters/eslint.ts'
import { projectOf } from '../helpers/linter-runner.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { checkFiles, diagnosticsOf } from './check-files.ts'
import { linterContract } from './contract.ts'

linterContract({
  linter: eslint,
  probe: ['eslint', '--version'],
  project: { 'eslint.config.mjs': 'export default [{ rules: { "no-debugger": "error", "prefer-const": "warn" } }]\n' },
  clean: { path: 'src/clean.js', text: 'export const ok = 1\n' },
  problem: { path: 'src/problem.js', text: 'export function stop() {\n  debugger\n}\n', rule: 'no-debugger', severity: 'error' },
  broken: { path: 'src/broken.js', text: 'const = ;\n' },
  emoji: { path: 'src/emoji.js', text: 'export const x = "😀é"; debugger; // é\n', token: 'debugger;', precision: 'range' },
  crash: { 'eslint.config.mjs': 'throw new Error("This configuration is broken.")\n' },
  withoutConfiguration: 'failed',
  repair: { path: 'src/repair.js', before: 'let y = 1\nexport { y }\n', after: 'const y = 1\nexport { y }\n' },
})

const project = { 'eslint.config.mjs': 'export default [{ ignores: ["old/**"] }, { rules: { "prefer-const": "warn" } }]\n' }

describe('eslint', () => {
  it('says which complaints it can repair', async () => {
    const outcome = await checkFiles(eslint, { ...project, 'a.js': 'let y = 1\nexport { y }\n' }, ['a.js'])
    expect(diagnosticsOf(outcome)).toEqual([
      {
        tool: 'eslint',
        rule: 'prefer-const',
        severity: 'warning',
        path: 'a.js',
        range: { startLine: 1, startColumn: 5, endLine: 1, endColumn: 6 },
        message: "'y' is never reassigned. Use 'const' instead.",
        isFatal: false,
        isFixable: true,
      },
    ])
  })

  it('does not complain about files that its configuration ignores or does not know', async () => {
    const files = { ...project, 'old/a.js': 'let y = 1\nexport { y }\n', 'b.ts': 'let y: number = 1\nexport { y }\n' }
    expect(await checkFiles(eslint, files, ['old/a.js', 'b.ts'])).toEqual({ status: 'checked', diagnostics: [], elsewhere: 0 })
  })

  it('fails when a file is not there', async () => {
    expect(await checkFiles(eslint, project, ['gone.js'])).toEqual({ status: 'failed', reason: expect.stringContaining('gone.js') })
  })

  it('fails when its configuration prints into the report', async () => {
    const files = { 'eslint.config.mjs': 'console.log("hello"); export default []\n', 'a.js': '' }
    expect(await checkFiles(eslint, files, ['a.js'])).toEqual({
      status: 'failed',
      reason: expect.stringContaining('cannot be read: hello'),
    })
  })

  it.each(['eslint.config.ts', '.eslintrc.yml', '.eslintrc'])('is found by %s', async (name) => {
    using folder = temporaryFolder({ [name]: '', 'a.js': '' })
    expect(await eslint.detect(projectOf(folder.path))).toEqual([{ linter: 'eslint', directory: '.', program: ['eslint'] }])
  })
})
