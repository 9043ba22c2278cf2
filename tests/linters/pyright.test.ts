import { describe, expect, it } from 'vitest'
import { pyright } from '../../src/linters/pyright.ts'
import { requestFor, scriptedRun } from '../helpers/linter-runner.ts'
import { linterContract } from './contract.ts'

linterContract({
  linter: pyright,
  probe: ['pyright', '--version'],
  project: { 'pyrightconfig.json': '{ "typeCheckingMode": "standard" }\n' },
  clean: { path: 'src/clean.py', text: 'ok: int = 1\n' },
  problem: { path: 'src/problem.py', text: 'n: int = "a"\n', rule: 'reportAssignmentType', severity: 'error' },
  broken: { path: 'src/broken.py', text: 'def (\n' },
  emoji: { path: 'src/emoji.py', text: 'x = ["😀é", missing]  # é\n', token: 'missing', precision: 'range' },
  crash: { 'pyrightconfig.json': '{ nonsense\n' },
  withoutConfiguration: 'checked',
})

describe('pyright, what it prints', () => {
  const checked = (output: object) => {
    const { run } = scriptedRun({ code: 1, stdout: JSON.stringify({ generalDiagnostics: [], summary: { filesAnalyzed: 1 }, ...output }) })
    return pyright.check({ linter: 'pyright', directory: '.', program: ['pyright'] }, requestFor('/nowhere', ['a.py'], { run }))
  }

  it('is a failure when it is about no file, or when no file was looked at', async () => {
    expect(await checked({ generalDiagnostics: [{ severity: 'error', message: 'no' }] })).toMatchObject({
      status: 'failed',
      reason: 'pyright could not check the project: no',
    })
    expect(await checked({ summary: { filesAnalyzed: 0 } })).toMatchObject({ status: 'failed' })
  })

  it('has three levels, and complaints about a whole file', async () => {
    const of = (severity: string) => ({ file: '/nowhere/a.py', severity, message: severity, rule: severity })
    const outcome = await checked({ generalDiagnostics: [of('warning'), of('information')] })
    expect(outcome).toMatchObject({
      diagnostics: [
        { severity: 'note', range: null },
        { severity: 'warning', isFatal: false },
      ],
    })
  })
})
