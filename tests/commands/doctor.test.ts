import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { ggufOfSize } from '../engine/models/gguf-fixture.ts'
import { type AgentRunOptions, runAgent } from './run-agent.ts'

interface Line {
  name: string
  verdict: string
  found: string
  remedy: string | null
}

function place(files: Readonly<Record<string, string>> = {}) {
  const repository = temporaryRepository({ files: { 'a.txt': 'a\n', ...files } })
  onTestFinished(() => repository.remove())
  const environment = { ...repository.environment, AGENT_HOME: join(repository.root, '..', 'agent-home') }
  const run = (argv: string, { environment: more = {}, ...options }: Partial<AgentRunOptions> = {}) =>
    runAgent(['doctor', ...argv.split(' ').filter(Boolean)], { cwd: repository.root, ...options, environment: { ...environment, ...more } })
  const lines = async (options: Partial<AgentRunOptions> = {}) => {
    const { code, stdout } = await run('--format json', options)
    const { diagnoses } = JSON.parse(stdout) as { diagnoses: Line[] }
    return { code, lineOf: (name: string) => diagnoses.find((line) => line.name === name), names: diagnoses.map(({ name }) => name) }
  }
  return { ...repository, run, lines }
}

async function silentAddress(): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => void sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    sockets.forEach((socket) => socket.destroy())
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('agent doctor', () => {
  it('looks at everything on this very machine, and ends with 0 where nothing needed is broken', async () => {
    const { lines } = place()
    const { code, lineOf, names } = await lines({ environment: { DOCKER_HOST: 'unix:///nowhere/docker.sock' } })
    expect(code).toBe(0)
    expect(names).toEqual(
      expect.arrayContaining([
        'node',
        'git',
        'configuration',
        'engine',
        'local engine',
        'memory',
        'models',
        'docker',
        'sandbox',
        'hooks',
        'project memory',
      ]),
    )
    expect(lineOf('node')).toEqual({ name: 'node', verdict: 'ok', found: expect.stringContaining(process.version), remedy: null })
    expect(lineOf('local engine')).toMatchObject({
      verdict: 'ok',
      found: expect.stringMatching(/^(?:cpu|cuda|vulkan|metal).* threads; node-llama-cpp/),
    })
    expect(lineOf('engine')).toMatchObject({ verdict: 'warning', found: expect.stringContaining('no model is installed') })
    expect(lineOf('project memory')).toMatchObject({ verdict: 'ok' })
  })

  it('prints lines for people, with what to do', async () => {
    const { run } = place()
    const { stdout, stderr } = await run('', { environment: { DOCKER_HOST: 'ssh://u@h', FORCE_COLOR: '1' } })
    expect(stderr).toBe('')
    const plain = stripVTControlCharacters(stdout)
    expect(stdout).toContain('\u001b[33mwarning\u001b[0m  engine ')
    expect(plain).toMatch(/^ok +node +v\d+/)
    expect(plain).toMatch(/\nwarning {2}engine +none: .*\n +→ Run `agent models list`/)
    expect(plain).toMatch(/\n\d warnings?; \d+ ok\.\n$/)
  })

  it('reports a configuration that cannot be read, and everything else all the same', async () => {
    const { lines } = place({ 'agent.config.yaml': 'review:\n  failOn: sometimes\n' })
    const { code, lineOf, names } = await lines()
    expect(code).toBe(3)
    expect(lineOf('configuration')).toMatchObject({
      verdict: 'problem',
      found: expect.stringMatching(/agent\.config\.yaml:2: review\.failOn is "sometimes"/),
    })
    expect(names).toContain('project memory')
  })

  it('is held up by neither a silent endpoint nor a silent Docker daemon', async () => {
    const { lines } = place()
    const [endpoint, docker] = [await silentAddress(), await silentAddress()]
    const { code, lineOf } = await lines({ environment: { AGENT_BASE_URL: `http://${endpoint}/v1`, DOCKER_HOST: `tcp://${docker}` } })
    expect(code).toBe(3)
    expect(lineOf('engine')).toMatchObject({
      verdict: 'ok',
      found: 'endpoint, whatever model it serves: engine.baseUrl is set (environment AGENT_BASE_URL)',
    })
    expect(lineOf('endpoint')).toMatchObject({ verdict: 'problem', found: expect.stringContaining('no answer within 2000 ms') })
    expect(lineOf('docker')?.found).toContain('did not answer within 3000 ms')
  })

  it('names the model that was chosen, and downloads nothing', async () => {
    const { lines, run, root } = place()
    writeFileSync(join(root, 'tiny.gguf'), ggufOfSize(1000))
    const environment = { AGENT_HOME: join(root, 'home') }
    expect((await runAgent(['models', 'import', 'tiny.gguf', '--quiet'], { cwd: root, environment })).code).toBe(0)
    const { lineOf } = await lines({ environment })
    expect(lineOf('engine')).toMatchObject({
      verdict: 'ok',
      found: 'local model tiny: no endpoint is configured, and it is the installed model that was added last',
    })
    expect(lineOf('memory')).toMatchObject({ verdict: 'ok', found: expect.stringMatching(/^the model needs about \d\.\d kB/) })
    const missing = await run('', {
      environment: { ...environment, AGENT_ENGINE_USE: 'local', AGENT_MODEL: 'granite-3.1-1b-a400m', HF_ENDPOINT: 'http://127.0.0.1:9' },
    })
    expect(missing).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(/problem {2}engine .*granite-3\.1-1b-a400m is not on this machine/),
    })
  })

  it('finds bubblewrap that is installed and does not run', async () => {
    const { lines, root } = place()
    const bin = join(root, '..', 'bin')
    mkdirSync(bin)
    writeFileSync(join(bin, 'bwrap'), '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n')
    chmodSync(join(bin, 'bwrap'), 0o755)
    const { lineOf } = await lines({ environment: { PATH: `${bin}:${process.env.PATH}`, DOCKER_HOST: 'unix:///nowhere' } })
    const found = process.platform === 'linux' ? 'bubblewrap does not run: bwrap: No permissions to create new namespace' : undefined
    expect(lineOf('bubblewrap')?.found).toBe(found)
    expect(lineOf('sandbox')?.verdict).toBe('warning')
  })

  it('works outside a repository, and refuses a folder that is not there', async () => {
    const { lines, root } = place()
    const { names } = await lines({ cwd: join(root, '..') })
    expect(names).not.toContain('hooks')
    expect(await runAgent(['doctor', '-C', 'nowhere'], { cwd: root })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('is not a folder'),
    })
  })

  it('ends with the code of the signal', async () => {
    const { run } = place()
    const stop = new AbortController()
    const running = run('', { signal: stop.signal, environment: { AGENT_BASE_URL: `http://${await silentAddress()}/v1` } })
    setTimeout(() => stop.abort(130), 50)
    expect(await running).toMatchObject({ code: 130, stdout: '' })
  })
})

