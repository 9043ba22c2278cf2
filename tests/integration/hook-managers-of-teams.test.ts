import { execFileSync } from 'node:child_process'
import { appendFileSync, copyFileSync, existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ask } from '../helpers/programs.ts'
import { hookScene, linkPackage, writeProgram } from '../hook-managers/scene.ts'

const all = 'pre-commit,prepare-commit-msg,commit-msg,pre-push'
const names = (calls: readonly { args: string }[]) => calls.map(({ args }) => args.split(' ')[2])
const tools = process.env.AGENT_TEST_PYTHON_TOOLS
const programs = tools === undefined ? [] : [tools]
const isMissing = (program: string) => ask(program, program === 'lefthook' ? 'version' : '--version') === null && process.env.CI !== 'true'

type Scene = ReturnType<typeof hookScene>

/** lefthook runs nothing for a commit without files. */
function commitChange({ run, root }: Pick<Scene, 'run' | 'root'>) {
  appendFileSync(join(root, 'changing.txt'), 'more\n')
  run(['add', 'changing.txt'])
  return run(['commit', '-m', 'feat: x'])
}

/** Commits and pushes with a stand-in for agent, and returns how it was called. */
function commitAndPush({ run, calls, base, root }: Scene) {
  run(['init', '-q', '--bare', join(base, 'remote')], { cwd: base })
  const commit = commitChange({ run, root })
  const push = run(['push', '-q', join(base, 'remote'), 'HEAD:refs/heads/pushed'])
  return { codes: [commit.code, push.code], text: commit.text + push.text, made: calls() }
}

const fourCalls = (root: string, base: string) => [
  { args: 'hooks run pre-commit --', cwd: root, index: expect.stringMatching(/index/) },
  { args: expect.stringMatching(/^hooks run prepare-commit-msg -- \S*COMMIT_EDITMSG message/) },
  { args: expect.stringMatching(/^hooks run commit-msg -- \S*COMMIT_EDITMSG$/) },
  {
    args: `hooks run pre-push -- ${join(base, 'remote')} ${join(base, 'remote')}`,
    stdin: expect.stringMatching(/^HEAD [0-9a-f]{40} refs\/heads\/pushed 0{40}$/),
  },
]

describe('husky', () => {
  async function huskyScene() {
    const scene = hookScene({
      files: {
        '.gitignore': 'node_modules\n',
        'package.json': '{ "devDependencies": { "husky": "^9" } }\n',
        '.husky/pre-commit': 'echo theirs',
      },
    })
    linkPackage(scene.root, 'husky')
    return scene
  }

  it('is told of all four hooks by one command, and runs what was there first', async () => {
    const scene = await huskyScene()
    expect(await scene.hooks('install', '--hooks', all)).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('ran husky .husky'),
    })
    const { codes, text, made } = commitAndPush(scene)
    expect(codes).toEqual([0, 0])
    expect(text).toContain('theirs')
    expect(made).toMatchObject(fourCalls(scene.root, scene.base))
    const once = ['pre-commit', 'pre-push'].map((name) => scene.read(`.husky/${name}`))
    await scene.hooks('install', '--hooks', all)
    expect(['pre-commit', 'pre-push'].map((name) => scene.read(`.husky/${name}`))).toEqual(once)
    await scene.hooks('uninstall')
    expect([scene.read('.husky/pre-commit'), scene.git('status', '--short')]).toEqual(['echo theirs', ''])
  })

  it('does not reach agent where a script before it fails', async () => {
    const scene = await huskyScene()
    scene.hook('.husky/pre-commit', 'false\necho never\n', 0o644)
    await scene.hooks('install')
    expect(scene.run(['commit', '--allow-empty', '-m', 'x']).code).toBe(1)
    expect(scene.calls()).toEqual([])
  })

  it('has no hook in a fresh worktree, which status tells', async () => {
    const scene = await huskyScene()
    await scene.hooks('install', '--hooks', 'pre-commit')
    scene.commit('Hooks', { '.husky/pre-commit': scene.read('.husky/pre-commit') })
    scene.git('worktree', 'add', '-q', join(scene.base, 'linked'))
    const { code, stdout } = await scene.hooks('-C', join(scene.base, 'linked'), 'status')
    expect(code).toBe(1)
    expect(stdout).toContain('Run `npx husky .husky` in this worktree.')
  })

  it('is not switched on where that would switch off the hooks that run now', async () => {
    const scene = await huskyScene()
    scene.hook('.git/hooks/post-commit', '#!/bin/sh\necho after\n')
    const { stdout, stderr } = await scene.hooks('install', '--hooks', 'pre-commit')
    expect(stdout).toContain('would replace or pass over .git/hooks/post-commit, so it is left to you.')
    expect(stderr).toContain('there is no .git/hooks/pre-commit')
    expect(scene.run(['config', '--get', 'core.hooksPath']).code).toBe(1)
  })
})

