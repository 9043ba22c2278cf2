import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hostileTexts } from '../helpers/hostile-texts.ts'
import { liveMarkdown } from '../helpers/live-markdown.ts'
import { expectValidSarif } from '../helpers/validate-sarif.ts'
import { ask, pathWithTools } from '../helpers/programs.ts'
import type { ChatRequest } from '../helpers/scripted-server.ts'
import { startGitServer } from './git-server.ts'
import { defect, knowsTheDefect, openPullRequest, port, scene } from './scene.ts'

const annotated = { 'comment-mode': 'annotations' }
const found = { code: 1, outputs: { findings: '1', 'highest-severity': 'error', 'exit-reason': 'findings' } }
const zero = '0'.repeat(40)
const history = (ended: { report: { coverage: { files: readonly { path: string }[] } } | null }) =>
  ended.report?.coverage.files.map(({ path }) => path)

describe('a pull request', () => {
  it.each([1, 2, undefined])('is reviewed from where it left its base, in a clone of depth %s', async (depth) => {
    const job = await scene()
    const { payload } = openPullRequest(job)
    job.checkout('refs/pull/7/merge', depth)
    const ended = await job.run({ event: 'pull_request', payload, inputs: annotated })
    expect(ended).toMatchObject(found)
    expect(history(ended)).toEqual(['src/port.ts'])
    expect(ended.commands).toEqual([
      expect.stringMatching(/^::error file=src\/port.ts,line=3,endLine=3,title=review\/boundary::Valid ports are refused/),
    ])
    expect(ended.summary).toContain('#### ❌ error: Valid ports are refused')
  })

  it('is measured against its base as it is now, and not as a machine remembers it', async () => {
    const job = await scene()
    job.remote.git('update-ref', 'refs/heads/old', 'main')
    job.remote.commit('Merged long ago', { 'src/merged.ts': 'export const merged = 1\n' })
    const { payload } = openPullRequest(job)
    job.checkout('refs/pull/7/merge')
    job.git('update-ref', 'refs/remotes/origin/main', 'refs/remotes/origin/old')
    expect(history(await job.run({ event: 'pull_request', payload, inputs: annotated }))).toEqual(['src/port.ts'])
  })

  it('cannot change the configuration and rules that it is judged by', async () => {
    const job = await scene()
    job.remote.commit('Configure', { 'agent.config.yaml': 'exclude: [src/secret.ts]\n' })
    const files = { 'agent.config.yaml': "exclude: ['**']\n", 'src/port.ts': defect, 'src/secret.ts': 'export const left = 1\n' }
    const { payload } = openPullRequest(job, { files })
    job.checkout('refs/pull/7/merge', 1)
    const ended = await job.run({ event: 'pull_request', payload, inputs: annotated })
    expect(ended).toMatchObject(found)
    expect(ended.report?.notices).toEqual([])
    expect(ended.report?.coverage.files.find(({ path }) => path === 'src/secret.ts')?.skipped).toMatchObject({ expected: true })
  })

  it('of a deep history is found by going down as far as it takes', async () => {
    const job = await scene()
    for (let index = 0; index < 60; index++) job.remote.commit(`Base ${index}`)
    job.remote.git('checkout', '--quiet', '--detach', 'main~60')
    const head = job.remote.commit('Change it', { 'src/port.ts': defect })
    job.remote.git('checkout', '--quiet', 'main')
    const { payload } = openPullRequest(job)
    job.remote.git('update-ref', 'refs/pull/7/head', head)
    const pull = { ...(payload.pull_request as object), head: { ref: 'x', sha: head, repo: { full_name: 'octo/shop' } } }
    job.checkout('refs/heads/main', 1)
    const ended = await job.run({ event: 'pull_request', payload: { pull_request: pull }, inputs: annotated })
    expect(ended).toMatchObject(found)
    expect(history(ended)).toEqual(['src/port.ts'])
  })

  it('without a history in common is an error that says what to do', async () => {
    const job = await scene()
    job.remote.git('checkout', '--quiet', '--orphan', 'other')
    const head = job.remote.commit('Another beginning', { 'a.ts': 'a\n' })
    job.remote.git('update-ref', 'refs/pull/7/head', head)
    job.remote.git('checkout', '--quiet', '--force', 'main')
    const base = job.remote.git('rev-parse', 'main').trim()
    job.checkout('refs/pull/7/head', 1)
    const repo = { full_name: 'octo/shop' }
    const payload = { pull_request: { number: 7, base: { ref: 'main', sha: base, repo }, head: { ref: 'x', sha: head, repo } } }
    const ended = await job.run({ event: 'pull_request', payload })
    expect(ended).toMatchObject({ code: 2, outputs: { findings: '', 'exit-reason': 'usage' } })
    expect(ended.commands).toEqual([
      expect.stringMatching(/^::error title=agent%3A usage::The two ends of the change have no commit in common/),
    ])
    expect(ended.summary).toContain('have no commit in common')
  })

  it('into a branch that is gone is measured against its last commit, and nothing of the change configures the review', async () => {
    const job = await scene()
    const { payload } = openPullRequest(job, { files: { 'src/port.ts': defect, 'agent.config.yaml': "exclude: ['**']\n" } })
    const pull = payload.pull_request
    job.checkout('refs/pull/7/merge', 1)
    const ended = await job.run({
      event: 'pull_request',
      payload: { pull_request: { ...pull, base: { ...pull.base, ref: 'gone' } } },
      inputs: annotated,
    })
    expect(ended).toMatchObject(found)
    expect(ended.report?.notices).toEqual([])
  })

  it('whose fork the checkout calls origin is judged by the repository of the job, not by what the fork calls its main branch', async () => {
    const job = await scene()
    job.remote.commit('Configure', { 'agent.config.yaml': 'review: { maxFindings: 5 }\n' })
    const { payload, head } = openPullRequest(job, { from: 'stranger/shop' })
    job.checkout('refs/pull/7/head')
    job.remote.git('checkout', '--quiet', '--detach', 'main')
    job.remote.git('merge', '--quiet', '--no-edit', head)
    const forged = job.remote.commit('Their main', { 'agent.config.yaml': "exclude: ['**']\n" })
    job.remote.git('checkout', '--quiet', 'main')
    job.git('fetch', '--quiet', 'origin', `+${forged}:refs/remotes/origin/main`)
    job.git('remote', 'set-url', 'origin', 'https://127.0.0.1:9/stranger/shop')
    const ended = await job.run({
      event: 'pull_request',
      payload,
      inputs: annotated,
      environment: { GITHUB_SERVER_URL: 'https://127.0.0.1:9' },
    })
    expect(ended).toMatchObject(found)
    expect(history(ended)).toEqual(['src/port.ts'])
  })

  it('that a comment is about, and a workflow has checked out, brings no configuration along', async () => {
    const job = await scene()
    const { payload } = openPullRequest(job, { files: { 'src/port.ts': defect, 'agent.config.yaml': "exclude: ['**']\n" } })
    job.checkout('refs/pull/7/head', 1)
    const { repository } = payload
    const ended = await job.run({
      event: 'issue_comment',
      payload: { repository },
      inputs: { ...annotated, base: 'main', head: payload.pull_request.head.sha },
    })
    expect(ended).toMatchObject(found)
  })

  it('with a secret at hand is refused', async () => {
    const job = await scene()
    const { payload } = openPullRequest(job)
    job.checkout('refs/pull/7/head', 1)
    const ended = await job.run({ event: 'pull_request_target', payload })
    expect(ended).toMatchObject({ code: 2, outputs: { 'exit-reason': 'usage' } })
    expect(job.server.requests).toEqual([])
  })

  it('of names that look like options and commands does nothing but be reviewed', async () => {
    const job = await scene()
    const branch = '--upload-pack=touch${IFS}pwned'
    job.remote.git('update-ref', `refs/heads/${branch}`, 'main')
    const { payload } = openPullRequest(job, {
      branch: '$(touch pwned)',
      files: { 'src/port.ts': defect, '$(touch pwned).ts': 'export {}\n', '--help': 'x\n' },
    })
    const pull = payload.pull_request
    job.checkout('refs/pull/7/merge', 1)
    const ended = await job.run({
      event: 'pull_request',
      payload: { pull_request: { ...pull, base: { ...pull.base, ref: branch } } },
      inputs: annotated,
    })
    expect(ended).toMatchObject(found)
    expect([job.workspace, job.remote.root].map((folder) => existsSync(join(folder, 'pwned')))).toEqual([false, false])
  })
})

