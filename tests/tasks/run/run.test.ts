import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AppError } from '../../../src/domain/errors.ts'
import type { Report } from '../../../src/domain/report.ts'
import { runResultSchema } from '../../../src/domain/result.ts'
import { run, type RunRequest } from '../../../src/tasks/run/run.ts'
import { temporaryRepository } from '../../helpers/git-repository.ts'
import { ask } from '../../helpers/programs.ts'
import { asked, scriptedEngine } from '../../helpers/scripted-engine.ts'
import { runOn, toolCalls } from '../../helpers/task-run.ts'

const port = 'export const parsePort = (text) => Number(text)\n'
const checked = `export const parsePort = (text) => {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new RangeError(\`\${text} is no port.\`)
  return port
}
`
const portTest = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePort } from './port.js'
test('reads a port', () => assert.equal(parsePort('80'), 80))
`
const manifest = JSON.stringify({ name: 'demo', type: 'module', scripts: { test: 'node --test' } })

function project(more: Record<string, string> = {}) {
  const repository = temporaryRepository({
    files: { 'package.json': manifest, 'src/port.js': port, 'src/port.test.js': portTest, ...more },
  })
  onTestFinished(repository.remove)
  return repository
}

const request: RunRequest = {
  instruction: 'Add input validation to parsePort.',
  allow: ['read', 'write'],
  maxSteps: 10,
  apply: true,
  commit: false,
  commandTimeout: 60_000,
  testCommand: null,
}

type Turn = ReturnType<typeof toolCalls> | string
const scripted = (...turns: readonly Turn[]) => scriptedEngine((_, index) => turns[index] ?? 'Done.')
const resultOf = (report: Report) => runResultSchema.parse(report.result)
const rewrite = (content: string) => [
  toolCalls({ name: 'read_file', input: { path: 'src/port.js' } }),
  toolCalls({ name: 'write_file', input: { path: 'src/port.js', content } }),
]
const text = (repository: { root: string }, path: string) => readFileSync(join(repository.root, path), 'utf8')

describe('agent run', () => {
  it('applies a change that the tests bear out, and leaves index and HEAD alone', async () => {
    const repository = project()
    const before = [repository.git('rev-parse', 'HEAD'), repository.git('diff', '--cached')]
    const { handle } = scripted(...rewrite(checked), 'It refuses what is no port now.')
    const report = await runOn(repository, run, request, { engine: handle })
    expect(resultOf(report)).toMatchObject({
      ending: 'done',
      text: 'It refuses what is no port now.',
      steps: 3,
      calls: [
        { tool: 'read_file', isError: false },
        { tool: 'write_file', isError: false },
      ],
      files: [{ path: 'src/port.js', kind: 'modified' }],
      verification: { verdict: 'passed', tests: { executedBefore: 1, executedAfter: 1, newlyFailing: [], missing: [] } },
      applied: { id: expect.any(String), commit: null },
    })
    expect([report.findings, report.notices, report.completeness]).toEqual([[], [], 'complete'])
    expect(text(repository, 'src/port.js')).toBe(checked)
    expect([repository.git('rev-parse', 'HEAD'), repository.git('diff', '--cached')]).toEqual(before)
  })

  it('shows the model what it broke, and applies what it repairs', async () => {
    const repository = project()
    const { handle, requests } = scripted(
      ...rewrite('export const parsePort = () => 0\n'),
      'Done.',
      toolCalls({ name: 'read_file', input: { path: 'src/port.js' } }),
      toolCalls({ name: 'write_file', input: { path: 'src/port.js', content: checked } }),
      'Repaired.',
    )
    const report = await runOn(repository, run, request, { engine: handle })
    expect(asked(requests[3]!)).toContain('Test fails: src/port.test.js > reads a port')
    expect(resultOf(report)).toMatchObject({ text: 'Repaired.', verification: { verdict: 'passed' } })
    expect(text(repository, 'src/port.js')).toBe(checked)
  })

  it('applies nothing that breaks a test, and says which', async () => {
    const repository = project()
    const { handle } = scripted(...rewrite('export const parsePort = () => 0\n'), 'Done.', 'It is fine.', 'It is fine.')
    const report = await runOn(repository, run, request, { engine: handle })
    expect(report.findings.map(({ rule, title, source }) => [rule, title, source.kind])).toEqual([
      ['test/newly-failing', 'Fails now: reads a port', 'test'],
    ])
    expect(resultOf(report)).toMatchObject({ verification: { verdict: 'failed' }, applied: null })
    expect(report.patch).toContain('+export const parsePort = () => 0')
    expect(text(repository, 'src/port.js')).toBe(port)
    expect(repository.git('status', '--porcelain')).toBe('')
  })

  it('applies nothing that does not parse any more', async () => {
    const repository = project({ 'src/free.ts': 'export const one = 1\n' })
    const broken = toolCalls({ name: 'write_file', input: { path: 'src/free.ts', content: 'export const one = (\n' } })
    const { handle } = scripted(toolCalls({ name: 'read_file', input: { path: 'src/free.ts' } }), broken, 'Done.', 'Done.', 'Done.')
    const report = await runOn(repository, run, request, { engine: handle })
    expect(report.findings.map(({ rule, region }) => [rule, region.path])).toEqual([['syntax/parse', 'src/free.ts']])
    expect(text(repository, 'src/free.ts')).toBe('export const one = 1\n')
  })

  it('proposes the patch without applying it', async () => {
    const repository = project()
    const { handle } = scripted(...rewrite(checked), 'Done.')
    const report = await runOn(repository, run, { ...request, apply: false }, { engine: handle })
    expect([resultOf(report).applied, report.summary]).toEqual([null, '1 file would change'])
    expect(text(repository, 'src/port.js')).toBe(port)
  })

  it('commits what was kept, and nothing else', async () => {
    const repository = project({ 'notes.md': 'one\n' })
    repository.write('notes.md', 'two\n')
    const { handle } = scripted(...rewrite(checked), 'Done.')
    const report = await runOn(repository, run, { ...request, commit: true }, { engine: handle })
    expect(resultOf(report).applied?.commit).toBe(repository.git('rev-parse', 'HEAD').trim())
    expect(repository.git('show', '--format=%s', '--name-only', 'HEAD').split('\n').filter(Boolean)).toEqual([
      'chore: add input validation to parsePort',
      'src/port.js',
    ])
    expect(repository.git('status', '--porcelain')).toBe(' M notes.md\n')
  })

  it('is not finished at the step limit, and applies nothing', async () => {
    const repository = project()
    const { handle } = scriptedEngine((_, index) => rewrite(checked)[index] ?? toolCalls({ name: 'list_files', input: { under: '.' } }))
    const report = await runOn(repository, run, { ...request, maxSteps: 3 }, { engine: handle })
    expect([resultOf(report).ending, report.completeness, report.notices.map(({ code }) => code)]).toEqual([
      'step-limit',
      'partial',
      ['RUN_UNFINISHED'],
    ])
    expect(text(repository, 'src/port.js')).toBe(port)
  })

  it('answers a question without changing anything', async () => {
    const repository = project()
    const { handle } = scripted(toolCalls({ name: 'search', input: { pattern: 'parsePort' } }), 'It is in src/port.js.')
    const report = await runOn(repository, run, request, { engine: handle })
    expect([report.summary, report.patch, resultOf(report).verification]).toEqual(['done, nothing was changed', '', null])
  })

  it('gives the model only the tools of the effects that it may use', async () => {
    const repository = project()
    const { handle, requests } = scripted('Nothing to do.')
    await runOn(repository, run, { ...request, allow: ['read'] }, { engine: handle })
    const names = requests[0]!.tools.map(({ name }) => name)
    expect(names).toContain('read_file')
    for (const name of ['write_file', 'edit_file', 'delete_file', 'run_command', 'lint', 'run_tests']) expect(names).not.toContain(name)
  })

  it('does not carry over what no tool may write', async () => {
    const repository = project()
    const command = 'mkdir -p .github/workflows && echo "on: push" > .github/workflows/x.yml'
    const { handle } = scripted(toolCalls({ name: 'run_command', input: { command } }), 'Done.')
    const report = await runOn(repository, run, { ...request, allow: ['read', 'write', 'execute'] }, { engine: handle })
    expect(report.notices.map(({ code }) => code)).toEqual(['CHANGES_REFUSED'])
    expect(existsSync(join(repository.root, '.github'))).toBe(false)
  })

  it.skipIf(ask('python3', '--version') === null && process.env.CI !== 'true')('carries over no bytecode that Python made', async () => {
    const repository = project({ 'pkg/__init__.py': '', 'pkg/one.py': 'one = 1\n' })
    const command = 'python3 -c "import pkg.one" && echo done > made.txt'
    const { handle } = scripted(toolCalls({ name: 'run_command', input: { command } }), 'Done.')
    const report = await runOn(repository, run, { ...request, allow: ['read', 'write', 'execute'] }, { engine: handle })
    expect(resultOf(report).files.map(({ path }) => path)).toEqual(['made.txt'])
  })

  it('applies nothing that could not be checked', async () => {
    const repository = project()
    const { handle } = scripted(...rewrite(checked), 'Done.')
    const report = await runOn(repository, run, request, {
      engine: handle,
      workshop: (real) => ({
        ...real,
        openSandbox: async () => {
          throw new AppError('SANDBOX_UNAVAILABLE', 'There is no Docker.')
        },
      }),
    })
    expect(report.notices.map(({ code }) => code)).toEqual(['SANDBOX_UNAVAILABLE'])
    expect(text(repository, 'src/port.js')).toBe(port)
  })

  it('needs a model', async () => {
    await expect(runOn(project(), run, request, { engine: null })).rejects.toMatchObject({ code: 'MODEL_MISSING' })
  })
})
