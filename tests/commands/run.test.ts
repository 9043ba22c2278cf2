import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { exitCodes } from '../../src/domain/errors.ts'
import { reportSchema } from '../../src/domain/report.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { type ScriptedReply, startScriptedServer } from '../helpers/scripted-server.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { type AgentRunOptions, runAgent } from './run-agent.ts'

const call = (name: string, input: unknown): ScriptedReply => ({ toolCalls: [{ name, input }] })
const edit = [call('read_file', { path: 'notes.md' }), call('write_file', { path: 'notes.md', content: 'two\n' })]

/** A repository, and an endpoint whose model says one turn after the other. */
async function scene(
  turns: readonly ScriptedReply[] = [...edit, { text: 'It says two now.' }],
  onTurn: (turn: number) => unknown = () => {},
) {
  const repository = temporaryRepository({ files: { 'notes.md': 'one\n', 'src/port.js': 'export const port = 1\n' } })
  const home = temporaryFolder()
  let turn = 0
  const server = await startScriptedServer({
    answer() {
      onTurn(turn)
      return turns[turn++] ?? { text: 'Done.' }
    },
  })
  onTestFinished(async () => {
    repository.remove()
    home[Symbol.dispose]()
    await server.close()
  })
  const environment = { ...repository.environment, AGENT_HOME: home.path }
  const agent = (args: readonly string[], options: Partial<AgentRunOptions> = {}) =>
    runAgent(args, { cwd: repository.root, environment, ...options })
  const ask = (args: readonly string[], options?: Partial<AgentRunOptions>) =>
    agent([...args, '--base-url', server.baseUrl, '--model', 'scripted'], options)
  const notes = () => readFileSync(join(repository.root, 'notes.md'), 'utf8')
  return { repository, home, agent, ask, notes, server }
}