describe('a private repository', () => {
  it('is fetched with the token, which the checkout need not have kept and nobody else sees', async () => {
    const job = await scene()
    const { payload } = openPullRequest(job)
    job.checkout('refs/pull/7/merge', 1)
    const authorization = `basic ${Buffer.from('x-access-token:ghs_private').toString('base64')}`
    await using server = await startGitServer(job.remote.root, { name: 'octo/shop', authorization })
    job.git('remote', 'set-url', 'origin', `${server.url}/octo/shop`)
    // What actions/checkout leaves with persist-credentials.
    job.git('config', `http.${server.url}/.extraheader`, 'AUTHORIZATION: basic bGVmdDpvdmVy')
    const before = readFileSync(join(job.workspace, '.git/config'), 'utf8')
    const inputs = { ...annotated, 'github-token': 'ghs_private' }
    const ended = await job.run({ event: 'pull_request', payload, inputs, environment: { GITHUB_SERVER_URL: server.url } })
    expect(ended).toMatchObject(found)
    expect(new Set(server.authorizations)).toEqual(new Set([authorization]))
    expect(readFileSync(join(job.workspace, '.git/config'), 'utf8')).toBe(before)
    expect(ended.log.replace('::add-mask::ghs_private\n', '')).not.toContain('ghs_private')
  })

  it('that gives nothing is told of as a failure', async () => {
    const job = await scene()
    const { payload } = openPullRequest(job)
    job.checkout('refs/pull/7/merge', 1)
    await using server = await startGitServer(job.remote.root, { name: 'octo/shop', authorization: 'basic other' })
    job.git('remote', 'remove', 'origin')
    const ended = await job.run({
      event: 'pull_request',
      payload,
      inputs: { 'github-token': 'ghs_x' },
      environment: { GITHUB_SERVER_URL: server.url },
    })
    expect(ended).toMatchObject({ code: 3, outputs: { 'exit-reason': 'failure' } })
    expect(ended.commands.at(-1)).toMatch(/^::error title=agent%3A failure::The commits of the change could not be fetched/)
  })
})

