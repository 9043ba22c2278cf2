import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { fetchEnvironment, fetchFrom } from '../../src/workspace/fetch-commits.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'

const signal = new AbortController().signal

it('hands git the token as configuration for one server, after what is configured already', () => {
  const environment = {
    PATH: process.env.PATH,
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
    GIT_TRACE_CURL: '1',
    GIT_SSH_COMMAND: 'ssh -F mine',
  }
  const env = fetchEnvironment({ environment, token: 'ghs_x', webUrl: 'https://github.example/' })
  expect(env).not.toHaveProperty('GIT_TRACE_CURL')
  expect(env).toMatchObject({ GIT_SSH_COMMAND: 'ssh -F mine', GIT_TERMINAL_PROMPT: '0' })
  const ask = (url: string) =>
    execFileSync('git', ['config', '--get-urlmatch', 'http.extraheader', url], { env, encoding: 'utf8', cwd: '/' }).trim()
  expect(ask('https://github.example/o/r')).toBe(`AUTHORIZATION: basic ${Buffer.from('x-access-token:ghs_x').toString('base64')}`)
  expect(() => ask('https://elsewhere.example/o/r')).toThrow('Command failed')
  expect(fetchEnvironment({ environment: {}, token: null, webUrl: 'https://github.com' })).not.toHaveProperty('GIT_CONFIG_COUNT')
})

it('runs no program that an address names', async () => {
  using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
  repository.git('config', 'protocol.allow', 'always')
  repository.git('remote', 'add', 'origin', 'ext::sh -c touch% ran%')
  const remote = {
    directory: repository.root,
    environment: repository.environment,
    repository: 'o/r',
    webUrl: 'https://x',
    token: 't',
    signal,
  }
  expect(await fetchFrom(remote, ['refs/heads/main'], null)).toMatch(/^from origin: .*not allowed/)
  expect(repository.git('status', '--porcelain')).toBe('')
})

it.each([
  ['https://github.com/stranger/fork.git', 'https://127.0.0.1:9/octo/shop.git'],
  ['https://github.com/Octo/Shop.git', 'origin'],
  ['/somewhere/else', 'origin'],
])('asks, where origin is %s, %s', async (url, source) => {
  using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
  repository.git('remote', 'add', 'origin', url)
  // Nothing is reached from here: whom it asked is in the refusal.
  const environment = {
    ...repository.environment,
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'url.https://127.0.0.1:9/.insteadOf',
    GIT_CONFIG_VALUE_0: 'https://github.com/',
  }
  const remote = { directory: repository.root, environment, repository: 'octo/shop', webUrl: 'https://127.0.0.1:9', token: null, signal }
  expect(await fetchFrom(remote, ['refs/heads/main'], null)).toMatch(new RegExp(`^from ${source}: `))
})
