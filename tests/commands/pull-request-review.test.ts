import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { type FakeGithubOptions, fakeNumber, fakeRepository, startFakeGithub, workflowToken } from '../helpers/fake-github.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { runAgent } from './run-agent.ts'

const focused = "it.only('adds', () => {})\n"
const fine = "it('adds', () => {})\n"

/** A repository on a server with a pull request, and a clone of it that has never seen its commits. */
async function scene({
  main = {},
  feature = { 'sum.test.ts': focused },
  depth,
  ...options
}: { main?: Record<string, string>; feature?: Record<string, string>; depth?: number } & Partial<FakeGithubOptions> = {}) {
  const remote = temporaryRepository({ files: { 'README.md': 'Sums.\n', ...main } })
  for (const text of ['two', 'three']) remote.commit(text, { 'README.md': `${text}\n` })
  const folder = temporaryFolder()
  const clone = join(folder.path, 'clone')
  const git = (...args: readonly string[]) =>
    execFileSync('git', args, {
      cwd: existsSync(clone) ? clone : folder.path,
      env: { ...remote.environment },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  git('clone', '--quiet', ...(depth === undefined ? [] : [`--depth=${depth}`]), `file://${remote.root}`, clone)
  remote.git('checkout', '--quiet', '-b', 'feature')
  remote.commit('A change', feature)
  remote.git('update-ref', `refs/pull/${fakeNumber}/head`, 'HEAD')
  const fake = await startFakeGithub({ repository: remote, ...options })
  onTestFinished(() => {
    fake.close()
    remote.remove()
    folder[Symbol.dispose]()
  })
  const environment = {
    ...remote.environment,
    AGENT_HOME: join(folder.path, 'home'),
    GITHUB_API_URL: fake.url,
    GITHUB_REPOSITORY: fakeRepository,
    GITHUB_TOKEN: workflowToken,
  }
  const review = (args: readonly string[] = [], more: Record<string, string | undefined> = {}) =>
    runAgent(['review', '--engine', 'none', '--pr', `${fakeNumber}`, ...args], { cwd: clone, environment: { ...environment, ...more } })
  const push = (files: Record<string, string>) => {
    remote.commit('More', files)
    remote.git('update-ref', `refs/pull/${fakeNumber}/head`, 'HEAD')
  }
  return { remote, clone, git, fake, review, push, environment }
}

it('reviews a pull request whose commits it has never seen, and posts nothing', async () => {
  const { review, fake, git } = await scene()
  const before = git('for-each-ref')
  const { code, stdout } = await review()
  expect([code, stdout]).toEqual([1, expect.stringContaining('sum.test.ts')])
  expect(fake.asked('POST', /./)).toEqual([])
  expect([git('for-each-ref'), git('status', '--porcelain')]).toEqual([before, ''])
})

it('posts the result, and once', async () => {
  const { review, fake } = await scene()
  expect(await review(['--publish', '--format', 'json'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Posted on octo/shop#7: 1 new comment.'),
  })
  expect(fake.comments).toMatchObject([{ path: 'sum.test.ts', line: 1 }])
  expect(await review(['--publish'])).toMatchObject({ code: 1, stderr: expect.stringContaining('1 finding told before') })
  expect(fake.comments).toHaveLength(1)
})

it('looks only at what a later push added, and says of what it repaired that it is gone', async () => {
  const { review, fake, push } = await scene({ feature: { 'sum.test.ts': focused, 'old.test.ts': focused } })
  await review(['--publish'])
  push({ 'sum.test.ts': fine, 'new.test.ts': "it.only('divides, which is another thing', () => {})\n" })
  const { stdout, stderr } = await review(['--publish', '--format', 'json'])
  expect(JSON.parse(stdout).coverage.files.map(({ path }: { path: string }) => path)).toEqual(['new.test.ts', 'sum.test.ts'])
  expect(stderr).toContain('1 new comment, 1 finding told before, 1 resolved')
  expect(fake.comments.map(({ path, isResolved }) => [path, isResolved])).toEqual([
    ['old.test.ts', false],
    ['sum.test.ts', true],
    ['new.test.ts', false],
  ])
})

it('looks at everything again when the rules of the base are others', async () => {
  const { review, push, remote } = await scene()
  await review(['--publish'])
  remote.git('checkout', '--quiet', 'main')
  remote.commit('Rules', { 'agent.config.yaml': 'review: { maxFindings: 3 }\n' })
  remote.git('checkout', '--quiet', 'feature')
  push({ 'new.test.ts': fine })
  const { stdout } = await review(['--publish', '--format', 'json'])
  expect(JSON.parse(stdout).coverage.files.map(({ path }: { path: string }) => path)).toEqual(['new.test.ts', 'sum.test.ts'])
})

it('looks at everything again when a rule of the base is for other files', async () => {
  const rule = (paths: string) => ({ '.agent/rules/sums.md': `---\npaths: ${paths}\n---\nSums are tested.\n` })
  const { review, push, remote } = await scene({ main: { 'agent.config.yaml': 'rules: [.agent/rules/*.md]\n', ...rule('a/**') } })
  await review(['--publish'])
  remote.git('checkout', '--quiet', 'main')
  remote.commit('Rules', rule('**'))
  remote.git('checkout', '--quiet', 'feature')
  push({ 'new.test.ts': fine })
  const { stdout } = await review(['--publish', '--format', 'json'])
  expect(JSON.parse(stdout).coverage.files.map(({ path }: { path: string }) => path)).toEqual(['new.test.ts', 'sum.test.ts'])
})

it('takes the configuration of the base, whatever the head or the working tree says', async () => {
  const off = 'review: { checks: { focused-tests: off } }\n'
  const { review, clone } = await scene({ feature: { 'sum.test.ts': focused, 'agent.config.yaml': off } })
  writeFileSync(join(clone, 'agent.config.yaml'), off)
  expect((await review()).code).toBe(1)
  const other = await scene({ main: { 'agent.config.yaml': off } })
  expect((await other.review()).code).toBe(0)
})

it('runs nothing of the pull request: no hook, no linter, no configuration that is code', async () => {
  const touch = "require('node:fs').writeFileSync('ran', '')\n"
  const { review, clone } = await scene({
    feature: { 'sum.test.ts': fine, 'eslint.config.js': touch, '.husky/pre-commit': 'touch ran\n', 'agent.config.js': touch },
  })
  mkdirSync(join(clone, '.git/hooks'), { recursive: true })
  writeFileSync(join(clone, '.git/hooks/reference-transaction'), '#!/bin/sh\ntouch "$GIT_DIR/../ran"\n', { mode: 0o755 })
  expect((await review()).code).toBe(0)
  expect(readdirSync(clone)).toEqual(['.git', 'README.md'])
})

it('fetches what is missing of a shallow clone', async () => {
  const { review } = await scene({ depth: 1 })
  expect((await review()).code).toBe(1)
})

it('needs no token to look', async () => {
  const { review } = await scene({ tokens: { '': 'nobody' } as never })
  expect((await review([], { GITHUB_TOKEN: undefined })).code).toBe(1)
  expect(await review(['--publish'], { GITHUB_TOKEN: undefined })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('takes a token'),
  })
})

it('keeps findings findings when they cannot be posted, and says so', async () => {
  const { review } = await scene({ mayWrite: false })
  expect(await review(['--publish'])).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('sum.test.ts'),
    stderr: expect.stringContaining('pull-requests: write'),
  })
})

