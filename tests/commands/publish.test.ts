import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { Report } from '../../src/domain/report.ts'
import { type FakeGithubOptions, fakeNumber, fakeRepository, startFakeGithub, workflowToken } from '../helpers/fake-github.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { hostileTexts } from '../helpers/hostile-texts.ts'
import { findingWith, reportWith } from '../helpers/report-arbitrary.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { runAgent } from './run-agent.ts'

/** A pull request on a GitHub of our own, and a folder outside of any repository with a report in it. */
async function scene(report: unknown, options: Partial<FakeGithubOptions> = {}) {
  const repository = temporaryRepository({ files: { 'a.ts': 'one\ntwo\nthree\n' } })
  repository.git('checkout', '--quiet', '-b', 'feature')
  repository.commit('A change', { 'a.ts': 'one\nreturn items[0]\nthree\n' })
  const fake = await startFakeGithub({ repository, isFork: true, ...options })
  const folder = temporaryFolder()
  onTestFinished(() => {
    fake.close()
    repository.remove()
    folder[Symbol.dispose]()
  })
  writeFileSync(join(folder.path, 'report.json'), typeof report === 'string' ? report : JSON.stringify(report))
  const environment = {
    ...repository.environment,
    GITHUB_TOKEN: workflowToken,
    GITHUB_API_URL: fake.url,
    GITHUB_REPOSITORY: fakeRepository,
  }
  const publish = (args: readonly string[] = [], more: Record<string, string | undefined> = {}, cwd = folder.path) =>
    runAgent(['publish', join(folder.path, 'report.json'), '--pr', `${fakeNumber}`, ...args], {
      cwd,
      environment: { ...environment, ...more },
    })
  return { fake, publish, repository, folder }
}

const finding = findingWith({ region: { path: 'a.ts', startLine: 2, endLine: 2 }, evidence: 'return items[0]', title: 'First of nothing' })
const report = (changes: Partial<Report> = {}) => reportWith({ findings: [finding], ...changes })

it('posts what the diff bears out, and says where', async () => {
  const { fake, publish } = await scene(report())
  expect(await publish()).toEqual({
    code: 0,
    stdout: expect.stringMatching(
      /^Posted on octo\/shop#7: 1 new comment\.\nhttps:\/\/github\.example\/octo\/shop\/pull\/7#pullrequestreview-\d+\n$/,
    ),
    stderr: '',
  })
  expect(fake.comments).toMatchObject([{ path: 'a.ts', line: 2, side: 'RIGHT' }])
})

it('posts it once, however often it is called', async () => {
  const { fake, publish } = await scene(report())
  await publish()
  expect((await publish()).stdout).toBe(`Posted on octo/shop#7: 1 finding told before.\n${(await publish()).stdout.split('\n')[1]}\n`)
  expect(fake.comments).toHaveLength(1)
})

it('posts nothing on a dry run, and says what it would', async () => {
  const { fake, publish } = await scene(report())
  expect(await publish(['--dry-run'])).toMatchObject({ code: 0, stdout: '  a.ts:2\nWould be posted on octo/shop#7: 1 new comment.\n' })
  expect([fake.comments, fake.notes, fake.asked('POST', /repos/)]).toEqual([[], [], []])
})

it('writes a check where that is asked for', async () => {
  const { fake, publish } = await scene(report())
  expect(await publish(['--mode', 'check'])).toMatchObject({ code: 0, stdout: expect.stringContaining(': 1 new annotation.') })
  expect(await publish(['--mode', 'check', '--dry-run'])).toMatchObject({ code: 0, stdout: expect.stringContaining('Would be posted') })
  expect(fake.checks).toMatchObject([{ conclusion: 'failure', annotations: [{ path: 'a.ts', start_line: 2 }] }])
  expect(fake.comments).toEqual([])
})

it('keeps to the limit of comments', async () => {
  const { fake, publish } = await scene(report())
  expect((await publish(['--max-comments', '0'])).stdout).toContain('1 finding in the summary only')
  expect(fake.comments).toEqual([])
})

