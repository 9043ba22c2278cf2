import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { reportSchema } from '../../src/domain/report.ts'
import { commitMessageResultSchema } from '../../src/domain/result.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { startScriptedServer } from '../helpers/scripted-server.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { runAgent } from './run-agent.ts'

const answer = { change: 'x', type: 'feat', scope: '(none)', subject: 'parse ports', body: 'Callers had to do it themselves.' }
const message = 'feat: parse ports\n\nCallers had to do it themselves.\n'
const change = '1 file changed, 1 line added\n  added  port.ts +1  (new function parsePort)\n'

async function scene(text = JSON.stringify(answer)) {
  const repository = temporaryRepository({ files: { 'README.md': '# Demo\n' } })
  const home = temporaryFolder()
  const server = await startScriptedServer({ answer: () => text })
  onTestFinished(async () => {
    await server.close()
    repository.remove()
    home[Symbol.dispose]()
  })
  repository.stage({ 'port.ts': 'export const parsePort = (text: string) => Number(text)\n' })
  const environment = { ...repository.environment, AGENT_HOME: home.path }
  const agent = (...args: readonly string[]) => runAgent(['commit-message', ...args], { cwd: repository.root, environment })
  const ask = (...args: readonly string[]) => agent('--base-url', server.baseUrl, '--model', 'scripted', ...args)
  const read = (path: string) => readFileSync(join(repository.root, path), 'utf8')
  return { repository, server, agent, ask, read }
}

describe('agent commit-message', () => {
  it.each([[[]], [['--staged']]])('prints the message and nothing else with %j', async (args) => {
    const { ask } = await scene()
    expect(await ask(...args)).toEqual({ code: 0, stdout: message, stderr: '' })
  })

  it('prints what git takes as it is', async () => {
    const { ask, repository } = await scene()
    const { stdout } = await ask()
    repository.gitBytes(['commit', '-q', '-F', '-'], { input: stdout })
    expect(repository.git('log', '-1', '--format=%B')).toBe(`${message}\n`)
  })

  it('prints nothing a script could commit with where there is no message, and says what is staged beside it', async () => {
    const { agent, ask, server } = await scene('I would rather not.')
    expect(await agent('--engine', 'none')).toEqual({ code: 0, stdout: '', stderr: change })
    expect(await agent('--dry-run', '--base-url', server.baseUrl, '--model', 'scripted')).toEqual({ code: 0, stdout: '', stderr: change })
    expect(await agent()).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining(`${change}There is no model`) })
    expect(await ask()).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('No message passed the checks') })
  })

  it('fails where the engine that was named is not there', async () => {
    const { agent, ask, server } = await scene()
    await server.close()
    expect(await ask()).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining(change) })
    expect(await agent('--engine', 'daemon')).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('No daemon is running.'),
    })
  })

  it.each([
    ['nothing staged', 'Nothing is staged'],
    ['no repository', 'is not in a git repository'],
  ])('is called wrongly with %s', async (what, told) => {
    const { agent, repository } = await scene()
    repository.git('reset', '-q')
    const result = await agent(...(what === 'no repository' ? ['-C', '..'] : []))
    expect(result).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(told) })
  })

  it('tells it all as JSON', async () => {
    const { ask } = await scene()
    const { code, stdout } = await ask('--format', 'json')
    const report = reportSchema.parse(JSON.parse(stdout))
    expect([code, report.task, commitMessageResultSchema.parse(report.result)]).toMatchObject([
      0,
      'commit-message',
      { message: message.trimEnd(), type: 'feat', scope: null, subject: 'parse ports', body: answer.body, attempts: 1 },
    ])
  })

  it.each([
    ['pretty', /^feat: parse ports\n\nCallers had to do it themselves\.\n\n✔ a message for one file/],
    ['markdown', /## agent commit-message.*```\n {2}feat: parse ports\n/s],
  ])('shows the message as %s', async (format, expected) => {
    const { ask } = await scene()
    expect(await ask('--format', format)).toMatchObject({ code: 0, stdout: expect.stringMatching(expected) })
  })

  it('shows what is staged where there is no message', async () => {
    const { agent } = await scene()
    expect(await agent('--engine', 'none', '--format', 'pretty')).toMatchObject({
      stdout: expect.stringMatching(/^1 file changed, 1 line added\n/),
    })
    expect(await agent('--engine', 'none', '--format', 'markdown')).toMatchObject({
      stdout: expect.stringContaining('  1 file changed, 1 line added\n'),
    })
  })

  it('writes the message to a file, and reports beside it', async () => {
    const { ask, agent, read, repository } = await scene()
    expect(await ask('--output', 'message.txt', '--report', 'json=report.json')).toEqual({ code: 0, stdout: '', stderr: '' })
    expect([read('message.txt'), JSON.parse(read('report.json'))]).toMatchObject([message, { result: { type: 'feat' } }])
    await agent('--output', 'none.txt')
    expect(existsSync(join(repository.root, 'none.txt'))).toBe(false)
    expect(await ask('--report', 'json=/dev/null/x')).toMatchObject({ code: 3, stdout: message })
  })

  it('asks again with --no-cache, and otherwise does not', async () => {
    const { ask, server } = await scene()
    await ask()
    expect(await ask()).toMatchObject({ stdout: message })
    expect(server.chatRequests).toHaveLength(1)
    await ask('--no-cache')
    expect(server.chatRequests).toHaveLength(2)
  })

  it('puts no secret into a message', async () => {
    const secret = ['ghp', '1234567890abcdefghijABCDEFGHIJ123456'].join('_')
    const { ask, repository, server } = await scene(JSON.stringify({ ...answer, subject: `use ${secret} for ports` }))
    repository.stage({ 'port.ts': `export const token = '${secret}'\n` })
    const { code, stdout, stderr } = await ask()
    expect([code, stdout, stderr.includes(secret), server.chatRequests.length]).toEqual([4, '', false, 3])
  })
})
