import { describe, expect, it } from 'vitest'
import { callScene as scene } from './call-scene.ts'

const strict = { AGENT_HOOK_STRICT: '1' }

describe('a hook', () => {
  it('writes nothing where there is nothing to say', async () => {
    const { repository, run } = scene()
    repository.stage({ 'src/a.ts': 'export const a = 1\n' })
    expect(await run('pre-commit', { environment: { AGENT_ENGINE_USE: 'none' } })).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  it('writes findings to standard error, because standard output is not the terminal of the user', async () => {
    const { repository, run } = scene()
    repository.stage({ 'a.test.ts': "it.only('a', () => {})\n" })
    const { code, stdout, stderr } = await run('pre-commit', { environment: { AGENT_ENGINE_USE: 'none' } })
    expect([code, stdout, stderr]).toEqual([1, '', expect.stringMatching(/^a\.test\.ts:1 {2}error {2}check\/focused-tests\n/)])
  })

  it('colours them as the environment wants', async () => {
    const { repository, run } = scene()
    repository.stage({ 'a.test.ts': "it.only('a', () => {})\n" })
    const seen = async (environment: Record<string, string>) =>
      (await run('pre-commit', { environment: { AGENT_ENGINE_USE: 'none', ...environment } })).stderr.includes('\u001B[31m')
    expect([await seen({}), await seen({ FORCE_COLOR: '1' }), await seen({ FORCE_COLOR: '1', NO_COLOR: '1' })]).toEqual([
      false,
      true,
      false,
    ])
  })

  it.each(['pre-commit', 'prepare-commit-msg', 'commit-msg', 'pre-push'] as const)(
    'is silent as %s where it is to be skipped',
    async (name) => {
      const { repository, run } = scene({ 'agent.config.yaml': 'nonsense: [' })
      repository.write('.git/MERGE_HEAD', '')
      expect(await run(name, { input: 'nonsense\n' })).toEqual({ code: 0, stdout: '', stderr: '' })
    },
  )

  it.each([
    ['pre-commit', 'this commit was not reviewed', 'commit'],
    ['pre-push', 'this push was not reviewed', 'push'],
  ] as const)(
    'tells as %s in one line what kept it from its work, and stops git only where that is wanted',
    async (name, failure, what) => {
      const { run } = scene({ 'agent.config.yaml': 'review: [' })
      const one = `refs/heads/main ${'1'.repeat(40)} refs/heads/main ${'0'.repeat(40)}\n`
      const line = expect.stringMatching(new RegExp(`^agent: ${failure}: agent\\.config\\.yaml`))
      const lenient = await run(name, { input: one })
      expect([lenient.code, lenient.stdout, lenient.stderr.split('\n')]).toEqual([0, '', [line, '']])
      const stopped = await run(name, { input: one, environment: strict })
      const why = `agent: the ${what} was stopped, because AGENT_HOOK_STRICT or hooks.preCommit.strict is set.`
      expect([stopped.code, stopped.stderr.split('\n')]).toEqual([2, [line, why, '']])
    },
  )

  it('never stops a commit because no message could be prepared', async () => {
    const { run } = scene()
    const { code, stdout } = await run('prepare-commit-msg', { environment: strict, cwd: '/' })
    expect([code, stdout]).toEqual([0, ''])
  })

  it('tells of a line on standard input that git did not write', async () => {
    const { code, stderr } = await scene().run('pre-push', { input: 'rm -rf /\n' })
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^agent: this push was not reviewed: "rm -rf \/" is no line[^\n]*\n$/)])
  })

  it('tells of a mistake of its own, and lets git go on', async () => {
    const { code, stderr } = await scene().run('pre-push', { input: new Error('EIO') })
    expect([code, stderr]).toEqual([
      0,
      'agent: this push was not reviewed: something went wrong inside agent (EIO). Report it with the output of `agent doctor`.\n',
    ])
  })

  it('ends without a word when it is interrupted', async () => {
    const { repository, run } = scene()
    repository.stage({ 'src/a.ts': 'export const a = 1\n' })
    await expect(run('pre-commit', { signal: AbortSignal.abort(130) })).rejects.toBe(130)
  })
})
