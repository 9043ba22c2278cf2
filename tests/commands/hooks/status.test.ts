import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hookScene } from '../../hook-managers/scene.ts'
import { runAgent } from '../run-agent.ts'

describe('agent hooks status', () => {
  it('says what to do where no hook calls agent, and ends with 1', async () => {
    const { hooks } = hookScene()
    expect(await hooks('status')).toEqual({ code: 1, stderr: '', stdout: 'No hook calls agent here.\n  → Run `agent hooks install`.\n' })
  })

  it('ends with 0 where all hooks fire, and tells so to machines too', async () => {
    const { hooks, root } = hookScene()
    await hooks('install')
    expect(await hooks('status')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^fires {2}pre-commit {10}\.git\/hooks\/pre-commit \(plain\)\n/),
    })
    const { code, stdout } = await hooks('status', '--format', 'json')
    const fires = (hook: string) => ({ hook, manager: 'plain', file: `.git/hooks/${hook}`, fires: true, problem: null, warning: null })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      schemaVersion: 1,
      hooksFolder: join(root, '.git/hooks'),
      hooksPath: null,
      hooks: [fires('pre-commit'), fires('prepare-commit-msg')],
    })
  })

  it.each([
    ['is not executable', (text: string) => text, 0o644, '.git/hooks/pre-commit is not executable, so git passes over it'],
    [
      'has the line ends of Windows',
      (text: string) => text.replaceAll('\n', '\r\n'),
      0o755,
      'has the line ends of Windows, so its interpreter is not found',
    ],
    [
      'has some line ends of Windows',
      (text: string) => text.replace(/fi\n/, 'fi\r\n'),
      0o755,
      'has the line ends of Windows, which no shell reads',
    ],
    [
      'names an interpreter that is not there',
      (text: string) => text.replace('/bin/sh', '/opt/none/sh'),
      0o755,
      'names /opt/none/sh as its interpreter, which is not there',
    ],
  ])('tells of a hook that %s', async (_name, change, mode, message) => {
    const { hooks, hook, read } = hookScene()
    await hooks('install', '--hooks', 'pre-commit')
    hook('.git/hooks/pre-commit', change(read('.git/hooks/pre-commit')), mode)
    expect(await hooks('status')).toMatchObject({ code: 1, stdout: expect.stringContaining(message) })
  })

  it.each([
    ['AGENT_SKIP', '1', 'plain'],
    ['HUSKY', '0', 'husky'],
    ['LEFTHOOK', '0', 'lefthook'],
    ['LEFTHOOK_EXCLUDE', 'lint,agent', 'lefthook'],
    ['SKIP', 'agent', 'pre-commit'],
    ['SKIP_SIMPLE_GIT_HOOKS', '1', 'simple-git-hooks'],
  ])('tells that %s=%s makes %s go past it', async (name, value, manager) => {
    const { hooks, root, environment } = hookScene({ files: { 'package.json': '{}' } })
    await hooks('install', '--hooks', 'pre-commit', '--manager', manager)
    const status = await runAgent(['hooks', 'status'], { cwd: root, environment: { ...environment, [name]: value } })
    expect(status).toMatchObject({ code: 1, stdout: expect.stringContaining(`${name}=${value} is set, which goes past it\n`) })
    expect(status.stdout).toContain(`→ Unset ${name}.`)
  })

  it('tells that core.hooksPath points elsewhere, and which file says so', async () => {
    const { hooks, git, base, hook } = hookScene({ files: { 'lefthook.yml': '# none\n' } })
    await hooks('install', '--hooks', 'pre-commit')
    hook('elsewhere/pre-commit', '#!/bin/sh\n')
    git('config', '--global', 'core.hooksPath', 'elsewhere')
    const { code, stdout } = await hooks('status')
    expect(code).toBe(1)
    expect(stdout).toContain(
      `git runs elsewhere/pre-commit, which is not the hook of lefthook, because core.hooksPath is elsewhere (global, in ${join(base, 'home/.gitconfig')})`,
    )
  })

  it('tells when a script would find no agent on PATH', async () => {
    const { hooks, programFolder, hook, git } = hookScene()
    await hooks('install', '--hooks', 'pre-commit', '--manager', 'husky')
    hook('.husky/_/pre-commit', '#!/usr/bin/env sh\n. "$(dirname "$0")/h"')
    hook('.husky/_/h', '')
    git('config', 'core.hooksPath', '.husky/_')
    expect((await hooks('status')).code).toBe(0)
    rmSync(join(programFolder, 'agent'))
    expect(await hooks('status')).toMatchObject({ code: 1, stdout: expect.stringContaining('its script finds no agent, or no node') })
  })

  it('warns that a graphical client would find none, where nothing could be recorded', async () => {
    const { hooks, git } = hookScene()
    git('config', 'core.hooksPath', '.githooks')
    await hooks('install', '--hooks', 'pre-commit')
    const { code, stdout } = await hooks('status')
    expect(code).toBe(0)
    expect(stdout).toMatch(/a graphical git client, with .*\/usr\/bin:.* for PATH, would find no agent or no node/)
  })

  it('says once what is wrong with several hooks, with a remedy that helps', async () => {
    const { hooks, git } = hookScene()
    git('config', 'core.hooksPath', '.githooks')
    await hooks('install')
    const { stdout } = await hooks('status')
    expect(stdout.split('\n').map((line) => line.trim())).toEqual([
      expect.stringMatching(/^fires {2}pre-commit /),
      expect.stringMatching(/^fires {2}prepare-commit-msg /),
      expect.stringMatching(/^all 2: a graphical git client, with /),
      '→ Start the client from a terminal, or put links to agent and node into a folder of that PATH.',
      '',
    ])
  })

  it('does not warn of a second call that git never comes to', async () => {
    const { hooks } = hookScene()
    await hooks('install', '--hooks', 'pre-commit', '--manager', 'plain')
    await hooks('install', '--hooks', 'pre-commit', '--manager', 'husky')
    const { stdout } = await hooks('status')
    expect(stdout).toMatch(/^off .*\.husky\/pre-commit \(husky\)\n/)
    expect(stdout).not.toContain('more than once')
  })

  it('warns of a hook that calls agent twice', async () => {
    const { hooks, hook } = hookScene()
    hook('.git/hooks/pre-commit', '#!/bin/sh\nlefthook run pre-commit\n')
    await hooks('install', '--hooks', 'pre-commit', '--manager', 'plain')
    await hooks('install', '--hooks', 'pre-commit', '--manager', 'lefthook')
    const { stdout } = await hooks('status', '--format', 'json')
    const states = (JSON.parse(stdout) as { hooks: { warning: { message: string } | null }[] }).hooks
    expect(states.map(({ warning }) => warning?.message)).toContain(
      'pre-commit calls agent in more than one place, so it runs more than once',
    )
  })

  it.each([
    ['lefthook.yml', 'pre-commit:\n  jobs:\n    - run: sh node_modules/coding-agent/hooks/pre-commit\n'],
    ['lefthook.yml', 'pre-commit:\n  jobs:\n    - run: npx agent hooks run pre-commit --\n'],
    ['.pre-commit-config.yaml', 'repos:\n  - repo: https://example.org/agent\n    hooks:\n      - id: agent # ours\n'],
    ['.pre-commit-config.yaml', 'repos:\n  - repo: https://example.org/agent\n    hooks:\n      - id: "agent-node"\n'],
    ['package.json', '{ "simple-git-hooks": { "pre-commit": "sh node_modules/coding-agent/hooks/pre-commit \\"$@\\"" } }\n'],
  ])('knows the hook that somebody has named in %s, and takes it for no other: %j', async (file, text) => {
    const { hooks, hook } = hookScene()
    hook(file, text, 0o644)
    for (const name of ['pre-commit', 'commit-msg', 'pre-push']) hook(`.git/hooks/${name}`, '#!/bin/sh\nmanager run "$0"\n')
    expect(await hooks('status')).toMatchObject({ code: 0, stdout: `fires  pre-commit  ${file} (written by hand)\n` })
  })

  it('knows a call that somebody has written by hand', async () => {
    const { hooks, hook, path } = hookScene()
    hook('.git/hooks/pre-push', '#!/bin/sh\nagent review --base main\n')
    expect(await hooks('status')).toMatchObject({ code: 0, stdout: 'fires  pre-push  .git/hooks/pre-push (written by hand)\n' })
    writeFileSync(path('.git/hooks/pre-push'), '#!/bin/sh\nssh-agent reviewer\n')
    expect(await hooks('status')).toMatchObject({ code: 1 })
  })
})
