import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { AgentEvent } from '../../../src/agent/event.ts'
import { AppError } from '../../../src/domain/errors.ts'
import { exitCodeFor } from '../../../src/domain/exit-code.ts'
import type { Report } from '../../../src/domain/report.ts'
import { runResultSchema } from '../../../src/domain/result.ts'
import { run, type RunRequest } from '../../../src/tasks/run/run.ts'
import type { Sandbox } from '../../../src/workspace/sandbox.ts'
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

/** A sandbox in which nothing is installed. */
const withoutPrograms = (sandbox: Sandbox): Sandbox => ({
  ...sandbox,
  run: async () => ({ ending: { kind: 'not-found' }, stdout: '', stderr: 'not found', durationMs: 1 }),
})

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

  it.each([
    ['step-limit', toolCalls({ name: 'list_files', input: { under: '.' } }), /--max-steps/],
    ['no-progress', toolCalls({ name: 'read_file', input: { path: 'src/port.js' } }), /--seed/],
  ])('says what helps against the ending %s', async (ending, again, hint) => {
    const { handle } = scriptedEngine(() => again)
    const report = await runOn(project(), run, { ...request, maxSteps: ending === 'step-limit' ? 2 : 10 }, { engine: handle })
    expect(resultOf(report).ending).toBe(ending)
    expect(report.notices[0]?.hint).toMatch(hint)
    expect(report.notices[0]?.hint).not.toContain('in the report')
  })

  it('keeps what was done where the engine fails in the middle', async () => {
    const repository = project()
    const turns = [...rewrite(checked), new AppError('ENGINE_UNREACHABLE', 'The server is gone.', { hint: 'Look at its log.' })]
    const { handle } = scriptedEngine((_, index) => turns[index]!)
    const report = await runOn(repository, run, request, { engine: handle })
    expect(resultOf(report)).toMatchObject({ ending: 'failed', reason: 'The server is gone.', steps: 3, applied: null })
    expect(resultOf(report).calls.map(({ tool }) => tool)).toEqual(['read_file', 'write_file'])
    expect(report.patch).toContain('+  const port = Number(text)')
    expect(report.notices).toEqual([
      { code: 'ENGINE_UNREACHABLE', message: 'The server is gone.', hint: 'What it changed so far is in the report. Look at its log.' },
    ])
    expect([text(repository, 'src/port.js'), exitCodeFor(report, 'error')]).toEqual([port, 3])
  })

  it('fails where the engine fails before anything was changed', async () => {
    const { handle } = scriptedEngine(() => new AppError('ENGINE_UNREACHABLE', 'The server is gone.'))
    await expect(runOn(project(), run, request, { engine: handle })).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' })
  })

  it('is not finished where the time is over during the check, and says so', async () => {
    const slow = `import { test } from 'node:test'\nimport './port.js'\ntest('waits', () => new Promise((resolve) => setTimeout(resolve, 60_000)))\n`
    const repository = project({ 'src/slow.test.js': slow })
    const { handle } = scripted(...rewrite(checked), 'Done.')
    const report = await runOn(repository, run, request, { engine: handle, maxTime: 6000 })
    expect([resultOf(report).ending, resultOf(report).reason]).toEqual([
      'budget',
      'It could not be checked before the time limit of 6s was reached.',
    ])
    expect(report.patch).toContain('+  const port = Number(text)')
    expect(text(repository, 'src/port.js')).toBe(port)
  })

  it('applies nothing whose tests cannot be run by anything, and says why', async () => {
    const repository = temporaryRepository({
      files: {
        'pyproject.toml': '[tool.pytest.ini_options]\n',
        'calc.py': 'one = 1\n',
        'test_calc.py': 'from calc import one\ndef test_one():\n    assert one\n',
      },
    })
    onTestFinished(repository.remove)
    const { handle } = scripted(
      toolCalls({ name: 'read_file', input: { path: 'calc.py' } }),
      toolCalls({ name: 'write_file', input: { path: 'calc.py', content: 'one = 1  # at least\n' } }),
      'Done.',
    )
    const report = await runOn(repository, run, request, {
      engine: handle,
      workshop: (real) => ({ ...real, openSandbox: async (view, signal) => withoutPrograms(await real.openSandbox(view, signal)) }),
    })
    expect(report.notices).toMatchObject([{ code: 'SANDBOX_UNAVAILABLE', message: expect.stringContaining('pytest') }])
    expect([report.summary, exitCodeFor(report, 'error')]).toEqual(['not applied: it could not be checked', 3])
    expect(text(repository, 'calc.py')).toBe('one = 1\n')
  })

  it('tells of tests that went with their file', async () => {
    const repository = project()
    const { handle } = scripted(toolCalls({ name: 'delete_file', input: { path: 'src/port.test.js' } }), 'Done.')
    const report = await runOn(repository, run, request, { engine: handle })
    expect(resultOf(report).verification?.tests).toMatchObject({
      executedBefore: 1,
      executedAfter: 0,
      missing: ['src/port.test.js > reads a port'],
    })
  })

  it('does not repeat what a model says without end', async () => {
    const babble = Array.from({ length: 4000 }, (_, index) => index).join(' ')
    const { handle } = scriptedEngine(() => ({ message: { role: 'assistant', text: babble, toolCalls: [] }, stopReason: 'length' }))
    const report = await runOn(project(), run, request, { engine: handle })
    expect([resultOf(report).ending, resultOf(report).text.length]).toEqual(['truncated', 2001])
  })

  it('keeps the patch where the user has changed the same file meanwhile', async () => {
    const repository = project()
    const turns = [...rewrite(checked), 'Done.']
    const { handle } = scriptedEngine((_, index) => {
      if (index === 2) repository.write('src/port.js', `${port}// mine\n`)
      return turns[index]!
    })
    const report = await runOn(repository, run, request, { engine: handle })
    expect([report.notices.map(({ code }) => code), report.summary]).toEqual([
      ['CHANGES_CONFLICT'],
      'not applied; the patch is in the report',
    ])
    expect(report.patch).toContain('+  const port = Number(text)')
    expect([text(repository, 'src/port.js'), exitCodeFor(report, 'error')]).toEqual([`${port}// mine\n`, 3])
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
    expect(report.notices.map(({ code, message }) => [code, message])).toEqual([
      ['CHANGES_REFUSED', expect.stringMatching(/^Nothing was applied\. "\.github\/workflows\/x\.yml" says what runs in CI/)],
    ])
    expect(existsSync(join(repository.root, '.github'))).toBe(false)
  })

  it('says so where all that was made may not be carried over', async () => {
    const { handle } = scripted(toolCalls({ name: 'run_command', input: { command: 'mkdir -p .git/hooks' } }), 'Done.')
    const report = await runOn(project(), run, { ...request, allow: ['read', 'write', 'execute'] }, { engine: handle })
    expect([report.summary, report.notices.map(({ code }) => code)]).toEqual(['nothing applied', ['CHANGES_REFUSED']])
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
    const events: AgentEvent[] = []
    const report = await runOn(repository, run, request, {
      engine: handle,
      onEvent: (event) => events.push(event),
      workshop: (real) => ({
        ...real,
        openSandbox: async () => {
          throw new AppError('SANDBOX_UNAVAILABLE', 'There is no Docker.')
        },
      }),
    })
    expect(report.notices.map(({ code }) => code)).toEqual(['SANDBOX_UNAVAILABLE'])
    const types = events.map(({ type }) => type)
    // Told while the model works, not after it.
    expect(types.indexOf('notice')).toBeLessThan(types.indexOf('step-end'))
    expect(text(repository, 'src/port.js')).toBe(port)
  })

  it('needs a model', async () => {
    await expect(runOn(project(), run, request, { engine: null })).rejects.toMatchObject({ code: 'MODEL_MISSING' })
  })
})