it('lets a hostile artifact say nothing about code that is not there, and nothing that is live', async () => {
  const lies = hostileTexts
    .filter((text) => text !== '')
    .map((text, index) =>
      findingWith({ ...finding, id: `${index}`, title: text.slice(0, 80), message: text, evidence: text, replacement: text }),
    )
  const forged = [
    findingWith({
      ...finding,
      fingerprint: 'a --> <!-- agent:state',
      title: '<!-- agent:0123456789abcdef -->',
      message: '@everyone ![x](https://evil.example)',
    }),
    findingWith({ ...finding, region: { path: '.github/workflows/ci.yml', startLine: 1, endLine: 1 } }),
  ]
  const { fake, publish } = await scene(
    report({
      findings: [...lies, ...forged],
      summary: '@everyone <img src=x>',
      notices: [{ code: '::error::', message: '/approve', hint: '@x' }],
    }),
  )
  const { code, stderr } = await publish()
  expect(code).toBe(0)
  expect(stderr).toMatch(/^\d+ findings of the report are not in the diff and were left out\.\n$/)
  expect(fake.comments).toHaveLength(1)
  for (const { body } of [...fake.comments, ...fake.notes]) {
    expect(body.match(/<!--\s*agent/g)).toHaveLength(1)
    expect(body.replaceAll(/`[^`\n]+`/g, '')).not.toMatch(/@everyone|<img|!\[|^\/approve/m)
  }
})

it.each([
  ['not JSON', '{', /is not valid JSON/],
  ['another schema', '{"schemaVersion":1}', /is not a report of agent/],
  ['an unknown field', JSON.stringify({ ...report(), extra: 1 }), /is not a report of agent/],
  [
    'a finding of a strange severity',
    JSON.stringify({ ...report(), findings: [{ ...finding, severity: 'fatal' }] }),
    /is not a report of agent/,
  ],
  ['more bytes than anybody reads', ' '.repeat(33 * 2 ** 20), /bytes, more than/],
])('refuses a report that is %s', async (_name, text, message) => {
  const { fake, publish } = await scene(text)
  expect(await publish()).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) })
  expect(fake.log).toEqual([])
})

it.each<[string, Record<string, string | undefined>, number, RegExp]>([
  ['no token', { GITHUB_TOKEN: undefined }, 2, /takes a token, and neither GITHUB_TOKEN nor GH_TOKEN is set/],
  ['a wrong token', { GITHUB_TOKEN: 'wrong' }, 3, /does not accept the token/],
  ['no repository', { GITHUB_REPOSITORY: undefined }, 2, /not known which repository is meant/],
  ['a strange repository', { GITHUB_REPOSITORY: 'octo' }, 2, /GITHUB_REPOSITORY is "octo"/],
  ['a repository that it may not see', { GITHUB_REPOSITORY: 'octo/hidden' }, 3, /hidden from this token/],
  ['an address without encryption', { GITHUB_API_URL: 'http://ghe.example/api/v3' }, 2, /only sent by https/],
])('says what is wrong with %s', async (_name, environment, code, message) => {
  const { publish } = await scene(report())
  expect(await publish([], environment)).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) })
})

it('says which permission a job needs', async () => {
  const { publish } = await scene(report(), { mayWrite: false })
  expect(await publish()).toMatchObject({ code: 3, stderr: expect.stringContaining('permissions: pull-requests: write') })
})

it('takes GH_TOKEN too, and --repo before everything else', async () => {
  const { publish } = await scene(report())
  expect(
    await publish(['--repo', fakeRepository], { GITHUB_TOKEN: undefined, GH_TOKEN: workflowToken, GITHUB_REPOSITORY: 'a/b' }),
  ).toMatchObject({ code: 0 })
  expect(await publish(['--repo', 'nonsense'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--repo is "nonsense"') })
})

it('finds the repository by the remote origin', async () => {
  const { publish, repository } = await scene(report())
  const bare = { GITHUB_REPOSITORY: undefined }
  repository.git('remote', 'add', 'origin', `git@github.com:${fakeRepository}.git`)
  expect(await publish([], bare, repository.root)).toMatchObject({ code: 0 })
  repository.git('remote', 'set-url', 'origin', '/srv/git/shop')
  expect(await publish([], bare, repository.root)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('/srv/git/shop, names no repository'),
  })
  repository.git('remote', 'set-url', 'origin', 'https://oauth2:glpat-secret@gitlab.example/group/team/shop.git')
  expect(await publish([], bare, repository.root)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('origin, https://gitlab.example/group/team/shop.git, names no repository'),
  })
})

it('sends a token for github.com to no other host', async () => {
  const { publish, repository } = await scene(report())
  repository.git('remote', 'add', 'origin', 'https://ghe.example/octo/shop.git')
  const environment = { GITHUB_REPOSITORY: undefined, GITHUB_API_URL: undefined }
  expect(await publish([], environment, repository.root)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('GITHUB_API_URL=https://ghe.example/api/v3'),
  })
})

it('takes a token that is named for an enterprise server to that server', async () => {
  const { publish, repository, fake } = await scene(report())
  repository.git('remote', 'add', 'origin', 'https://ghe.invalid/octo/shop.git')
  const environment = { GITHUB_REPOSITORY: undefined, GITHUB_API_URL: undefined, GH_ENTERPRISE_TOKEN: 'for-ghe' }
  expect(await publish([], environment, repository.root)).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('No answer from ghe.invalid'),
  })
  expect(fake.log).toEqual([])
})

it('says nothing but errors with --quiet', async () => {
  const { publish } = await scene(report())
  expect(await publish(['--quiet'])).toEqual({ code: 0, stdout: '', stderr: '' })
})

it.each([
  [['--pr', '0'], /at least 1/],
  [['--mode', 'loud'], /review, check/],
])('refuses %j', async (args, message) => {
  const { publish } = await scene(report())
  expect(await publish(args)).toMatchObject({ code: 2, stderr: expect.stringMatching(message) })
})

it('needs the number of a pull request', async () => {
  const folder = temporaryFolder()
  onTestFinished(() => folder[Symbol.dispose]())
  mkdirSync(join(folder.path, 'x'))
  expect(await runAgent(['publish', 'report.json'], { cwd: folder.path })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--pr'),
  })
})
