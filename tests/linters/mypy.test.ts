import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { mypy } from '../../src/linters/mypy.ts'
import { requestFor, runOnHost, scriptedRun } from '../helpers/linter-runner.ts'
import { ask, pathWithTools } from '../helpers/programs.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { linterContract } from './contract.ts'

linterContract({
  linter: mypy,
  probe: ['mypy', '--version'],
  project: { 'mypy.ini': '[mypy]\nstrict = True\n' },
  clean: { path: 'src/clean.py', text: 'ok: int = 1\n' },
  problem: { path: 'src/problem.py', text: 'n: int = "a"\n', rule: 'assignment', severity: 'error' },
  broken: { path: 'src/broken.py', text: 'def (\n' },
  emoji: { path: 'src/emoji.py', text: 'x = "😀é"; n: int = x  # é\n', token: 'x  #', precision: 'line' },
  crash: { 'mypy.ini': '[mypy]\npython_version = banana\n' },
  withoutConfiguration: 'checked',
  environment: { PATH: pathWithTools },
  // It takes names for modules, which have no such characters.
  oddNames: ['ünï_çödé', 'with_underscore'],
})

describe('mypy, what it prints', () => {
  const use = { linter: 'mypy', directory: '.', program: ['mypy'] }
  const line = (more: object) =>
    JSON.stringify({ file: 'a.py', line: 1, column: 0, end_line: 1, end_column: 1, message: 'm', code: 'x', severity: 'error', ...more })
  const checked = (lines: readonly object[], { code = 1, stderr = '', text = 'a = 1\n' } = {}) => {
    const { run } = scriptedRun({ code, stdout: lines.map(line).join('\n'), stderr })
    return mypy.check(use, requestFor('/nowhere', ['a.py'], { run, readText: async () => text }))
  }

  it('explains an error by notes, of which one may stand alone', async () => {
    const note = { severity: 'note', code: null }
    const outcome = await checked([{}, { ...note, message: 'why' }, { ...note, line: 2, message: 'revealed' }])
    expect(outcome).toMatchObject({
      diagnostics: [
        { severity: 'error', message: 'm\nwhy' },
        { severity: 'note', message: 'revealed' },
      ],
    })
  })

  it('has no answer after a syntax error in another file, which kept it from checking', async () => {
    const outcome = await checked([{ file: 'b.py', code: 'syntax' }], { code: 2 })
    expect(outcome).toEqual({ status: 'failed', reason: 'mypy stopped at b.py, which does not compile: m' })
  })

  it('has no answer when its configuration is wrong, but when a part of it is unused', async () => {
    const wrong = await checked([], { code: 0, stderr: 'mypy.ini: [mypy]: Unrecognized option: x = 1' })
    expect(wrong).toMatchObject({ status: 'failed', reason: expect.stringContaining('Unrecognized option') })
    expect(await checked([], { code: 0, stderr: 'mypy.ini: [mypy-x]: unused section' })).toMatchObject({ status: 'checked' })
  })

  it('is a crash when 1 or 2 is not explained, and unreadable when it is not what was promised', async () => {
    expect(await checked([], { code: 1 })).toMatchObject({ status: 'failed' })
    expect(await checked([{}], { code: 2 })).toMatchObject({ status: 'failed' })
    const { run } = scriptedRun({ code: 1, stdout: '{"file": 1}' })
    expect(await mypy.check(use, requestFor('/nowhere', ['a.py'], { run }))).toMatchObject({
      reason: expect.stringContaining('cannot be read'),
    })
  })

  it('has columns on plain lines only, and none for a whole file', async () => {
    const outcome = await checked(
      [
        { column: 4, end_column: 5 },
        { line: 2, end_line: 2 },
        { line: -1, column: -1, end_line: null, end_column: null },
      ],
      { text: 'a = 1\né = 1\n' },
    )
    expect(outcome).toMatchObject({
      diagnostics: [
        { range: null },
        { range: { startColumn: 5, endColumn: 6 } },
        { range: { startLine: 2, startColumn: null, endColumn: null } },
      ],
    })
  })

  it.skipIf(ask('mypy', '--version') === null && process.env.CI !== 'true')('leaves no cache in the tree', async () => {
    using folder = temporaryFolder({ 'a.py': 'n: int = "a"\n' })
    const run = runOnHost(folder.path, { PATH: pathWithTools })
    const outcome = await mypy.check(use, requestFor(folder.path, ['a.py'], { run }))
    const range = { startLine: 1, startColumn: 10, endLine: 1, endColumn: 13 }
    expect(outcome).toMatchObject({ diagnostics: [{ range }] })
    expect(readdirSync(folder.path)).toEqual(['a.py'])
  })
})