describe('agent run', () => {
  it('does the task, says what it changed, and takes it back with undo', async () => {
    const { ask, agent, notes } = await scene()
    const { code, stdout, stderr } = await ask(['run', 'make notes.md say two'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('It says two now.')
    expect(stdout).toContain('+1 -1  notes.md')
    expect(notes()).toBe('two\n')
    expect(await agent(['undo'])).toMatchObject({ code: 0, stdout: 'The last run was taken back, 1 file:\n  put back  notes.md\n' })
    expect(notes()).toBe('one\n')
    expect(await agent(['undo'])).toMatchObject({ code: 2, stderr: expect.stringContaining('hint:') })
  })

  it('prints the patch with --dry-run, and leaves the tree alone', async () => {
    const { ask, notes } = await scene()
    const { code, stdout } = await ask(['run', 'make notes.md say two', '--dry-run'])
    expect([code, notes()]).toEqual([0, 'one\n'])
    expect(stdout).toContain('-one\n+two')
  })

  it('writes the patch to a file with --patch-out, so that git can apply it', async () => {
    const { ask, notes, repository } = await scene()
    expect(await ask(['run', 'make notes.md say two', '--patch-out', 'out.patch'])).toMatchObject({ code: 0 })
    expect(notes()).toBe('one\n')
    repository.git('apply', 'out.patch')
    expect(notes()).toBe('two\n')
  })

  it('writes a patch byte for byte where a file is not UTF-8', async () => {
    const { ask, repository } = await scene([call('move_file', { from: 'old.txt', to: 'new.txt' })])
    const bytes = Buffer.from('caf\u00e9\n', 'latin1')
    writeFileSync(join(repository.root, 'old.txt'), bytes)
    await ask(['run', 'rename old.txt', '--patch-out', 'out.patch'])
    repository.git('apply', 'out.patch')
    expect(readFileSync(join(repository.root, 'new.txt'))).toEqual(bytes)
  })

  it('commits with --commit-result', async () => {
    const { ask, repository } = await scene()
    const { stdout } = await ask(['run', 'Make notes.md say two.', '--commit-result'])
    expect(stdout).toContain(`git revert ${repository.git('rev-parse', 'HEAD').slice(0, 10)}`)
    expect(repository.git('log', '-1', '--format=%s')).toBe('chore: make notes.md say two\n')
  })

  it('writes a report that the schema knows', async () => {
    const { ask } = await scene()
    const { stdout } = await ask(['run', 'make notes.md say two', '--format', 'json'])
    expect(reportSchema.parse(JSON.parse(stdout))).toMatchObject({ task: 'run', result: { task: 'run', ending: 'done' } })
  })

  it('tells each call with --verbose', async () => {
    const { ask } = await scene()
    expect((await ask(['run', 'make notes.md say two', '--verbose'])).stderr).toBe('read_file notes.md\nwrite_file notes.md\n')
  })

  it.each([
    [['run', 'x', '--allow', 'reed'], /Did you mean read/],
    [['run', 'x', '--sandbox', 'vm'], /Allowed choices|vm/],
    [['run', ' '], /The task is empty/],
    [['run'], /missing required argument/i],
    [['run', 'x', '--engine', 'none'], /needs a model/],
    [['run', 'x', '--patch-out', 'a', '--commit-result'], /--commit-result/],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { ask } = await scene()
    const { code, stderr } = await ask(args)
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })

  it('stops at the step limit of --max-steps', async () => {
    const { ask, notes } = await scene()
    const { code, stdout } = await ask(['run', 'make notes.md say two', '--max-steps', '2'])
    expect([code, notes()]).toEqual([4, 'one\n'])
    expect(stdout).toContain('It was not done after 2 steps.')
  })

  it('says after an interruption that nothing was changed', async () => {
    const controller = new AbortController()
    const { ask, notes } = await scene([...edit, { text: 'never said' }], (turn) => turn === 2 && controller.abort(exitCodes.interrupted))
    const { code, stderr } = await ask(['run', 'make notes.md say two'], { signal: controller.signal })
    expect([code, stderr, notes()]).toEqual([130, 'Interrupted. Nothing was changed.\n', 'one\n'])
  })

  it('says what to do where its own folder cannot be made', async () => {
    const { ask, repository, notes } = await scene()
    const environment = { ...repository.environment, AGENT_HOME: join(repository.root, 'notes.md') }
    const { code, stderr } = await ask(['run', 'make notes.md say two'], { environment })
    expect([code, stderr, notes()]).toEqual([
      3,
      expect.stringMatching(/cannot be made \((ENOTDIR|EEXIST)\)\.\nhint: Set AGENT_HOME/),
      'one\n',
    ])
  })

  it('needs a model, and says how to get one', async () => {
    const { agent } = await scene()
    const { code, stderr } = await agent(['run', 'x'])
    expect([code, stderr]).toEqual([3, expect.stringContaining('agent models pull')])
  })

  it('does nothing without a repository', async () => {
    const { home, agent } = await scene()
    expect(await agent(['run', 'x', '--engine', 'none'], { cwd: home.path })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('not in a git repository'),
    })
  })
})

describe('agent explain', () => {
  const claims = (quote: string) => ({
    text: JSON.stringify({ claims: [{ quote, path: 'src/port.js', line: 1, text: 'It is the port.' }] }),
  })

  it('explains a file and cites its lines', async () => {
    const { ask, repository } = await scene([claims('export const port = 1')])
    const { code, stdout } = await ask(['explain', 'port.js:1'], { cwd: join(repository.root, 'src') })
    expect(code).toBe(0)
    expect(stdout).toContain('It is the port.\n  src/port.js:1  export const port = 1')
  })

  it('explains a finding of the last review by its id', async () => {
    const { ask, agent, repository } = await scene([claims("it.only('x', () => {})")])
    repository.stage({ 'src/port.js': "it.only('x', () => {})\n" })
    writeFileSync(join(repository.root, 'src/a.test.js'), "it.only('x', () => {})\n")
    repository.stage()
    const { stdout } = await agent(['review', '--staged', '--engine', 'none', '--format', 'json'])
    const [finding] = reportSchema.parse(JSON.parse(stdout)).findings
    const { stdout: text, code } = await ask(['explain', finding!.id, '--format', 'json'])
    expect([code, reportSchema.parse(JSON.parse(text)).result]).toEqual([
      4,
      expect.objectContaining({ about: expect.stringContaining(finding!.title) }),
    ])
  })

  it.each([
    [['explain', 'src'], /src is a folder/],
    [['explain', 'src/port.js:2'], /has 1 lines?, so there is no line 2/],
    [['explain', 'src/prt.js'], /Did you mean src\/port.js/],
    [['explain', '0123456789'], /No finding of the last reviews/],
    [['explain', 'no-such..HEAD'], /no-such/],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { ask } = await scene()
    const { code, stderr } = await ask(args)
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)])
  })
})

it('leaves nothing of a run in the repository', async () => {
  const { ask, repository } = await scene()
  await ask(['run', 'make notes.md say two'])
  expect(repository.git('status', '--porcelain', '--ignored')).toBe(' M notes.md\n')
  expect(existsSync(join(repository.root, '.agent'))).toBe(false)
})