describe('simple-git-hooks', () => {
  const manifest = '{\n  "name": "x",\n  "simple-git-hooks": {\n    "pre-commit": "echo \\u0074heirs; exit 0"\n  }\n}\n'

  it('is told of all four hooks by one command, and runs what was there first', async () => {
    const scene = hookScene({ files: { '.gitignore': 'node_modules\n', 'package.json': manifest } })
    linkPackage(scene.root, 'simple-git-hooks')
    expect(await scene.hooks('install', '--hooks', all)).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('ran simple-git-hooks'),
    })
    const { codes, text, made } = commitAndPush(scene)
    expect(codes).toEqual([0, 0])
    expect(text).toContain('theirs')
    expect(made).toMatchObject(fourCalls(scene.root, scene.base))
    expect(await scene.hooks('status')).toMatchObject({ code: 0 })
    const once = scene.read('package.json')
    await scene.hooks('install', '--hooks', all)
    expect(scene.read('package.json')).toBe(once)
    await scene.hooks('uninstall')
    expect(scene.read('package.json')).toBe(manifest)
    expect(['pre-commit', 'pre-push'].map((name) => existsSync(join(scene.root, '.git/hooks', name)))).toEqual([true, false])
    scene.run(['commit', '--allow-empty', '-m', 'x'])
    expect(scene.calls()).toEqual([])
  })

  it('asks for a line by hand where its configuration is a program', async () => {
    const scene = hookScene({ files: { 'simple-git-hooks.cjs': 'module.exports = {}\n' } })
    const { code, stderr } = await scene.hooks('install', '--hooks', 'pre-commit')
    expect(code).toBe(2)
    expect(stderr).toContain('"pre-commit": "sh node_modules/coding-agent/hooks/pre-commit \\"$@\\""')
  })
})

