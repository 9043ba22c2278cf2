import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defect, hookScene } from '../helpers/hook-scene.ts'

const clean = 'export const answer = 42\n'
const broken = `export function start() {\n  ${defect}\n}\n`
/** Like no other file, so that it is no copy. */
const fresh = 'export function greet(name: string) {\n  return `Hello ${name}`\n}\n'
const passed = { code: 0, seen: '' }

/** A clone whose remote has its first commit. */
async function scene(server = {}) {
  const opened = await hookScene({ hooks: ['pre-push'], files: { 'src/a.ts': clean, 'src/b.ts': clean }, server })
  const { repository } = opened
  repository.git('init', '--quiet', '--bare', '-b', 'main', '../origin.git')
  repository.git('remote', 'add', 'origin', '../origin.git')
  repository.git('push', '--quiet', '--no-verify', 'origin', 'main')
  const remote = (ref: string) =>
    repository
      .gitBytes(['rev-parse', '--verify', ref], { cwd: join(repository.root, '../origin.git') })
      .toString()
      .trim()
  /** What the model was asked to look at, without the paths' order. */
  const asked = () =>
    opened.server.chatRequests
      .flatMap(({ body }) => [...(body?.messages.at(-1)?.content ?? '').matchAll(/File "([^"]+)"/g)].map(([, path = '']) => path))
      .toSorted((a, b) => (a < b ? -1 : 1))
  return { ...opened, remote, asked }
}

describe('the pre-push hook', () => {
  it('says nothing about a clean push, and reviews it as one change', async () => {
    const { repository, git, asked } = await scene()
    repository.commit('One', { 'src/a.ts': `${clean}export const one = 1\n` })
    repository.commit('Two', { 'src/a.ts': `${clean}export const one = 2\n`, 'src/c.ts': fresh })
    expect([await git('push', '-q', 'origin', 'main'), asked()]).toEqual([passed, ['src/a.ts', 'src/c.ts']])
  })

  it('stops a push with a finding, and says how to look closer', async () => {
    const { repository, git, remote } = await scene()
    const before = remote('main')
    const broke = repository.commit('Broken', { 'src/a.ts': broken })
    const { code, seen } = await git('push', '-q', 'origin', 'main')
    expect([code, remote('main')]).toEqual([1, before])
    expect(seen).toContain('src/a.ts:2  error  review/logic\n  Missiles are launched\n')
    expect(seen).toContain(
      `agent: 1 error stops this push.\n  Look closer:  agent review --range ${before.slice(0, 12)}..${broke.slice(0, 12)}\n`,
    )
  })

  it('reviews a new branch from where it left what the remote has', async () => {
    const { repository, git, asked } = await scene()
    repository.git('switch', '--quiet', '-c', 'feature')
    repository.commit('Feature', { 'src/c.ts': fresh })
    expect([await git('push', '-q', 'origin', 'feature'), asked()]).toEqual([passed, ['src/c.ts']])
  })

  it('reviews a whole repository that the remote has nothing of', async () => {
    const { repository, git, asked } = await scene()
    repository.git('init', '--quiet', '--bare', '../empty.git')
    repository.git('remote', 'add', 'empty', '../empty.git')
    repository.commit('Two', { 'src/c.ts': broken })
    const { code, seen } = await git('push', '-q', 'empty', 'main')
    expect([code, asked()]).toEqual([1, ['src/a.ts', 'src/b.ts', 'src/c.ts']])
    const [, again = ''] = /Look closer: {2}agent review --range (\S+)/.exec(seen) ?? []
    expect(again).toMatch(/^4b825dc642cb6eb9a060e54bf8d69288fbee4904\.\./)
  })

  it('reviews nothing where a ref is deleted, where nothing is new, and where a tag is on what is there', async () => {
    const { repository, git, server } = await scene()
    repository.git('push', '--quiet', '--no-verify', 'origin', 'main:old')
    repository.git('tag', '-a', 'v1', '-m', 'One')
    for (const args of [['--delete', 'old'], ['main'], ['v1'], ['main:other']])
      expect(await git('push', '-q', 'origin', ...args)).toEqual(passed)
    expect(server.requests).toEqual([])
  })

  it('reviews what a pushed tag brings along', async () => {
    const { repository, git } = await scene()
    repository.commit('Broken', { 'src/a.ts': broken })
    repository.git('tag', '-a', 'v1', '-m', 'One')
    expect((await git('push', '-q', 'origin', 'v1')).code).toBe(1)
  })

  it('reviews what is pushed by force against where it left what the remote has', async () => {
    const { repository, git, asked } = await scene()
    repository.commit('One', { 'src/a.ts': `${clean}export const one = 1\n` })
    repository.git('push', '--quiet', '--no-verify', 'origin', 'main')
    repository.git('reset', '--quiet', '--hard', 'HEAD~1')
    repository.commit('Another', { 'src/b.ts': `${clean}export const one = 1\n` })
    expect([await git('push', '-qf', 'origin', 'main'), asked()]).toEqual([passed, ['src/b.ts']])
  })

  it('reviews several refs as one push, and nothing of it twice', async () => {
    const { repository, git, asked } = await scene()
    repository.git('switch', '--quiet', '-c', 'feature')
    repository.commit('Feature', { 'src/c.ts': fresh })
    repository.git('switch', '--quiet', '-c', 'stacked')
    repository.commit('Stacked', { 'src/d.ts': broken })
    repository.git('switch', '--quiet', 'main')
    repository.commit('Main', { 'src/a.ts': broken })
    const { code, seen } = await git('push', '-q', 'origin', 'feature', 'stacked', 'main', 'stacked:same')
    expect([code, asked()]).toEqual([1, ['src/a.ts', 'src/c.ts', 'src/d.ts']])
    expect(seen).toContain('agent: 2 errors stop this push.')
  })

  it('reviews a branch that merged what the remote has without reviewing that again', async () => {
    const { repository, git, asked } = await scene()
    repository.git('switch', '--quiet', '-c', 'feature')
    repository.commit('Feature', { 'src/c.ts': fresh })
    repository.git('push', '--quiet', '--no-verify', 'origin', 'feature')
    repository.git('switch', '--quiet', 'main')
    repository.commit('Main', { 'src/a.ts': broken })
    repository.git('push', '--quiet', '--no-verify', 'origin', 'main')
    repository.git('switch', '--quiet', 'feature')
    repository.git('merge', '--quiet', '--no-edit', 'main')
    repository.commit('More', { 'src/d.ts': fresh })
    expect([await git('push', '-q', 'origin', 'feature'), asked()]).toEqual([passed, ['src/d.ts']])
  })

  it('knows of an address without a name what is at other remotes', async () => {
    const { repository, git, asked } = await scene()
    repository.git('init', '--quiet', '--bare', '../elsewhere.git')
    repository.commit('Two', { 'src/c.ts': fresh })
    expect([await git('push', '-q', '../elsewhere.git', 'main'), asked()]).toEqual([passed, ['src/c.ts']])
  })

  it('lets a push through in three times the time of a commit when the endpoint is silent, unless it is strict', async () => {
    const { repository, gitWith } = await scene({ mode: 'silent' })
    repository.commit('Two', { 'src/c.ts': fresh })
    const time = { AGENT_HOOKS_PRE_COMMIT_MAX_TIME: '500ms' }
    const strict = await gitWith({ ...time, AGENT_HOOK_STRICT: '1' }, 'push', '-q', 'origin', 'main')
    expect([strict.code, strict.seen]).toEqual([1, expect.stringContaining('agent: the push was stopped, because AGENT_HOOK_STRICT')])
    const { code, seen } = await gitWith(time, 'push', '-q', 'origin', 'main')
    expect([code, seen]).toEqual([
      0,
      expect.stringMatching(/^agent: no time was left within 1s500ms to review src\/c\.ts\. Do so with agent review --range .*\n$/),
    ])
  })
})