describe('another event', () => {
  it.each([1, undefined])('reviews what was pushed, in a clone of depth %s', async (depth) => {
    const job = await scene()
    const before = job.remote.commit('Before', { 'src/before.ts': 'export const before = 1\n' })
    job.remote.commit('One', { 'src/port.ts': defect })
    const after = job.remote.commit('Two', { 'src/two.ts': 'export const two = 2\n' })
    job.checkout('refs/heads/main', depth)
    const ended = await job.run({ event: 'push', payload: { before, after, repository: { default_branch: 'main' } } })
    expect(ended).toMatchObject(found)
    expect(history(ended)).toEqual(['src/port.ts', 'src/two.ts'])
    expect(ended.commands).toHaveLength(1)
  })

  it('reviews all of a new branch', async () => {
    const job = await scene()
    job.remote.git('checkout', '--quiet', '-b', 'feature')
    job.remote.commit('One', { 'src/port.ts': defect })
    const after = job.remote.commit('Two', { 'src/two.ts': 'export const two = 2\n' })
    job.checkout('refs/heads/feature', 1)
    const payload = { before: zero, after, repository: { default_branch: 'main' } }
    expect(history(await job.run({ event: 'push', payload, ref: 'refs/heads/feature' }))).toEqual(['src/port.ts', 'src/two.ts'])
  })

  it('reviews the last commit where what was pushed over is gone', async () => {
    const job = await scene()
    const after = job.remote.commit('Two', { 'src/port.ts': defect })
    job.checkout('refs/heads/main', 1)
    const ended = await job.run({ event: 'push', payload: { before: 'd'.repeat(40), after } })
    expect(ended).toMatchObject(found)
    expect(ended.log).toContain('Only the last commit is looked at.')
  })

  it.each(['schedule', 'workflow_dispatch'])('reviews the last commit on %s', async (event) => {
    const job = await scene()
    job.remote.commit('Earlier', { 'src/earlier.ts': 'export const a = 1\n' })
    job.remote.commit('Last', { 'src/port.ts': defect })
    job.checkout('refs/heads/main', 1)
    expect(history(await job.run({ event, payload: { repository: { default_branch: 'main' } } }))).toEqual(['src/port.ts'])
  })

  it('reviews a merge group', async () => {
    const job = await scene()
    const base = job.remote.git('rev-parse', 'main').trim()
    const head = job.remote.commit('Queued', { 'src/port.ts': defect })
    job.checkout('refs/heads/main', 1)
    const payload = { merge_group: { base_ref: 'refs/heads/main', base_sha: base, head_sha: head } }
    expect(await job.run({ event: 'merge_group', payload })).toMatchObject(found)
  })

  it('reviews between the commits that the inputs name', async () => {
    const job = await scene()
    job.remote.git('tag', 'v1')
    job.remote.git('checkout', '--quiet', '-b', 'feature')
    job.remote.commit('One', { 'src/port.ts': defect })
    job.checkout('refs/heads/main', 1)
    for (const base of ['v1', 'main', 'origin/main'])
      expect(await job.run({ event: 'workflow_dispatch', inputs: { base, head: 'feature' } })).toMatchObject(found)
  })

  it.each<[string, Record<string, string>]>([
    ['a base', { base: 'no-such-branch' }],
    ['a head', { head: 'no-such-branch' }],
    ['a commit', { head: 'e'.repeat(40) }],
  ])('fails where %s that the inputs name cannot be fetched', async (_what, inputs) => {
    const job = await scene()
    job.remote.commit('Last', { 'src/port.ts': defect })
    job.checkout('refs/heads/main', 1)
    const ended = await job.run({ event: 'schedule', inputs })
    expect(ended).toMatchObject({ code: 3, outputs: { 'exit-reason': 'failure' } })
    expect(ended.commands).toEqual([expect.stringContaining('The commits of the change could not be fetched')])
  })

  it('does nothing where a branch was deleted', async () => {
    const job = await scene()
    const before = job.remote.git('rev-parse', 'main').trim()
    expect(await job.run({ event: 'push', payload: { before, after: zero } })).toMatchObject({
      code: 0,
      outputs: { findings: '0', 'highest-severity': 'none', 'exit-reason': 'clean' },
      summary: '',
    })
  })
})