describe.skipIf(isMissing('lefthook'))('lefthook', () => {
  const configuration = '# ours\npre-commit:\n  parallel: false\n  commands:\n    lint: # quick\n      run: echo theirs\n\n# the end\n'

  it('is told of all four hooks by one command, and runs what was there too', async () => {
    const scene = hookScene({ files: { 'lefthook.yml': configuration }, programs })
    expect(await scene.hooks('install', '--hooks', all)).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('ran lefthook install'),
    })
    const { codes, text, made } = commitAndPush(scene)
    expect(codes).toEqual([0, 0])
    expect(text).toContain('theirs')
    expect(made).toMatchObject(fourCalls(scene.root, scene.base))
    expect(await scene.hooks('status')).toMatchObject({ code: 0 })
    const once = scene.read('lefthook.yml')
    await scene.hooks('install', '--hooks', all)
    expect(scene.read('lefthook.yml')).toBe(once)
    await scene.hooks('uninstall')
    expect(scene.read('lefthook.yml')).toBe(configuration)
    expect(commitChange(scene).code).toBe(0)
    expect(scene.calls()).toEqual([])
  })

  it('leaves the jobs that somebody has added below its own', async () => {
    const scene = hookScene({ files: { 'lefthook.yml': 'min_version: 1.10.0\n' }, programs })
    await scene.hooks('install', '--hooks', 'pre-commit')
    appendFileSync(join(scene.root, 'lefthook.yml'), '    - run: echo theirs\n')
    expect(commitChange(scene).text).toContain('theirs')
    expect(scene.calls()).toHaveLength(1)
    await scene.hooks('uninstall')
    expect(scene.read('lefthook.yml')).toBe('min_version: 1.10.0\npre-commit: # for agent hooks\n  jobs:\n    - run: echo theirs\n')
    expect(commitChange(scene)).toMatchObject({ code: 0, text: expect.stringContaining('theirs') })
  })

  it.each([
    ['lefthook.toml', 'title = "x" # kept\n\n[pre-commit.commands.lint]\nrun = "echo theirs"\n'],
    ['.lefthook.json', '{\n  "pre-commit": { "commands": { "lint": { "run": "echo theirs" } } }\n}\n'],
  ])('is told in %s as well', async (name, text) => {
    const scene = hookScene({ files: { [name]: text }, programs })
    expect(await scene.hooks('install', '--hooks', all)).toMatchObject({ code: 0, stderr: '' })
    const { codes, text: told, made } = commitAndPush(scene)
    expect([codes, told.includes('theirs')]).toEqual([[0, 0], true])
    expect(made).toMatchObject(fourCalls(scene.root, scene.base))
    const once = scene.read(name)
    await scene.hooks('install', '--hooks', all)
    expect(scene.read(name)).toBe(once)
    await scene.hooks('uninstall')
    expect(scene.read(name)).toBe(text)
  })

  it('blocks no commit after its configuration, which was made for agent, is gone', async () => {
    const scene = hookScene({ programs })
    await scene.hooks('install', '--manager', 'lefthook')
    expect(commitChange(scene).code).toBe(0)
    expect(names(scene.calls())).toEqual(['pre-commit', 'prepare-commit-msg'])
    await scene.hooks('uninstall')
    expect(existsSync(join(scene.root, 'lefthook.yml'))).toBe(false)
    expect(commitChange(scene).code).toBe(0)
  })

  it('asks for a job by hand where there is no safe place for it', async () => {
    const scene = hookScene({ files: { 'lefthook.yml': 'pre-commit: { commands: { lint: { run: x } } }\n' }, programs })
    const { code, stderr } = await scene.hooks('install', '--hooks', 'pre-commit')
    expect(code).toBe(2)
    expect(stderr).toMatch(/nothing was changed[^]*- name: agent\n/)
    expect(scene.git('status', '--short')).toBe('')
  })
})

