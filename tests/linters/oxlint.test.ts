import { describe, expect, it } from 'vitest'
import { oxlint } from '../../src/linters/oxlint.ts'
import { checkFiles, diagnosticsOf, hear } from './check-files.ts'
import { linterContract } from './contract.ts'

linterContract({
  linter: oxlint,
  probe: ['oxlint', '--version'],
  project: { '.oxlintrc.json': '{ "rules": { "no-debugger": "error", "prefer-const": "warn" } }\n' },
  clean: { path: 'src/clean.js', text: 'export const ok = 1\n' },
  problem: { path: 'src/problem.js', text: 'export function stop() {\n  debugger\n}\n', rule: 'eslint/no-debugger', severity: 'error' },
  broken: { path: 'src/broken.js', text: 'const = ;\n' },
  emoji: { path: 'src/emoji.js', text: 'export const x = "😀é"; debugger; // é\n', token: 'debugger;', precision: 'range' },
  crash: { '.oxlintrc.json': '{ "rules": { "no-such-rule": "error" } }\n' },
  withoutConfiguration: 'checked',
  repair: { path: 'src/repair.js', before: 'let y = 1\nexport { y }\n', after: 'const y = 1\nexport { y }\n' },
})

const project = { '.oxlintrc.json': '{ "ignorePatterns": ["old/**"], "rules": { "eqeqeq": "warn" } }\n' }

describe('oxlint', () => {
  it('calls a file clean that its configuration ignores, although it ends with an error', async () => {
    expect(await checkFiles(oxlint, { ...project, 'old/a.js': 'debugger\n' }, ['old/a.js'])).toEqual({
      status: 'checked',
      diagnostics: [],
      elsewhere: 0,
    })
  })

  it('tells warnings, although it ends without an error', async () => {
    const outcome = await checkFiles(oxlint, { ...project, 'a.js': 'export const same = (a, b) => a == b\n' }, ['a.js'])
    expect(diagnosticsOf(outcome)).toMatchObject([
      { rule: 'eslint/eqeqeq', severity: 'warning', range: { startColumn: 33, endColumn: 35 } },
    ])
  })

  it('keeps the name of a rule that it cannot take apart, and the line of a place that it cannot find', async () => {
    const labels = [{ span: { offset: 99, length: 1, line: 2 } }]
    const stdout = JSON.stringify({ diagnostics: [{ message: 'Odd', code: 'odd rule', severity: 'advice', filename: 'a.js', labels }] })
    const range = { startLine: 2, startColumn: null, endLine: 2, endColumn: null }
    expect(diagnosticsOf(await hear(oxlint, { stdout }, ['a.js']))).toMatchObject([{ rule: 'odd rule', severity: 'note', range }])
  })

  it('tells a complaint without a place as one about the file', async () => {
    const stdout = JSON.stringify({ diagnostics: [{ message: 'Odd', code: 'a(b)', severity: 'error', filename: 'a.js', labels: [] }] })
    expect(diagnosticsOf(await hear(oxlint, { stdout }, ['a.js']))).toMatchObject([{ rule: 'a/b', range: null }])
  })

  it('fails when what it prints is cut off', async () => {
    expect(await hear(oxlint, { stdout: '{ "diagnostics": [' }, ['a.js'])).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('cannot be read'),
    })
  })
})
