import { describe, expect, it } from 'vitest'
import { callScene } from './call-scene.ts'

const focused = "it.only('a', () => {})\n"
const none = '0'.repeat(40)
const environment = { AGENT_ENGINE_USE: 'none' }

describe('pre-push', () => {
  it('reviews what the lines on standard input bring, and says how to look closer', async () => {
    const { repository, run } = callScene()
    const first = repository.git('rev-parse', 'HEAD').trim()
    const second = repository.commit('Second', { 'a.test.ts': focused })
    const input = `refs/heads/main ${second} refs/heads/main ${first}\n`
    const { code, stdout, stderr } = await run('pre-push', { input, args: ['origin', '../origin.git'], environment })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain(`Look closer:  agent review --range ${first.slice(0, 12)}..${second.slice(0, 12)}\n`)
  })

  it('reviews everything where the remote has nothing, in any number of refs, without the arguments of git', async () => {
    const { repository, run } = callScene({ 'a.test.ts': focused })
    const first = repository.git('rev-parse', 'HEAD').trim()
    const second = repository.commit('Second', { 'b.test.ts': focused })
    const input = [first, second].map((id, index) => `refs/heads/${index} ${id} refs/heads/${index} ${none}\n`).join('')
    const { code, stderr } = await run('pre-push', { input, environment })
    expect([code, stderr]).toEqual([1, expect.stringMatching(/a\.test\.ts:1[^]*b\.test\.ts:1[^]*2 errors stop this push/)])
  })

  it('looks only at files that the new commits touch where they stand on several that are known', async () => {
    const { repository, run } = callScene()
    repository.git('switch', '--quiet', '-c', 'feature')
    const feature = repository.commit('Feature', { 'c.ts': '1\n' })
    repository.git('switch', '--quiet', 'main')
    repository.commit('Main', { 'a.test.ts': focused })
    repository.git('update-ref', 'refs/remotes/origin/main', 'HEAD')
    repository.git('switch', '--quiet', 'feature')
    repository.git('merge', '--quiet', '--no-edit', 'main')
    const tip = repository.commit('More', { 'd.ts': '1\n' })
    const input = `refs/heads/feature ${tip} refs/heads/feature ${feature}\n`
    expect(await run('pre-push', { input, args: ['../elsewhere.git'], environment })).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  it.each(['', `(delete) ${none} refs/heads/old ${'1'.repeat(40)}\n`])('opens nothing for %j', async (input) => {
    const { run } = callScene({ 'agent.config.yaml': 'review: [' })
    expect(await run('pre-push', { input })).toEqual({ code: 0, stdout: '', stderr: '' })
  })
})
