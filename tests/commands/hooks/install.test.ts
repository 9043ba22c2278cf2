import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { hookNames } from '../../../src/hook-managers/hook-manager.ts'
import { aroundLines, asQuestion, standaloneScript } from '../../../src/hook-managers/script.ts'
import { ask } from '../../helpers/programs.ts'
import { hookScene, writeProgram } from '../../hook-managers/scene.ts'
import { runAgent } from '../run-agent.ts'

const root = join(import.meta.dirname, '../../..')

describe('agent hooks install', () => {
  it('tells what it would do, and does nothing, with --dry-run', async () => {
    const { hooks, path } = hookScene()
    const { code, stdout } = await hooks('install', '--dry-run')
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout:
        'Plain git hooks (no hook manager is used here): pre-commit, prepare-commit-msg\n  would write .git/hooks/pre-commit\n  would write .git/hooks/prepare-commit-msg\n',
    })
    expect(existsSync(path('.git/hooks/pre-commit'))).toBe(false)
  })

  it('refuses a bare repository, and a folder that is in none', async () => {
    const { base, git, environment } = hookScene()
    git('init', '-q', '--bare', join(base, 'bare'))
    const at = (cwd: string) => runAgent(['hooks', 'install'], { cwd, environment })
    expect(await at(join(base, 'bare'))).toMatchObject({ code: 2, stderr: expect.stringContaining('is a bare repository') })
    expect(await at(base)).toMatchObject({ code: 2, stderr: expect.stringContaining('is not in a git repository') })
    expect(existsSync(join(base, 'bare/hooks/pre-commit'))).toBe(false)
  })

  it('refuses a hook and a manager that it does not know, and tells which is meant', async () => {
    const { hooks } = hookScene()
    expect(await hooks('install', '--hooks', 'pre-comit')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean pre-commit?'),
    })
    expect(await hooks('install', '--manager', 'huskie')).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean husky?') })
  })

  it('writes neither through a link nor into a folder elsewhere', async () => {
    const { hooks, base, path } = hookScene()
    writeFileSync(join(base, 'theirs.yml'), 'a: 1\n')
    symlinkSync(join(base, 'theirs.yml'), path('lefthook.yml'))
    expect(await hooks('install')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('lefthook.yml is a link, and what it points to is not written to.'),
    })
    mkdirSync(join(base, 'theirs'))
    symlinkSync(join(base, 'theirs'), path('.husky'))
    expect(await hooks('install', '--manager', 'husky')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('which is outside of this repository'),
    })
    expect([readFileSync(join(base, 'theirs.yml'), 'utf8'), existsSync(join(base, 'theirs/pre-commit'))]).toEqual(['a: 1\n', false])
  })

  it.each([
    ['lefthook', 'lefthook.yml'],
    ['pre-commit', '.pre-commit-config.yaml'],
    ['simple-git-hooks', 'package.json'],
  ])('changes no file of %s that is no text or no configuration', async (manager, file) => {
    const { hooks, path } = hookScene()
    for (const bytes of [Buffer.from([0xff, 0xfe, 0x61]), Buffer.from('{ broken: [')]) {
      writeFileSync(path(file), bytes)
      expect(await hooks('install', '--manager', manager)).toMatchObject({ code: 2 })
      expect(readFileSync(path(file)).equals(bytes)).toBe(true)
    }
  })

  it('does not put a second hook beside one of an earlier installation', async () => {
    const { hooks, hook, read } = hookScene()
    hook('.git/hooks/pre-commit', '#!/usr/bin/perl\n')
    hook('.git/hooks/pre-commit-before-agent', 'other')
    expect(await hooks('install')).toMatchObject({ code: 2, stderr: expect.stringContaining('pre-commit-before-agent is there already') })
    expect(read('.git/hooks/pre-commit')).toBe('#!/usr/bin/perl\n')
  })

  it('takes out nothing where nothing is', async () => {
    const { hooks } = hookScene()
    expect(await hooks('uninstall')).toEqual({ code: 0, stderr: '', stdout: 'Nothing to take out: agent is in none of these hooks.\n' })
  })

  it('takes out one hook, or only tells of it', async () => {
    const { hooks, path } = hookScene()
    await hooks('install')
    expect(await hooks('uninstall', '--hooks', 'pre-commit', '--dry-run')).toMatchObject({
      stdout: 'Plain git hooks:\n  would remove .git/hooks/pre-commit\n',
    })
    expect(existsSync(path('.git/hooks/pre-commit'))).toBe(true)
    await hooks('uninstall', '--hooks', 'pre-commit')
    expect(['pre-commit', 'prepare-commit-msg'].map((name) => existsSync(path(`.git/hooks/${name}`)))).toEqual([false, true])
  })
})

