import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { jsonAt, withoutProperty, withProperty } from '../../src/hook-managers/json-property.ts'
import { findPlace } from '../../src/hook-managers/place.ts'
import { detectManager } from '../../src/hook-managers/registry.ts'
import { contains } from '../../src/hook-managers/yaml-place.ts'
import { runAgent } from '../commands/run-agent.ts'
import { hookScene, writeProgram } from './scene.ts'

describe('which manager is used', () => {
  it.each([
    [{ 'lefthook.toml': '' }, 'lefthook', 'there is lefthook.toml'],
    [{ '.config/lefthook.yml': '' }, 'lefthook', 'there is .config/lefthook.yml'],
    [{ '.pre-commit-config.yaml': '' }, 'pre-commit', 'there is .pre-commit-config.yaml'],
    [{ '.husky/pre-commit': '' }, 'husky', 'there is a .husky folder'],
    [{ 'package.json': '{ "devDependencies": { "husky": "9" } }' }, 'husky', 'package.json has husky'],
    [{ 'package.json': '{ "devDependencies": { "simple-git-hooks": "2" } }' }, 'simple-git-hooks', 'package.json has simple-git-hooks'],
    [{ 'package.json': '{ "simple-git-hooks": {} }' }, 'simple-git-hooks', 'package.json has the key simple-git-hooks'],
    [{ '.simple-git-hooks.json': '{}' }, 'simple-git-hooks', 'there is .simple-git-hooks.json'],
    [{ 'package.json': '{ "name": "husky-like" }' }, 'plain', 'no hook manager is used here'],
  ])('is read off %j', async (files, name, evidence) => {
    const { root, environment } = hookScene({ files: files as unknown as Record<string, string> })
    const { manager, evidence: told } = await detectManager(await findPlace(root, environment, new AbortController().signal))
    expect([manager.name, told]).toEqual([name, evidence])
  })

  it('is the one that git calls where several are set up', async () => {
    const { hooks, hook } = hookScene({ files: { 'lefthook.yml': 'a: 1\n', '.pre-commit-config.yaml': 'repos: []\n' } })
    hook('.git/hooks/pre-commit', '#!/bin/sh\ncall_lefthook run pre-commit\n')
    expect(await hooks('install', '--dry-run')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^lefthook \(there is lefthook\.yml\)/),
    })
  })
})

describe("a manager's own installer", () => {
  it('is named where it is not installed', async () => {
    const { root, environment, programFolder } = hookScene()
    const bare = { ...environment, PATH: `${programFolder}:/usr/bin:/bin` }
    const { code, stdout } = await runAgent(['hooks', 'install', '--manager', 'husky'], { cwd: root, environment: bare })
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('husky is not installed here; run `husky .husky` once it is.'),
    })
  })

  it('is quoted where it fails', async () => {
    const { hooks, programFolder } = hookScene()
    writeProgram(join(programFolder, 'lefthook'), '#!/bin/sh\n[ "$2" ] || exit 0\necho "no, because" >&2; exit 3\n')
    expect((await hooks('install', '--manager', 'lefthook')).stdout).toContain('lefthook')
    writeProgram(join(programFolder, 'lefthook'), '#!/bin/sh\necho "no, because" >&2; exit 3\n')
    expect((await hooks('install', '--manager', 'lefthook')).stdout).toContain('`lefthook install` failed: no, because')
    writeProgram(join(programFolder, 'lefthook'), '#!/bin/sh\nexit 3\n')
    expect((await hooks('install', '--manager', 'lefthook', '--quiet')).stdout).toBe('')
    expect((await hooks('install', '--manager', 'lefthook')).stdout).toContain('`lefthook install` failed: exit code 3')
    expect((await hooks('uninstall', '--quiet')).stdout).toBe('')
  })
})

