import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configurationProbe } from '../../../src/commands/doctor/configuration-probe.ts'
import { memoryStoreProbe } from '../../../src/commands/doctor/memory-store-probe.ts'
import { gitProbe, nodeProbe } from '../../../src/commands/doctor/program-probes.ts'
import { bubblewrapProbe, dockerProbe, sandboxProbe } from '../../../src/commands/doctor/sandbox-probes.ts'
import { storeProbe } from '../../../src/commands/doctor/store-probe.ts'
import { AppError } from '../../../src/domain/errors.ts'
import { ggufOfSize } from '../../engine/models/gguf-fixture.ts'
import { sandboxImage } from '../../../src/workspace/sandbox/docker-daemon.ts'
import { folder, program, signal, surroundings, told } from './surroundings-fixture.ts'

describe('the node probe', () => {
  it.each([
    ['v24.21.0', `ok: v24.21.0 on linux ${process.arch}`],
    ['v22.18.0', `ok: v22.18.0 on linux ${process.arch}`],
    ['v22.17.9', 'problem: v22.17.9 is older than 22.18 -> Install a newer Node.'],
    ['v20.99.0', 'problem: v20.99.0 is older than 22.18 -> Install a newer Node.'],
  ])('judges %s', async (nodeVersion, line) => {
    expect(await told(nodeProbe, surroundings({ nodeVersion }))).toBe(line)
  })
})

describe('the git probe', () => {
  const remedy = 'Install git 2.30 or newer and put it on PATH.'
  const withPath = (PATH: string) => told(gitProbe, surroundings({ environment: { PATH } }))

  it('finds the real one', async () => {
    expect(await told(gitProbe, surroundings())).toMatch(/^ok: \d+\.\d+/)
  })

  it('refuses an old one, a broken one and none', async () => {
    expect(await withPath(program('git', 'echo git version 2.20.1'))).toBe(`problem: git version 2.20.1 is older than 2.30 -> ${remedy}`)
    expect(await withPath(program('git', 'echo cannot load libz >&2; exit 127'))).toBe(
      `problem: git does not run: cannot load libz -> ${remedy}`,
    )
    expect(await withPath(program('git', 'exit 3'))).toBe(`problem: git does not run: exit code 3 -> ${remedy}`)
    expect(await withPath(folder())).toMatch(/^problem: git does not run: .*ENOENT.* -> Install git/)
  })
})

describe('the configuration probe', () => {
  it('says where the values come from', async () => {
    const origins = new Map([
      ['a', 'project file agent.config.yaml'],
      ['b', 'project file agent.config.yaml'],
      ['c', 'environment AGENT_MODEL'],
    ])
    expect(await told(configurationProbe, surroundings())).toBe('ok: valid: defaults only')
    expect(await told(configurationProbe, surroundings({ configuration: { kind: 'read', origins, notices: [] } }))).toBe(
      'ok: valid: project file agent.config.yaml, environment AGENT_MODEL',
    )
  })

  it('passes on what is odd and what is wrong', async () => {
    const notice = { code: 'CONFIG_IGNORED', message: 'x.js is not read.', hint: '' }
    const error = new AppError('CONFIG_INVALID', 'a.json: no.', { hint: 'Correct it.' })
    const odd = { kind: 'read', origins: new Map(), notices: [notice, { ...notice, hint: 'Do.' }] } as const
    expect(await told(configurationProbe, surroundings({ configuration: odd }))).toBe(
      'warning: valid: defaults only; x.js is not read. (and 1 more) -> See `agent config show`.',
    )
    expect(await told(configurationProbe, surroundings({ configuration: { ...odd, notices: [{ ...notice, hint: 'Do.' }] } }))).toMatch(
      / -> Do\.$/,
    )
    expect(await told(configurationProbe, surroundings({ configuration: { kind: 'broken', error } }))).toBe(
      'problem: a.json: no. -> Correct it.',
    )
  })
})

describe('the models probe', () => {
  it('counts what is installed, and names what is damaged or not finished', async () => {
    const around = surroundings()
    const store = await around.openStore()
    expect(await told(storeProbe, around)).toBe(`ok: 0 installed in ${store.directory}`)
    writeFileSync(join(around.directory, 'a.gguf'), ggufOfSize(100_000))
    for (const id of ['one', 'two']) await store.import('a.gguf', { signal, id, copy: true })
    expect(await told(storeProbe, around)).toBe(`ok: 2 installed in ${store.directory} (201 kB)`)
    mkdirSync(join(store.directory, 'three'))
    writeFileSync(join(store.directory, 'three', 'model.gguf.part'), 'x')
    expect(await told(storeProbe, around)).toMatch(
      /^warning: .*; not finished: three -> Pull it again to go on, or run `agent models remove three`\.$/,
    )
    rmSync(join(store.directory, 'two', 'model.gguf'))
    expect(await told(storeProbe, around)).toMatch(/^warning: 1 installed in .*; damaged: two -> Run `agent models pull`/)
  })
})