describe('the ending', () => {
  async function pushed(options: Parameters<typeof scene>[0] = {}, files: Record<string, string> = { 'src/port.ts': defect }) {
    const job = await scene(options)
    const before = job.remote.git('rev-parse', 'main').trim()
    const after = job.remote.commit('Change it', files)
    job.checkout('refs/heads/main', 1)
    return { ...job, push: (inputs: Record<string, string> = {}) => job.run({ event: 'push', payload: { before, after }, inputs }) }
  }

  it('is clean where nothing is as grave as fail-on', async () => {
    const { push } = await pushed({ answer: (request) => knowsTheDefect(request, { severity: 'warning' }) })
    expect(await push({ 'fail-on': 'error' })).toMatchObject({
      code: 0,
      outputs: { findings: '1', 'highest-severity': 'warning', 'exit-reason': 'clean' },
    })
    expect(await push({ 'fail-on': 'warning' })).toMatchObject({ code: 1 })
  })

  it('is clean where nothing was found', async () => {
    const { push } = await pushed({}, { 'src/port.ts': port.replace('< 1', '< 2') })
    expect(await push()).toMatchObject({
      code: 0,
      outputs: { findings: '0', 'highest-severity': 'none', 'exit-reason': 'clean' },
      commands: [],
    })
  })

  it('is a failure where nobody answers, which never looks like findings', async () => {
    const { push, server } = await pushed()
    await server.close()
    const ended = await push({ 'max-time': '20s' })
    expect(ended).toMatchObject({ code: 3, outputs: { findings: '0', 'exit-reason': 'failure' } })
    expect(ended.commands).toEqual([
      expect.stringMatching(/^::warning title=agent review/),
      expect.stringMatching(/^::error title=agent%3A failure::No connection to /),
    ])
    expect(ended.summary).toMatch(/^## agent: failure/)
  })

  it('is incomplete where auto finds no model', async () => {
    const { push } = await pushed()
    expect(await push({ engine: 'auto', 'base-url': '', model: '' })).toMatchObject({ code: 4, outputs: { 'exit-reason': 'incomplete' } })
  })

  it.each<[string, Record<string, string>, string]>([
    ['an input', { 'fail-on': 'sometimes' }, 'The input fail-on is "sometimes".'],
    ['a configuration file', { config: 'none.yaml' }, 'none.yaml does not exist.'],
    ['an address', { 'base-url': 'ftp://x' }, '--base-url'],
    ['a limit', { 'max-time': 'soon' }, "Option '--max-time <duration>' argument 'soon' is invalid"],
  ])('is a mistake of usage where %s is wrong', async (_what, inputs, message) => {
    const { push } = await pushed()
    const ended = await push(inputs)
    expect(ended).toMatchObject({ code: 2, outputs: { 'exit-reason': 'usage' } })
    expect(ended.commands).toEqual([expect.stringContaining(message)])
    expect(ended.summary).toContain('agent: usage')
  })

  it('is told where the runner can be told of it only in the log', async () => {
    const job = await pushed()
    const ended = await job
      .run({ event: 'push', payload: {}, environment: { GITHUB_OUTPUT: '/nonexistent/output', GITHUB_WORKSPACE: '/nonexistent' } })
      .catch(() => null)
    expect(ended?.log).toContain('agent: usage (exit code 2)')
  })

  it('is an interruption where the job is cancelled', async () => {
    const controller = new AbortController()
    const job = await pushed({
      answer: async () => {
        controller.abort(130)
        return await new Promise<string>(() => {})
      },
    })
    const [before, after] = ['main~1', 'main'].map((name) => job.remote.git('rev-parse', name).trim())
    const ended = await job.run({ event: 'push', payload: { before, after }, signal: controller.signal })
    expect(ended).toMatchObject({ code: 130, outputs: { 'exit-reason': 'interrupted' } })
  })

  it.each([
    ['annotations', 1, true],
    ['summary', 0, true],
    ['none', 0, false],
  ])('is told by comment-mode %s with %i annotations', async (mode, annotations, hasSummary) => {
    const { push } = await pushed()
    const ended = await push({ 'comment-mode': mode })
    expect(ended).toMatchObject(found)
    expect([ended.commands.length, ended.summary !== '']).toEqual([annotations, hasSummary])
    expect(ended.log).toContain('error: Valid ports are refused')
  })

  it('says that there is no pull request to comment on', async () => {
    const { push } = await pushed()
    const ended = await push({ 'comment-mode': 'review' })
    expect(ended.commands).toHaveLength(1)
    expect(ended.summary).toContain('This event belongs to no pull request')
  })

  it('names the findings that GitHub shows no annotation for', async () => {
    const focused = Array.from({ length: 14 }, (_, index) => [`src/a${index}.test.ts`, "it.only('x', () => {})\n"])
    const { push } = await pushed({}, Object.fromEntries(focused) as Record<string, string>)
    const ended = await push()
    expect(ended.outputs.findings).toBe('14')
    expect(ended.commands.filter((line) => line.startsWith('::error file='))).toHaveLength(10)
    expect(ended.summary).toContain('10 of 14 findings are shown as annotations')
    for (const [path = ''] of focused) expect(ended.summary).toContain(path)
  })

  it('leaves SARIF where it was asked for', async () => {
    const { push, workspace } = await pushed()
    const ended = await push({ 'sarif-file': 'reports/agent.sarif' })
    expect(ended.outputs.sarif).toBe(join(workspace, 'reports/agent.sarif'))
    await expectValidSarif(readFileSync(join(workspace, 'reports/agent.sarif'), 'utf8'))
  })

  it('keeps the key for the endpoint, and out of the log', async () => {
    const { push, server } = await pushed({ apiKey: 'sk-only-for-you' })
    const ended = await push({ 'api-key': 'sk-only-for-you' })
    expect(ended).toMatchObject(found)
    expect(server.chatRequests.length).toBeGreaterThan(0)
    expect(ended.log).toMatch(/^::add-mask::sk-only-for-you\n/)
    expect(ended.log.slice(ended.log.indexOf('\n'))).not.toContain('sk-only')
  })

  it('looks at a shard only, and lets it post nothing', async () => {
    const { push } = await pushed({}, { 'src/port.ts': defect, 'a.ts': 'export const a = 1\n', 'b.ts': 'export const b = 1\n' })
    const shards = [await push({ shard: '1/2' }), await push({ shard: '2/2' })]
    expect(shards.map(({ outputs }) => Number(outputs.findings)).reduce((sum, count) => sum + count)).toBe(1)
  })

  it('lets no answer of the model become a command, an output or markup', async () => {
    const evil = 'x\n::set-output name=exit-reason::clean\n::add-mask::e\n##[error]y <img src=x> @octocat ![a](https://evil.example)'
    const { push } = await pushed({
      answer: (request) => knowsTheDefect(request, { title: evil.slice(0, 60), trigger: evil, effect: evil }),
    })
    const ended = await push()
    expect(ended).toMatchObject(found)
    expect(ended.commands).toHaveLength(1)
    expect(liveMarkdown(ended.summary).filter((part) => /^[<>[\]@&]/.test(part))).toEqual(['<', '>'])
  })
})

describe('a hostile model and a hostile change', () => {
  const perUnit = 5
  // Of one kind on lines beside each other they would be taken for one.
  const categories = ['logic', 'boundary', 'null', 'async', 'resource']
  const slices = Array.from({ length: Math.ceil(hostileTexts.length / perUnit) }, (_, index) =>
    hostileTexts.slice(index * perUnit, (index + 1) * perUnit),
  )
  const names = ['::error::x.ts', '##[error]y.ts', '@octocat.ts', '<img src=x>.ts', 'a`b.ts', '![x](https:).ts']

  it.each(slices.map((texts) => [texts]))(
    'put no command into the log, no output, and nothing alive into the summary: %j',
    async (texts) => {
      const lines = texts.map((_text, index) => `export const value${index} = ${index}`)
      const findings = texts.map((text, index) => ({
        quote: lines[index],
        line: index + 1,
        trigger: text,
        effect: text,
        category: categories[index % categories.length],
        severity: ['error', 'warning', 'note'][index % 3],
        title: text.slice(0, 70),
      }))
      const answer = ({ messages }: ChatRequest) =>
        JSON.stringify(messages.at(1)?.content?.includes('value0') ? { none: false, findings } : { none: true, findings: [] })
      const job = await scene({ answer })
      const before = job.remote.commit('Configure', { 'agent.config.yaml': `review: { maxFindings: ${perUnit} }\n` })
      const focused = Object.fromEntries(names.map((name) => [name, 'export {}\n']))
      const after = job.remote.commit('::set-output name=findings::0', { ...focused, 'src/many.ts': `${lines.join('\n')}\n` })
      job.checkout('refs/heads/main', 1)
      const ended = await job.run({ event: 'push', payload: { before, after } })
      expect(ended).toMatchObject({ code: 1, outputs: { 'exit-reason': 'findings' } })
      // Blank ones are dropped, and one that is too much like another is merged into it.
      const count = Number(ended.outputs.findings)
      expect(count).toBeGreaterThanOrEqual(Math.floor(texts.length / 2))
      expect(ended.commands.filter((command) => !/^::(?:error|warning|notice) (?:file=[^:,]*,|title=[^:,]*::)/.test(command))).toEqual([])
      const alive = liveMarkdown(ended.summary).filter((part) => /^[<>[\]@&]|^www|:\/\//.test(part))
      expect(alive).toEqual(Array.from({ length: count }, () => ['<', '>']).flat())
    },
  )
})

describe('the task fix', () => {
  const silent = { task: 'fix', engine: 'none', 'base-url': '', model: '' }
  const hasRuff = ask('ruff', '--version') !== null

  it.skipIf(!hasRuff && process.env.CI !== 'true')('repairs what is checked out, and posts nothing', async () => {
    const job = await scene()
    const before = job.remote.git('rev-parse', 'main').trim()
    const after = job.remote.commit('Change it', { 'm.py': 'import os\n\nx = 1\n', 'ruff.toml': '' })
    job.checkout('refs/heads/main', 1)
    const inputs = { ...silent, 'comment-mode': 'review' }
    const ended = await job.run({ event: 'push', payload: { before, after }, inputs, environment: { PATH: pathWithTools } })
    expect(ended).toMatchObject({ code: 0, outputs: { findings: '0', 'exit-reason': 'clean' }, report: { task: 'fix' } })
    expect(readFileSync(join(job.workspace, 'm.py'), 'utf8').trim()).toBe('x = 1')
    expect(ended.summary).toContain('Only a review can be posted')
  })

  it('of a pull request works on its merge, whose history is fetched', async () => {
    const job = await scene()
    const { payload } = openPullRequest(job)
    job.checkout('refs/pull/7/merge', 1)
    expect(await job.run({ event: 'pull_request', payload, inputs: silent })).toMatchObject({ code: 0, report: { task: 'fix' } })
  })

  it('at night looks at the last commit', async () => {
    const job = await scene()
    job.remote.commit('Last', { 'src/port.ts': defect })
    job.checkout('refs/heads/main', 1)
    expect(await job.run({ event: 'schedule', inputs: silent })).toMatchObject({ code: 0, report: { task: 'fix' } })
  })
})
