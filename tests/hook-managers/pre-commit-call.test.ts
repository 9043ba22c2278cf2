import { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { callOfFramework } from '../../src/commands/hooks/call-of-framework.ts'
import { type HookName } from '../../src/hook-managers/hook-manager.ts'
import { fromFramework } from '../../src/hook-managers/pre-commit-call.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'

const resolve = async (revision: string) => (revision === 'refs/heads/gone' ? null : 'c'.repeat(40))
const call = (hook: HookName, args: readonly string[], environment: Record<string, string>) =>
  fromFramework(hook, args, { environment: { PRE_COMMIT: '1', ...environment }, resolve })

const push = {
  PRE_COMMIT_REMOTE_NAME: 'origin',
  PRE_COMMIT_REMOTE_URL: '/r',
  PRE_COMMIT_LOCAL_BRANCH: 'refs/heads/a',
  PRE_COMMIT_REMOTE_BRANCH: 'refs/heads/b',
}
const range = { PRE_COMMIT_TO_REF: 'a'.repeat(40), PRE_COMMIT_FROM_REF: 'b'.repeat(40) }

describe('a call by the pre-commit framework', () => {
  it('is left as it is when git itself calls', async () => {
    expect(await fromFramework('pre-push', ['origin', '/r'], { environment: {}, resolve })).toEqual({ args: ['origin', '/r'], input: null })
  })

  it.each<[HookName, readonly string[], Record<string, string>, unknown]>([
    ['pre-commit', [], {}, { args: [], input: null }],
    ['pre-commit', [], push, null],
    ['commit-msg', ['M'], {}, { args: ['M'], input: null }],
    ['prepare-commit-msg', ['M'], {}, { args: ['M'], input: null }],
    ['prepare-commit-msg', ['M'], { PRE_COMMIT_COMMIT_MSG_SOURCE: 'message' }, { args: ['M', 'message'], input: null }],
    [
      'prepare-commit-msg',
      ['M'],
      { PRE_COMMIT_COMMIT_MSG_SOURCE: 'commit', PRE_COMMIT_COMMIT_OBJECT_NAME: 'HEAD' },
      { args: ['M', 'commit', 'HEAD'], input: null },
    ],
    ['pre-push', [], {}, null],
    [
      'pre-push',
      [],
      { ...push, ...range },
      { args: ['origin', '/r'], input: `refs/heads/a ${'a'.repeat(40)} refs/heads/b ${'b'.repeat(40)}\n` },
    ],
    ['pre-push', [], push, { args: ['origin', '/r'], input: `refs/heads/a ${'c'.repeat(40)} refs/heads/b ${'0'.repeat(40)}\n` }],
    ['pre-push', [], { ...push, PRE_COMMIT_LOCAL_BRANCH: 'refs/heads/gone' }, null],
  ])('becomes one of git: %s %j %j', async (hook, args, environment, expected) => {
    expect(await call(hook, args, environment)).toEqual(expected)
  })

  it('reads what git would have fed to it', async () => {
    using made = temporaryRepository({ files: { a: 'a' } })
    const sink = () => new Writable({ write: (_chunk, _encoding, done) => done() })
    const context = (environment: Record<string, string>) => ({
      cwd: made.root,
      environment: { ...made.environment, PRE_COMMIT: '1', ...environment },
      stdin: Readable.from(['untouched']),
      stdout: sink(),
      stderr: sink(),
      signal: new AbortController().signal,
    })
    const pushed = await callOfFramework('pre-push', [], context({ ...push, PRE_COMMIT_LOCAL_BRANCH: 'refs/heads/main' }))
    const head = made.git('rev-parse', 'HEAD').trim()
    expect(await text(pushed?.context.stdin ?? Readable.from([]))).toBe(`refs/heads/main ${head} refs/heads/b ${'0'.repeat(40)}\n`)
    const checked = await callOfFramework('commit-msg', ['M'], context({}))
    expect(await text(checked?.context.stdin ?? Readable.from([]))).toBe('untouched')
    expect(await callOfFramework('pre-push', [], context({}))).toBeNull()
  })
})
