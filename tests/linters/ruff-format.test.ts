import { describe, expect, it } from 'vitest'
import { ruffFormat } from '../../src/linters/ruff-format.ts'
import { projectOf, requestFor, scriptedRun } from '../helpers/linter-runner.ts'
import { pathWithTools } from '../helpers/programs.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { linterContract } from './contract.ts'

linterContract({
  linter: ruffFormat,
  probe: ['ruff', '--version'],
  project: { 'ruff.toml': '[format]\nquote-style = "double"\n' },
  clean: { path: 'src/clean.py', text: 'ok = 1\n' },
  problem: { path: 'src/problem.py', text: 'ok  =  1\n', rule: 'unformatted', severity: 'warning' },
  broken: { path: 'src/broken.py', text: 'def (\n' },
  crash: { 'ruff.toml': '[format]\nno-such-option = 1\n' },
  withoutConfiguration: 'checked',
  repair: { path: 'src/repair.py', before: "x = 'a'\n", after: 'x = "a"\n' },
  environment: { PATH: pathWithTools },
})

describe('ruff-format', () => {
  const detected = async (files: Record<string, string>) => {
    using folder = temporaryFolder(files)
    return (await ruffFormat.detect(projectOf(folder.path))).map(({ directory }) => directory)
  }

  it('is not used by a project that only lints with Ruff', async () => {
    expect(await detected({ 'ruff.toml': '[lint]', 'pyproject.toml': '[tool.ruff]' })).toEqual([])
  })

  it('is used by a project whose hooks run it, where Ruff is configured, else in the root', async () => {
    const hooks = { '.pre-commit-config.yaml': 'hooks:\n  - id: ruff-format\n' }
    expect(await detected({ ...hooks, 'a/pyproject.toml': '[tool.ruff]' })).toEqual(['a'])
    expect(await detected(hooks)).toEqual(['.'])
    expect(await detected({ '.github/workflows/ci.yml': 'run: ruff format --check', 'a.py': '' })).toEqual(['.'])
  })

  it('still tells what it could not parse after a repair, and fails when it crashes', async () => {
    const use = { linter: 'ruff-format', directory: '.', program: ['ruff'] }
    const broken = {
      code: 'invalid-syntax',
      message: 'm',
      filename: 'a.py',
      location: { row: 1, column: 1 },
      end_location: { row: 1, column: 1 },
    }
    const after = (code: number, stdout: string) => {
      const { run } = scriptedRun({ code, stdout, stderr: 'no' })
      return ruffFormat.fix!(use, requestFor('/nowhere', ['a.py'], { run }))
    }
    expect(await after(2, JSON.stringify([broken]))).toMatchObject({ diagnostics: [{ isFatal: true }] })
    expect(await after(2, '[]')).toMatchObject({ status: 'failed' })
    expect(await after(3, '[]')).toMatchObject({ status: 'failed' })
  })
})
