import { describe, expect, it } from 'vitest'
import { ruff } from '../../src/linters/ruff.ts'
import { requestFor, scriptedRun } from '../helpers/linter-runner.ts'
import { pathWithTools } from '../helpers/programs.ts'
import { linterContract } from './contract.ts'

linterContract({
  linter: ruff,
  probe: ['ruff', '--version'],
  project: { 'ruff.toml': '[lint]\nselect = ["E", "F"]\n' },
  clean: { path: 'src/clean.py', text: 'ok = 1\n' },
  problem: { path: 'src/problem.py', text: 'print(missing)\n', rule: 'F821', severity: 'error' },
  broken: { path: 'src/broken.py', text: 'def (\n' },
  emoji: { path: 'src/emoji.py', text: 'x = ["😀é", missing]  # é\n', token: 'missing', precision: 'range' },
  crash: { 'ruff.toml': 'no-such-option = 1\n' },
  withoutConfiguration: 'checked',
  repair: { path: 'src/repair.py', before: 'import os\n\nx = 1\n', after: '\nx = 1\n' },
  environment: { PATH: pathWithTools },
})

describe('ruff, what it prints', () => {
  const use = { linter: 'ruff', directory: '.', program: ['ruff'] }
  const place = { location: { row: 1, column: 1 }, end_location: { row: 1, column: 2 } }
  const checked = (...diagnostics: readonly object[]) => {
    const { run } = scriptedRun({
      code: 1,
      stdout: JSON.stringify(diagnostics.map((diagnostic) => ({ ...place, filename: 'a.py', message: 'm', ...diagnostic }))),
    })
    return ruff.check(use, requestFor('/nowhere', ['a.py'], { run }))
  }

  it('is a failure when a file cannot be read', async () => {
    expect(await checked({ code: 'E902' })).toMatchObject({ status: 'failed', reason: expect.stringContaining('could not read a.py') })
  })

  it('has levels in newer versions, and no code for a syntax error in older ones', async () => {
    const outcome = await checked({ code: 'X1', severity: 'warning' }, { code: 'X2', severity: 'info' }, { code: 'X3' }, { code: null })
    expect(outcome).toMatchObject({
      diagnostics: [{ rule: null, isFatal: true }, { severity: 'warning' }, { severity: 'note' }, { severity: 'error' }],
    })
  })

  it('calls only a safe fix a fix', async () => {
    const outcome = await checked({ code: 'X1', fix: { applicability: 'unsafe' } }, { code: 'X2', fix: { applicability: 'safe' } })
    expect(outcome).toMatchObject({ diagnostics: [{ isFixable: false }, { isFixable: true }] })
  })
})
