import { describe, expect, it, onTestFinished } from 'vitest'
import { type FakeGithubOptions, startFakeGithub, workflowToken } from '../helpers/fake-github.ts'
import { runAgent } from '../commands/run-agent.ts'
import { openPullRequest, port, pushToPullRequest, scene } from './scene.ts'

async function discussed(options: Partial<FakeGithubOptions> = {}, { from = 'octo/shop' as string | null } = {}) {
  const job = await scene()
  const opened = openPullRequest(job, { from })
  const github = await startFakeGithub({ repository: job.remote, base: 'main', head: 'feature', ...options })
  onTestFinished(() => github.close())
  job.checkout('refs/pull/7/merge', 1)
  const review = (payload: unknown, inputs: Record<string, string> = {}) =>
    job.run({
      event: 'pull_request',
      payload,
      inputs: { 'github-token': workflowToken, ...inputs },
      environment: { GITHUB_API_URL: github.url },
    })
  return { ...job, ...opened, github, review }
}

const found = { code: 1, outputs: { findings: '1', 'exit-reason': 'findings' } }
const isAnnotation = (command: string) => /^::(?:error|warning|notice) file=/.test(command)

describe('comments on a pull request', () => {
  it('are posted once, on the lines that they are about, in place of annotations', async () => {
    const { review, payload, github } = await discussed()
    const ended = await review(payload)
    expect(ended).toMatchObject(found)
    expect(github.comments).toMatchObject([{ path: 'src/port.ts', line: 3, side: 'RIGHT' }])
    expect(ended.commands.filter(isAnnotation)).toEqual([])
    expect(ended.summary).toContain('Posted: 1 new')
    await review(payload)
    expect(github.comments).toHaveLength(1)
  })

  it('of a new push are about what is new, and resolve what is gone', async () => {
    const job = await discussed()
    await job.review(job.payload)
    const { payload, head } = pushToPullRequest(job, {
      'src/port.ts': port.replace('< 1', '< 2'),
      'src/new.ts': 'export const fresh = 1\n',
    })
    job.checkout('refs/pull/7/merge', 1)
    const ended = await job.review(payload)
    expect(ended).toMatchObject({ code: 0, outputs: { findings: '0' } })
    expect(ended.log).toContain('only what came after it is looked at')
    expect(ended.summary).toMatch(/0 new, 0 still there, 1 resolved/)
    expect(head).not.toBe(job.head)
  })

  it('look at everything again where the configuration of the base has changed', async () => {
    const job = await discussed()
    await job.review(job.payload)
    job.remote.commit('Configure', { 'agent.config.yaml': 'review: { failOn: warning }\n' })
    const { payload } = pushToPullRequest(job, { 'src/new.ts': 'export const fresh = 1\n' })
    job.git('update-ref', '-d', 'refs/remotes/origin/main')
    job.checkout('refs/pull/7/merge', 1)
    const ended = await job.review(payload)
    expect(ended.report?.coverage.files.map(({ path }) => path)).toEqual(['src/new.ts', 'src/port.ts'])
    expect(ended).toMatchObject(found)
  })

  it('are told under a configuration that the inputs name', async () => {
    const job = await discussed()
    job.remote.commit('Configure', { 'ci/review.yaml': 'review: { failOn: never }\n' })
    const { payload } = pushToPullRequest(job, { 'src/new.ts': 'export const fresh = 1\n' })
    job.checkout('refs/pull/7/merge', 1)
    expect(await job.review(payload, { config: 'ci/review.yaml' })).toMatchObject({ code: 0, outputs: { findings: '1' } })
    expect(job.github.comments).toHaveLength(1)
  })

  it('may be a check with annotations of its own', async () => {
    const { review, payload, github } = await discussed()
    const ended = await review(payload, { 'comment-mode': 'check', 'fail-on': 'error' })
    expect(ended).toMatchObject(found)
    expect(github.checks).toMatchObject([{ conclusion: 'failure', annotations: [{ path: 'src/port.ts', start_line: 3 }] }])
    expect(ended.commands.filter(isAnnotation)).toEqual([])
  })

  it('are annotations on a pull request from a fork, whose token may only read', async () => {
    const { review, payload, github } = await discussed({ isFork: true, mayWrite: false }, { from: 'stranger/shop' })
    const ended = await review(payload)
    expect(ended).toMatchObject(found)
    expect([github.comments, github.notes]).toEqual([[], []])
    expect(ended.commands.filter(isAnnotation)).toHaveLength(1)
    expect(ended.summary).toContain('from a fork may only read')
  })

  it('are annotations where the job was given too few permissions, and the summary says which', async () => {
    const { review, payload } = await discussed({ mayWrite: false })
    const ended = await review(payload)
    expect(ended).toMatchObject(found)
    expect(ended.commands.filter(isAnnotation)).toHaveLength(1)
    expect(ended.summary).toContain('pull-requests: write')
  })

  it('are annotations without a token', async () => {
    const { review, payload, github } = await discussed()
    const ended = await review(payload, { 'github-token': '' })
    expect(ended.commands.filter(isAnnotation)).toHaveLength(1)
    expect(github.log).toEqual([])
  })

  it('that GitHub does not take fail the job, unless findings do', async () => {
    const job = await discussed()
    job.github.faults.push({ method: 'POST', path: /./, status: 500, times: 20 })
    const failed = await job.review(job.payload)
    expect(failed).toMatchObject(found)
    expect(failed.commands.filter(isAnnotation)).toHaveLength(1)
    const { payload } = pushToPullRequest(job, { 'src/port.ts': port.replace('< 1', '< 2') })
    job.github.faults.push({ method: 'GET', path: /./, status: 500, times: 60 })
    job.checkout('refs/pull/7/merge', 1)
    const clean = await job.review(payload)
    expect(clean).toMatchObject({ code: 3, outputs: { findings: '0', 'exit-reason': 'failure' } })
    expect(clean.commands.slice(1)).toEqual([expect.stringContaining('::error title=agent%3A failure::')])
  })

  it('are about the whole range that the inputs name', async () => {
    const { review, payload, github, base } = await discussed()
    await review(payload)
    expect(github.comments).toHaveLength(1)
    const again = await review(payload, { base, 'max-comments': '0' })
    expect(again).toMatchObject(found)
    expect(github.comments).toHaveLength(1)
    expect(again.log).not.toContain('only what came after it')
  })

  it('between ends that the inputs name say nothing about the rest, so the next review looks at it', async () => {
    const job = await discussed()
    const second = pushToPullRequest(job, { 'src/sum.test.ts': "it.only('adds', () => {})\n" })
    job.checkout('refs/pull/7/merge', 1)
    await job.review(second.payload, { base: job.head })
    expect(job.github.comments).toMatchObject([{ path: 'src/sum.test.ts' }])
    const { payload } = pushToPullRequest(job, { 'src/new.ts': 'export const fresh = 1\n' })
    job.checkout('refs/pull/7/merge', 1)
    const ended = await job.review(payload)
    expect(ended.report?.coverage.files.map(({ path }) => path)).toEqual(['src/new.ts', 'src/port.ts', 'src/sum.test.ts'])
  })

  it('go on where a shell left off, and a shell where a job did', async () => {
    const job = await discussed()
    const shell = () =>
      runAgent(
        [
          'review',
          '--pr',
          '7',
          '--publish',
          '--format',
          'json',
          '--engine',
          'endpoint',
          '--base-url',
          job.server.baseUrl,
          '--model',
          'scripted',
        ],
        {
          cwd: job.workspace,
          environment: {
            ...job.remote.environment,
            AGENT_HOME: job.home,
            GITHUB_API_URL: job.github.url,
            GITHUB_REPOSITORY: 'octo/shop',
            GITHUB_TOKEN: workflowToken,
          },
        },
      )
    await shell()
    const { payload } = pushToPullRequest(job, { 'src/new.ts': 'export const fresh = 1\n' })
    job.checkout('refs/pull/7/merge', 1)
    const ended = await job.review(payload)
    expect(ended.report?.coverage.files.map(({ path }) => path)).toEqual(['src/new.ts'])
    pushToPullRequest(job, { 'src/newer.ts': 'export const fresher = 1\n' })
    expect(JSON.parse((await shell()).stdout).coverage.files.map(({ path }: { path: string }) => path)).toEqual(['src/newer.ts'])
  })
})