it('says what is wrong with a clean review that cannot be posted', async () => {
  const { review, fake } = await scene({ feature: { 'sum.test.ts': fine } })
  fake.faults.push({ method: 'GET', path: /comments$/, status: 403, times: 9 })
  expect(await review(['--publish'])).toMatchObject({ code: 3 })
})

it('posts nothing on a dry run', async () => {
  const { review, fake } = await scene()
  expect(await review(['--publish', '--dry-run'])).toMatchObject({ code: 0 })
  expect(fake.asked('POST', /./)).toEqual([])
})

it.each([
  [['--staged'], /cannot be used with/],
  [['--publish', '--shard', '1/2'], /agent merge/],
  [['--repo', 'x'], /--repo is "x"/],
  [['--pr', '99'], /read pull request #99/],
])('refuses %j', async (args, message) => {
  const { review } = await scene()
  expect((await review(args)).stderr).toMatch(message)
})

it('publishes only on a pull request that is named', async () => {
  const { clone, environment } = await scene()
  expect(await runAgent(['review', '--publish'], { cwd: clone, environment })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Add --pr <number>'),
  })
})

it('says why the commits cannot be fetched', async () => {
  const { review, git } = await scene()
  git('remote', 'set-url', 'origin', '/nowhere')
  expect(await review()).toMatchObject({ code: 3, stderr: expect.stringMatching(/could not be fetched from origin: .*\/nowhere/) })
})