describe.skipIf(isMissing('pre-commit'))('the pre-commit framework', () => {
  const configuration =
    'repos:\n- repo: local # ours\n  hooks:\n  - {id: theirs, name: theirs, entry: "echo theirs", language: system, verbose: true}\n# end\n'

  it('is told of all four hooks by one command, and runs what was there too', async () => {
    const scene = hookScene({ files: { '.pre-commit-config.yaml': configuration }, programs })
    const { code, stdout, stderr } = await scene.hooks('install', '--hooks', all)
    expect({ code, stdout, stderr }).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('ran pre-commit install') })
    scene.commit('Configure', { '.pre-commit-config.yaml': scene.read('.pre-commit-config.yaml') })
    const { codes, text, made } = commitAndPush(scene)
    expect({ codes, text }).toMatchObject({ codes: [0, 0], text: expect.stringContaining('theirs') })
    expect(names(made)).toEqual(['pre-commit', 'prepare-commit-msg', 'commit-msg', 'pre-push'])
    expect(await scene.hooks('status')).toMatchObject({ code: 0 })
    const once = scene.read('.pre-commit-config.yaml')
    await scene.hooks('install', '--hooks', all)
    expect(scene.read('.pre-commit-config.yaml')).toBe(once)
    await scene.hooks('uninstall')
    expect(scene.read('.pre-commit-config.yaml')).toBe(configuration)
  })

  it('hands over what git says when our own repository is named', async () => {
    const scene = hookScene({ programs })
    const offered = join(scene.base, 'offered')
    scene.git('init', '-q', offered)
    copyFileSync(join(import.meta.dirname, '../../.pre-commit-hooks.yaml'), join(offered, '.pre-commit-hooks.yaml'))
    scene.run(['add', '.'], { cwd: offered })
    scene.run(['commit', '-m', 'x'], { cwd: offered })
    const revision = scene.gitBytes(['rev-parse', 'HEAD'], { cwd: offered }).toString().trim()
    const ids = ['agent', 'agent-prepare-commit-msg', 'agent-commit-msg'].map((id) => `  - id: ${id}\n`).join('')
    const text = `default_stages: [pre-commit]\nrepos:\n- repo: ${offered}\n  rev: ${revision}\n  hooks:\n${ids}  - id: agent-pre-push\n    stages: [pre-push]\n`
    scene.commit('Configure', { '.pre-commit-config.yaml': text })
    const types = all.split(',').flatMap((hook) => ['--hook-type', hook])
    execFileSync(join(tools ?? '', 'pre-commit'), ['install', ...types], { cwd: scene.root, env: scene.environment })
    const { codes, text: told, made } = commitAndPush(scene)
    expect({ codes, told }).toMatchObject({ codes: [0, 0] })
    expect(made.map(({ args }) => args.replace(/ \S*COMMIT_EDITMSG/, ''))).toEqual(
      ['pre-commit', 'prepare-commit-msg', 'commit-msg', 'pre-push'].map((hook) => `hooks run ${hook} --`),
    )
  })

  it('is released when its configuration was made for agent', async () => {
    const scene = hookScene({ programs })
    await scene.hooks('install', '--manager', 'pre-commit')
    expect(scene.run(['commit', '--allow-empty', '-m', 'x'])).toMatchObject({ code: 0 })
    expect(names(scene.calls())).toEqual(['pre-commit', 'prepare-commit-msg'])
    await scene.hooks('uninstall')
    expect(existsSync(join(scene.root, '.pre-commit-config.yaml'))).toBe(false)
    expect(scene.run(['commit', '--allow-empty', '-m', 'x'])).toMatchObject({ code: 0 })
  })
})

it('says which managers are set up when none of them is at work', async () => {
  const scene = hookScene({ files: { 'lefthook.yml': '', '.pre-commit-config.yaml': 'repos: []\n' } })
  const { code, stderr } = await scene.hooks('install')
  expect(code).toBe(2)
  expect(stderr).toContain('lefthook (there is lefthook.yml) and pre-commit (there is .pre-commit-config.yaml)')
  expect(stderr).toContain('--manager lefthook|pre-commit')
})

const examples = join(import.meta.dirname, '../../examples/hooks')

it.skipIf(isMissing('pre-commit'))('offers and shows what the pre-commit framework takes', () => {
  expect(ask('pre-commit', 'validate-config', join(examples, '.pre-commit-config.yaml'))).toBe('')
  expect(ask('pre-commit', 'validate-manifest', join(examples, '../../.pre-commit-hooks.yaml'))).toBe('')
})

it.skipIf(isMissing('lefthook'))('shows what lefthook runs, with the scripts of the package', () => {
  const scene = hookScene({ files: { '.gitignore': 'node_modules\n' }, programs })
  copyFileSync(join(examples, 'lefthook.yml'), join(scene.root, 'lefthook.yml'))
  mkdirSync(join(scene.root, 'node_modules/coding-agent'), { recursive: true })
  symlinkSync(join(examples, '../../hooks'), join(scene.root, 'node_modules/coding-agent/hooks'))
  mkdirSync(join(scene.root, 'node_modules/.bin'))
  writeProgram(join(scene.programFolder, 'npx'), '#!/bin/sh\n')
  execFileSync(join(tools ?? '', 'lefthook'), ['install'], { cwd: scene.root, env: scene.environment, stdio: 'ignore' })
  const { codes, made } = commitAndPush(scene)
  expect([codes, names(made)]).toEqual([
    [0, 0],
    ['pre-commit', 'pre-push'],
  ])
})
