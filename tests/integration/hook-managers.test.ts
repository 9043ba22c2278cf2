import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hookScene } from '../hook-managers/scene.ts'

const all = 'pre-commit,prepare-commit-msg,commit-msg,pre-push'
const names = (calls: readonly { args: string }[]) => calls.map(({ args }) => args.split(' ')[2])

describe('plain git hooks', () => {
  it('calls agent for every way to commit, with the index that git means', async () => {
    const { hooks, run, calls, write, root, path } = hookScene({ files: { 'a.txt': 'a\n', 'sub/b.txt': 'b\n' } })
    expect(await hooks('install')).toMatchObject({ code: 0 })
    write('a.txt', 'a2\n')
    run(['add', '.'])
    expect(run(['commit', '-m', 'x']).code).toBe(0)
    expect(calls()).toMatchObject([
      { args: 'hooks run pre-commit --', cwd: root, index: '.git/index' },
      { args: 'hooks run prepare-commit-msg -- .git/COMMIT_EDITMSG message' },
    ])
    write('sub/b.txt', 'b2\n')
    expect(run(['commit', '-am', 'x'], { cwd: path('sub') }).code).toBe(0)
    expect(calls()[0]).toMatchObject({ cwd: root, index: join(root, '.git/index.lock') })
    write('a.txt', 'a3\n')
    expect(run(['commit', '-m', 'x', '--', 'a.txt']).code).toBe(0)
    expect(calls()[0]?.index).toMatch(/next-index-\d+\.lock$/)
    expect(run(['commit', '--amend', '--no-edit']).code).toBe(0)
    expect(names(calls())).toEqual(['pre-commit', 'prepare-commit-msg'])
  })

  it('calls agent in a linked worktree, in merges and in rebases', async () => {
    const { hooks, run, calls, base, git, commit } = hookScene()
    await hooks('install', '--hooks', all)
    git('worktree', 'add', '-q', '-b', 'side', join(base, "linked 'tree'"))
    const cwd = join(base, "linked 'tree'")
    writeFileSync(join(cwd, 'new.txt'), 'new\n')
    run(['add', '.'], { cwd })
    expect(run(['commit', '-m', 'feat: new'], { cwd }).code).toBe(0)
    expect(calls()).toMatchObject([{ cwd, args: 'hooks run pre-commit --' }, {}, { args: expect.stringContaining('commit-msg -- ') }])
    commit('On main', { 'main.txt': 'm\n' })
    expect(run(['merge', '--no-edit', 'side']).code).toBe(0)
    expect(calls().map(({ args }) => args)).toEqual([
      'hooks run prepare-commit-msg -- .git/MERGE_MSG merge',
      'hooks run commit-msg -- .git/MERGE_MSG',
    ])
    commit('On main again', { 'main.txt': 'm2\n' })
    expect(run(['rebase', '-q', 'main'], { cwd }).code).toBe(0)
  })

  it('blocks what agent blocks, and goes past it with AGENT_SKIP=1', async () => {
    const { hooks, run, calls, refuse } = hookScene()
    await hooks('install')
    refuse()
    expect(run(['commit', '--allow-empty', '-m', 'x']).code).toBe(1)
    expect(names(calls())).toEqual(['pre-commit'])
    expect(run(['commit', '--allow-empty', '-m', 'x'], { environment: { AGENT_SKIP: '1' } })).toMatchObject({ code: 0 })
    expect(calls()).toEqual([])
  })

  it.each([
    ['exits early', '#!/bin/bash\necho theirs "$0" "$@"\nexit 0\n', true],
    ['replaces itself', '#!/bin/sh -e\nexec echo theirs\n', true],
    ['fails', '#!/usr/bin/env sh\necho theirs; exit 3\n', false],
    ['is strict about variables', '#!/bin/bash -eu\necho theirs\n', true],
    ['names no interpreter', 'echo theirs\n', true],
    ['is no script of shell', `#!${process.execPath}\nconsole.error('theirs')\n`, true],
    ['is no script of shell, and fails', `#!${process.execPath}\nconsole.error('theirs'); process.exit(3)\n`, false],
  ])('runs a hook first that %s, and takes itself out byte for byte', async (_name, text, goesOn) => {
    const { hooks, run, calls, hook, path } = hookScene()
    hook('.git/hooks/pre-commit', text, 0o750)
    expect(await hooks('install', '--hooks', 'pre-commit')).toMatchObject({ code: 0, stderr: '' })
    const once = readFileSync(path('.git/hooks/pre-commit'))
    await hooks('install', '--hooks', 'pre-commit')
    expect(readFileSync(path('.git/hooks/pre-commit')).equals(once)).toBe(true)
    const { code, text: told } = run(['commit', '--allow-empty', '-m', 'x'])
    expect([code === 0, told.split('theirs').length, calls().length]).toEqual([goesOn, 2, goesOn ? 1 : 0])
    expect(await hooks('uninstall')).toMatchObject({ code: 0 })
    expect(readFileSync(path('.git/hooks/pre-commit'), 'utf8')).toBe(text)
    expect(statSync(path('.git/hooks/pre-commit')).mode & 0o777).toBe(0o750)
    expect(existsSync(path('.git/hooks/pre-commit-before-agent'))).toBe(false)
  })

  it('hands what git feeds to a push to the hook that was there, and to agent', async () => {
    const { hooks, run, calls, hook, base, git } = hookScene()
    git('init', '-q', '--bare', join(base, 'remote'))
    hook('.git/hooks/pre-push', '#!/bin/sh\necho "theirs $1 $(cat)"\n')
    await hooks('install', '--hooks', 'pre-push')
    const head = git('rev-parse', 'HEAD').trim()
    const { code, text } = run(['push', join(base, 'remote'), 'main', 'main:other'])
    const lines = ['main', 'other'].map((name) => `refs/heads/main ${head} refs/heads/${name} ${'0'.repeat(40)}`)
    expect(code).toBe(0)
    for (const line of lines) expect(text).toContain(line)
    expect(calls()).toMatchObject([
      { args: `hooks run pre-push -- ${join(base, 'remote')} ${join(base, 'remote')}`, stdin: lines.join('\n') },
    ])
    run(['push', join(base, 'remote'), 'main'])
    expect(calls()).toEqual([])
  })

  it('keeps a link as it is, and never writes to what it points to', async () => {
    const { hooks, run, calls, write, path, hook } = hookScene()
    hook('team/check', '#!/bin/sh\necho theirs\n')
    symlinkSync('../../team/check', path('.git/hooks/pre-commit'))
    await hooks('install', '--hooks', 'pre-commit')
    expect(readFileSync(path('team/check'), 'utf8')).toBe('#!/bin/sh\necho theirs\n')
    write('a.txt', 'more\n')
    expect(run(['commit', '-am', 'x']).text).toContain('theirs')
    expect(calls()).toHaveLength(1)
    await hooks('uninstall')
    expect(readFileSync(path('.git/hooks/pre-commit'), 'utf8')).toBe('#!/bin/sh\necho theirs\n')
  })

  it('finds the recorded program where PATH is that of a graphical client', async () => {
    const { hooks, run } = hookScene()
    await hooks('install', '--hooks', 'commit-msg')
    const { code, text } = run(['commit', '--allow-empty', '-m', 'nothing like a convention'], { environment: { PATH: '/usr/bin:/bin' } })
    expect({ code, isFound: !text.includes('not on PATH') }).toEqual({ code: expect.any(Number), isFound: true })
  })

  it('does not begin to run a hook that git passed over', async () => {
    const { hooks, run, calls, hook, read } = hookScene()
    hook('.git/hooks/pre-commit', '#!/bin/sh\necho theirs; exit 1\n', 0o644)
    await hooks('install', '--hooks', 'pre-commit')
    expect(run(['commit', '--allow-empty', '-m', 'x'])).toMatchObject({ code: 0 })
    expect(calls()).toHaveLength(1)
    await hooks('uninstall')
    expect(read('.git/hooks/pre-commit')).toBe('#!/bin/sh\necho theirs; exit 1\n')
  })

  it('takes out only its own part of a hook that has been edited since', async () => {
    const { hooks, hook, read, run, calls } = hookScene()
    hook('.git/hooks/pre-commit', '#!/bin/sh\necho one\n')
    await hooks('install', '--hooks', 'pre-commit,commit-msg')
    hook('.git/hooks/pre-commit', `${read('.git/hooks/pre-commit')}echo two\n`)
    hook('.git/hooks/commit-msg', `${read('.git/hooks/commit-msg')}echo three\n`)
    expect(run(['commit', '--allow-empty', '-m', 'x']).text).toMatch(/one\ntwo\nthree/)
    expect(calls()).toHaveLength(2)
    await hooks('uninstall')
    expect(read('.git/hooks/pre-commit')).toBe('#!/bin/sh\necho one\necho two\n')
    expect(read('.git/hooks/commit-msg')).toBe('#!/bin/sh\n# Made by `agent hooks install`.\necho three\n')
  })

  it('writes no path of this machine into a folder that the team shares', async () => {
    const { hooks, git, read, path } = hookScene()
    mkdirSync(path('tools/git hooks'), { recursive: true })
    git('config', 'core.hooksPath', 'tools/git hooks')
    expect(await hooks('install', '--hooks', 'pre-commit')).toMatchObject({ code: 0 })
    expect(read('tools/git hooks/pre-commit')).not.toContain(process.execPath)
  })

  it('writes to a folder outside of the repository only when it is asked to', async () => {
    const { hooks, git, base, run, calls } = hookScene()
    mkdirSync(join(base, 'shared'))
    git('config', '--global', 'core.hooksPath', join(base, 'shared'))
    const refused = await hooks('install', '--hooks', 'pre-commit')
    expect(refused.code).toBe(2)
    expect(refused.stderr).toMatch(/core\.hooksPath \(global, in .*\.gitconfig\) names .*shared, which is outside/)
    expect(existsSync(join(base, 'shared/pre-commit'))).toBe(false)
    expect(await hooks('install', '--hooks', 'pre-commit', '--allow-outside')).toMatchObject({ code: 0 })
    run(['commit', '--allow-empty', '-m', 'x'])
    expect(calls()).toHaveLength(1)
    await hooks('uninstall')
    expect(existsSync(join(base, 'shared/pre-commit'))).toBe(false)
  })

  it('works with the configuration of one worktree, and in a submodule', async () => {
    const { hooks, git, run, calls, base, path, gitBytes, environment } = hookScene()
    git('config', 'extensions.worktreeConfig', 'true')
    git('config', '--worktree', 'core.hooksPath', '.githooks')
    await hooks('install', '--hooks', 'pre-commit')
    expect(existsSync(path('.githooks/pre-commit'))).toBe(true)
    git('-c', 'protocol.file.allow=always', 'clone', '-q', path('.'), join(base, 'super'))
    gitBytes(['-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', path('.'), 'below'], { cwd: join(base, 'super') })
    const cwd = join(base, 'super/below')
    const { runAgent } = await import('../commands/run-agent.ts')
    expect(await runAgent(['hooks', 'install', '--hooks', 'pre-commit'], { cwd, environment })).toMatchObject({ code: 0 })
    expect(run(['commit', '--allow-empty', '-m', 'x'], { cwd }).code).toBe(0)
    expect(calls()).toMatchObject([{ cwd }])
  })

  it('lets everything through where agent is missing, unless that is to be strict', async () => {
    const { hooks, run, path, hook, read } = hookScene()
    await hooks('install', '--hooks', 'pre-commit')
    // As the hook would be on a machine where what was recorded is gone.
    hook(
      '.git/hooks/pre-commit',
      read('.git/hooks/pre-commit')
        .replaceAll(process.execPath, '/gone/node')
        .replace(/PATH="\$PWD.*$/m, 'PATH=/usr/bin:/bin'),
    )
    const commit = (environment: Record<string, string>) => run(['commit', '--allow-empty', '-m', 'x'], { environment })
    expect(commit({})).toMatchObject({ code: 0, text: expect.stringContaining('so this commit is not reviewed.') })
    expect(commit({ AGENT_HOOK_STRICT: '1' }).code).toBe(1)
    chmodSync(path('.git/hooks/pre-commit'), 0o755)
  })
})
