import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { agent, startAgent } from './helpers/agent-process.ts'
import { temporaryRepository } from './helpers/git-repository.ts'
import { temporaryFolder } from './helpers/temporary-folder.ts'

const main = join(import.meta.dirname, '../src/main.ts')
const environmentFor = (home: string) => ({ PATH: process.env.PATH ?? '', HOME: home, AGENT_HOME: join(home, 'agent') })

describe('the process', () => {
  it('ends with the exit code of its command while stdin is held open', async () => {
    using folder = temporaryFolder()
    const options = { cwd: folder.path, environment: environmentFor(folder.path) }
    const runs = [
      ['--version'],
      ['nowhere'],
      ['config', 'show', '--format', 'json'],
      ['config', 'explain', 'engine'],
      ['completion', 'bash'],
      ['init'],
    ]
    expect((await Promise.all(runs.map((argv) => agent(argv, options)))).map(({ code }) => code)).toEqual([0, 2, 0, 0, 0, 2])
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends with the code for %s while it waits for a patch that never comes', async (signal, code) => {
    using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
    const { child, ended } = startAgent(['review', '--engine', 'none', '--patch', '-'], {
      cwd: repository.root,
      environment: { ...repository.environment, ...environmentFor(repository.root) },
    })
    await started(repository.root)
    child.kill(signal)
    expect(await ended).toMatchObject({ code, stdout: '' })
  })

  it('says nothing when nobody reads to the end', () => {
    using folder = temporaryFolder()
    const script = '"$0" "$1" config schema | true; echo "${PIPESTATUS[0]}"'
    const { stdout, stderr } = spawnSync('bash', ['-c', script, process.execPath, main], {
      env: environmentFor(folder.path),
      encoding: 'utf8',
    })
    expect({ stdout, stderr }).toEqual({ stdout: '0\n', stderr: '' })
  })

  it('writes long output to its end into a pipe that is read slowly', () => {
    using folder = temporaryFolder()
    const script = '"$0" "$1" config schema | { sleep 0.5; cat; }'
    const text = execFileSync('bash', ['-c', script, process.execPath, main], { env: environmentFor(folder.path), encoding: 'utf8' })
    expect(JSON.parse(text)).toMatchObject({ title: 'Configuration of coding-agent' })
  })
})

describe('a Node that is too old', () => {
  const refusal = (of: string) => `agent needs Node 22.18 or newer; this is v${of}.\n`

  it.each(['18.20.0', '20.20.2', '22.17.1'])('is refused in one line: %s', (claimed) => {
    const pretend = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'${claimed}'})`
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', pretend, main, '--version'], { encoding: 'utf8' })
    expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: refusal(claimed) })
  })

  it.each(['22.18.0', '24.0.0', '100.1.0'])('is not %s', (claimed) => {
    using folder = temporaryFolder()
    const pretend = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'${claimed}'})`
    const { status } = spawnSync(process.execPath, ['--import', pretend, main, '--version'], { env: environmentFor(folder.path) })
    expect(status).toBe(0)
  })

  // The entry has no types in it, so that its own bytes are what an old Node gets to read.
  const old = oldNode()
  it.skipIf(!old)(`is refused when it really is one (${old ? `Node ${old.version}` : 'there is none on the PATH'})`, () => {
    using folder = temporaryFolder({ 'main.mjs': readFileSync(main) })
    const { status, stdout, stderr } = spawnSync(old?.path ?? '', [join(folder.path, 'main.mjs'), 'review'], { encoding: 'utf8' })
    expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: refusal(old?.version ?? '') })
  })
})

function oldNode(): { path: string; version: string } | undefined {
  const candidates = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'node'))
  return candidates
    .map((path) => ({ path, version: spawnSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout?.trim() ?? '' }))
    .find(({ version }) => /^\d+\./.test(version) && Number(version.split('.')[0]) < 22)
}

/** Resolves when the program runs: it has made the folder of its compile cache by then, and a moment later it listens. */
async function started(home: string): Promise<void> {
  const { existsSync } = await import('node:fs')
  const { setTimeout: sleep } = await import('node:timers/promises')
  while (!existsSync(join(home, 'agent', 'cache'))) await sleep(20)
  await sleep(500)
}