describe('agent hooks run', () => {
  it('answers a hook as git would call it', async () => {
    const { hooks, hook } = hookScene()
    hook('good', 'feat: say what is done\n', 0o644)
    hook('bad', 'nothing like a convention\n', 0o644)
    expect(await hooks('run', 'commit-msg', '--', 'good')).toMatchObject({ code: 0, stdout: '' })
    expect(await hooks('run', 'commit-msg', '--', 'bad')).toMatchObject({ code: 1, stderr: expect.stringContaining('header-form') })
    expect(await hooks('run', 'commit-mgs')).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean commit-msg?') })
  })

  it('has nothing to say at another stage of the pre-commit framework', async () => {
    const { root, environment } = hookScene()
    const framework = { ...environment, PRE_COMMIT: '1' }
    expect(await runAgent(['hooks', 'run', 'pre-push', '--'], { cwd: root, environment: framework })).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    })
  })
})

const shells: readonly (readonly string[])[] = [['dash'], ['busybox', 'sh'], ['bash', '--posix'], ['sh']]
const isHere = ([program = '']: readonly string[]) => ask('sh', '-c', `command -v ${program}`) !== null || process.env.CI === 'true'

describe.each(hookNames)('the script hooks/%s', (hook) => {
  const path = join(root, 'hooks', hook)

  it('is what is installed elsewhere, in at most fifteen lines that shellcheck passes', () => {
    const text = readFileSync(path, 'utf8')
    expect(text).toBe(standaloneScript(hook))
    expect(text.split('\n').length).toBeLessThanOrEqual(15)
    if (ask('shellcheck', '--version') !== null || process.env.CI === 'true') expect(ask('shellcheck', path)).toBe('')
  })

  it.each(shells.filter(isHere).map((shell) => [shell.join(' '), shell] as const))(
    'finds agent, or lets git go on, under %s',
    (_name, shell) => {
      const { base, calls, programFolder, root: here } = hookScene()
      const [program = '', ...args] = shell
      const folder = join(base, 'tools')
      mkdirSync(folder)
      symlinkSync(ask('sh', '-c', `command -v ${program}`) ?? '', join(folder, program))
      const run = (environment: Record<string, string>) => {
        try {
          execFileSync(join(folder, program), [...args, path, 'an arg', '$x'], {
            cwd: here,
            env: environment,
            stdio: ['pipe', 'ignore', 'pipe'],
            input: 'refs\n',
          })
          return 0
        } catch (error) {
          return (error as { status: number }).status
        }
      }
      const full = `${programFolder}:/usr/bin:/bin`
      expect([run({ PATH: full }), calls().map((call) => call.args)]).toEqual([0, [`hooks run ${hook} -- an arg $x`]])
      expect([run({ PATH: full, AGENT_SKIP: '1' }), run({ PATH: folder }), run({ PATH: folder, AGENT_HOOK_STRICT: '1' })]).toEqual([
        0, 0, 1,
      ])
      expect(calls()).toEqual([])
      mkdirSync(join(here, 'node_modules/.bin'), { recursive: true })
      writeProgram(join(here, 'node_modules/.bin/agent'), '#!/bin/sh\nexit 7\n')
      expect(run({ PATH: full })).toBe(7)
    },
  )
})

it('asks a script what it would run without running it', () => {
  const recorded = { node: "/a/it's/node", main: '/b/main.js' }
  const question = asQuestion(aroundLines({ hook: 'pre-commit', rest: '"$0"', recorded }).join('\n'))
  expect(question).not.toContain('exec')
  expect(question).toContain(`'/a/it'\\''s'`)
  expect(question.split('\n')).toHaveLength(4)
})

it('writes paths of Windows as its shell reads them', () => {
  const recorded = { node: 'C:\\Program Files\\node.exe', main: 'D:\\agent\\main.js' }
  expect(aroundLines({ hook: 'commit-msg', rest: '"$0"', recorded }).join('\n')).toContain(
    "if [ -x 'C:/Program Files/node.exe' ] && [ -f 'D:/agent/main.js' ]; then exec 'C:/Program Files/node.exe' 'D:/agent/main.js' hooks run",
  )
})

it.each([
  'PATH=$(touch pwned)',
  'PATH="$PWD/node_modules/.bin:$PATH":$(touch pwned)',
  `PATH="$PWD/node_modules/.bin:$PATH":'a'$(touch pwned)''`,
  'if command -v agent; then touch pwned; fi',
  "if [ -x '/a' ] && [ -f '/b' ]; touch pwned; then exec x hooks run y",
])('asks nothing of a line that somebody else has put into our part: %s', (line) => {
  expect(asQuestion(`  ${line}\n`)).toBe('exit 1')
})

it('offers the pre-commit framework each hook with a program of the machine and with one of its own', () => {
  const offered = parse(readFileSync(join(root, '.pre-commit-hooks.yaml'), 'utf8')) as { id: string; language: string; entry: string }[]
  const expected = ['system', 'node'].flatMap((language) => hookNames.map((hook) => [language, `agent hooks run ${hook} --`]))
  expect(offered.map(({ language, entry }) => [language, entry])).toEqual(expected)
})