describe('simple-git-hooks', () => {
  const manifest = (hooks: string) => `{\n\t"simple-git-hooks": ${hooks},\n\t"name": "x"\n}\n`

  it.each([
    manifest('{}'),
    manifest('{ "commit-msg": "" }'),
    manifest('{\n\t\t"pre-commit": "a \\/ b",\n\t\t"preserveUnused": true\n\t}'),
    '{"name":"x"}',
    '{}',
  ])('gets its part and loses it without a trace in %j', async (text) => {
    const { hooks, read, hook } = hookScene()
    hook('package.json', text, 0o644)
    const install = () => hooks('install', '--manager', 'simple-git-hooks', '--hooks', 'pre-commit,commit-msg')
    expect(await install()).toMatchObject({ code: 0 })
    const once = read('package.json')
    expect(JSON.parse(once)).toHaveProperty(['simple-git-hooks', 'commit-msg'])
    await install()
    expect(read('package.json')).toBe(once)
    await hooks('uninstall')
    expect(read('package.json')).toBe(text)
  })

  it.each([manifest('"elsewhere.json"'), manifest('{ "pre-commit": 1 }'), '[]', '{'])('asks for a line by hand in %j', async (text) => {
    const { hooks, read, hook } = hookScene()
    hook('package.json', text, 0o644)
    expect(await hooks('install', '--manager', 'simple-git-hooks')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cannot be added to safely'),
    })
    expect(read('package.json')).toBe(text)
  })

  it('has a file of its own that is edited too', async () => {
    const { hooks, read, hook, path } = hookScene()
    hook('.simple-git-hooks.json', '{}', 0o644)
    await hooks('install', '--hooks', 'pre-commit')
    expect(JSON.parse(read('.simple-git-hooks.json'))).toHaveProperty('pre-commit')
    await hooks('uninstall')
    expect([read('.simple-git-hooks.json'), existsSync(path('package.json'))]).toEqual(['{}', false])
  })

  it('keeps what somebody has written around the part, and does not guess at one that is written in another way', async () => {
    const { hooks, read, hook } = hookScene()
    hook('package.json', manifest('{ "pre-commit": "theirs" }'), 0o644)
    await hooks('install', '--manager', 'simple-git-hooks', '--hooks', 'pre-commit')
    const once = read('package.json')
    hook('package.json', once.replace('"# agent hooks begin', '"first\\n# agent hooks begin'), 0o644)
    await hooks('uninstall')
    expect(read('package.json')).toBe(manifest('{ "pre-commit": "first\\ntheirs" }'))
    hook('package.json', once.replace('# agent hooks begin', '\\u0023 agent hooks begin'), 0o644)
    expect(await hooks('uninstall')).toMatchObject({ code: 2 })
  })
})

describe('one hook of several', () => {
  it.each([
    ['lefthook.yml', 'pre-commit:\n  jobs:\n    - name: mine\n      run: echo mine\n'],
    ['lefthook.yml', 'pre-commit:\r\n  commands:\r\n    mine:\r\n      run: echo mine\r\n'],
    ['lefthook.yml', 'colors: false # and no end'],
    ['lefthook.toml', 'colors = false\n'],
    ['.pre-commit-config.yaml', 'repos:\n  - repo: local\n    hooks: []\n# theirs\n'],
    ['package.json', '{ "simple-git-hooks": { "pre-commit": "theirs" } }\n'],
  ])('goes from %s, and the others stay', async (file, text) => {
    const { hooks, read, hook } = hookScene()
    hook(file, text, 0o644)
    const installed = async () => {
      const { stdout } = await hooks('status', '--format', 'json')
      return (JSON.parse(stdout) as { hooks: { hook: string }[] }).hooks.map((state) => state.hook)
    }
    await hooks('install', '--hooks', 'commit-msg,pre-push')
    await hooks('install', '--hooks', 'pre-commit,prepare-commit-msg')
    expect(await installed()).toEqual(['pre-commit', 'prepare-commit-msg', 'commit-msg', 'pre-push'])
    await hooks('uninstall', '--hooks', 'commit-msg')
    expect(await installed()).toEqual(['pre-commit', 'prepare-commit-msg', 'pre-push'])
    await hooks('uninstall', '--hooks', 'pre-commit')
    expect(await installed()).toEqual(['prepare-commit-msg', 'pre-push'])
    await hooks('install', '--hooks', 'commit-msg')
    await hooks('uninstall', '--hooks', 'prepare-commit-msg')
    expect(await installed()).toEqual(['commit-msg', 'pre-push'])
    await hooks('uninstall')
    expect(read(file)).toBe(text)
  })
})

describe('a property of JSON', () => {
  it('goes where its object says, and is not put where there is none', () => {
    expect(withProperty('{ "a": 1 // note\n}', ['b'], 2)).toBe('{ "a": 1,\n  "b": 2 // note\n}')
    expect([withProperty('{ "a": 1 }', ['a'], 2), withProperty('[]', ['a'], 2), withProperty('{ "a": 1 }', ['a', 'b'], 2)]).toEqual([
      null,
      null,
      null,
    ])
    expect([jsonAt('{', ['a']), withoutProperty('{ "a": 1 }', ['b'])]).toEqual([undefined, '{ "a": 1 }'])
    expect(withoutProperty('{ "a": 1, "b": 2 }', ['a'])).toBe('{ "b": 2 }')
  })
})

it('sees whether all is there still', () => {
  const before = { a: [1, 'x\n'], b: { c: null, d: true } }
  expect(contains({ a: [1, 'x', 2], b: { c: 1, d: true, e: 2 }, f: 1 }, before)).toBe(true)
  const lost = [
    null,
    [],
    { a: [1] },
    { a: 1, b: before.b },
    { a: before.a, b: 'c' },
    { a: before.a, b: { d: true } },
    { a: [1, 2], b: before.b },
    { a: before.a, b: { c: null, d: 1 } },
  ]
  expect(lost.map((after) => contains(after, before))).toEqual(lost.map(() => false))
})