describe('agent doctor --bundle', () => {
  it('writes a report that can be posted: no secret, no name, no path of the user', async () => {
    const { run, root } = place({
      'agent.config.yaml': 'engine:\n  baseUrl: https://llm.corp.example/v1\n  apiKeyEnv: CORP_LLM\nrules: [private-rules.md]\n',
    })
    const environment = {
      CORP_LLM: 'value-of-the-key',
      HF_TOKEN: 'hf_abcdefghijklmnop',
      AGENT_OFFLINE: '1',
      HTTPS_PROXY: 'http://ada:hunter2@proxy',
      AGENT_BASE_URL: 'https://other.corp.example/v1',
      NODE_USE_ENV_PROXY: '',
    }
    const { stderr } = await run('--bundle report.md', { environment })
    expect(stderr).toBe('Wrote report.md. Read it before you post it.\n')
    const report = readFileSync(join(root, 'report.md'), 'utf8')
    for (const secret of [
      'value-of-the-key',
      'hf_abc',
      'hunter2',
      'corp.example',
      root,
      'private-rules',
      `/${userInfo().username}/`,
      homedir(),
    ])
      expect(report).not.toContain(secret)
    expect(report).toMatch(/^# agent doctor, coding-agent \d+\.\d+\.\d+\nNode v\d+/)
    expect(report).toMatch(/\| ok \| git \| \d+\.\d+/)
    expect(report).toContain('- engine.baseUrl: "https://<server>/v1" (environment AGENT_BASE_URL)')
    expect(report).toMatch(/\| endpoint \| https:\/\/<server>\/v1 cannot be reached/)
    expect(report).toMatch(/names only\)\n(?:.*, )?AGENT_HOME, AGENT_OFFLINE, .*HF_TOKEN/)
  })

  it('says so when the configuration cannot be read or the file cannot be written', async () => {
    const { run, root } = place({ 'agent.config.yaml': '{' })
    expect((await run('--bundle report.md')).code).toBe(3)
    expect(readFileSync(join(root, 'report.md'), 'utf8')).toContain('The configuration cannot be read.')
    expect(await run('--bundle nowhere/report.md')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('cannot be written (ENOENT)'),
    })
    expect(existsSync(join(root, 'nowhere'))).toBe(false)
  })
})