describe('the sandbox probes', () => {
  const broken = async () => new AppError('SANDBOX_UNAVAILABLE', 'It is not there.', { hint: 'Start it.' })
  const bare = async () => new AppError('SANDBOX_UNAVAILABLE', 'It is not there.')

  it('are content when both work', async () => {
    expect(await told(dockerProbe, surroundings())).toBe(`ok: the daemon answers, and has the image ${sandboxImage}`)
    expect(await told(dockerProbe, surroundings({ config: { sandbox: { image: 'mine:1' } } }))).toMatch(/ has the image mine:1$/)
    expect(await told(bubblewrapProbe, surroundings())).toBe('ok: it runs')
  })

  it('need only one of the two', async () => {
    expect(await told(dockerProbe, surroundings({ docker: broken }))).toBe('ok: It is not there; bubblewrap takes its place')
    expect(await told(bubblewrapProbe, surroundings({ bubblewrap: broken }))).toBe('ok: It is not there; docker takes its place')
    const none = surroundings({ docker: broken, bubblewrap: bare })
    expect(await told(dockerProbe, none)).toBe('warning: It is not there -> Start it. Only commands that a model writes run in it.')
    expect(await told(bubblewrapProbe, none)).toBe('warning: It is not there -> Only commands that a model writes run in it.')
  })

  it('insist on what the configuration insists on', async () => {
    const sandbox = (use: string) => surroundings({ docker: broken, bubblewrap: broken, config: { sandbox: { use } } })
    expect(await told(dockerProbe, sandbox('docker'))).toMatch(/^problem: It is not there; sandbox\.use asks for it -> Start it\./)
    expect(await told(bubblewrapProbe, sandbox('bwrap'))).toMatch(/^problem: /)
    expect(await told(dockerProbe, sandbox('host'))).toBe('ok: It is not there; not needed, sandbox.use is host')
  })

  it('do not look for bubblewrap where there is none', async () => {
    expect(await told(bubblewrapProbe, surroundings({ platform: 'darwin' }))).toBeNull()
  })

  it.each<[string, string, 'docker' | 'bubblewrap' | 'both' | 'none']>([
    [`ok: docker, with the image ${sandboxImage}`, 'auto', 'both'],
    ['ok: bubblewrap, with the programs of this machine', 'auto', 'bubblewrap'],
    ['ok: bubblewrap, with the programs of this machine', 'bwrap', 'both'],
    ['warning: none, so no command of a model is run -> Do what is said about docker or bubblewrap.', 'auto', 'none'],
    ['warning: none, so no command of a model is run -> Do what is said about docker or bubblewrap.', 'docker', 'bubblewrap'],
    ['warning: none, so no command of a model is run -> Do what is said about docker or bubblewrap.', 'bwrap', 'docker'],
    ['warning: none: sandbox.use is host, so commands that a model writes run as you do -> Set sandbox.use to auto.', 'host', 'both'],
  ])('say where a command would run: %s', async (line, use, works) => {
    const answer = (kind: 'docker' | 'bubblewrap') => (works === 'both' || works === kind ? async () => null : broken)
    const around = surroundings({ docker: answer('docker'), bubblewrap: answer('bubblewrap'), config: { sandbox: { use } } })
    expect(await told(sandboxProbe, around)).toBe(line)
  })
})

describe('the project memory probe', () => {
  it('writes for real, and leaves nothing behind', async () => {
    const around = surroundings()
    expect(await told(memoryStoreProbe, around)).toBe(`ok: writable: ${join(around.directory, 'home', 'projects')}`)
    expect(readdirSync(join(around.directory, 'home', 'projects'))).toEqual([])
  })

  it('says why nothing can be kept', async () => {
    const around = surroundings()
    writeFileSync(join(around.directory, 'home'), 'a file')
    expect(await told(memoryStoreProbe, around)).toMatch(
      /^warning: nothing can be kept in .*home.projects: E(?:NOTDIR|EXIST).* -> Change its permissions/,
    )
  })
})
