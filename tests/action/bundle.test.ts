import { execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startFakeGithub, workflowToken } from '../helpers/fake-github.ts'
import { scriptedMoe, tinyMoe } from '../helpers/local-models.ts'
import { pathWithTools } from '../helpers/programs.ts'
import { openPullRequest, scene } from './scene.ts'

const root = join(import.meta.dirname, '../..')
let folder = ''

beforeAll(() => {
  // Where no node_modules is above it.
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'agent-action-')))
  execFileSync(process.execPath, [join(root, 'scripts/build-action.ts'), join(folder, 'action')], { stdio: 'pipe', cwd: folder })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const entry = () => join(folder, 'action/index.mjs')
const filesIn = (place: string) =>
  globSync('**/*', { cwd: place, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name).slice(place.length + 1))
    .toSorted()

describe('the bundle', () => {
  it('in dist/action is what the sources build; if not: npm run build:action', () => {
    const [built, committed] = [join(folder, 'action'), join(root, 'dist/action')]
    expect(filesIn(committed)).toEqual(filesIn(built))
    const stale = filesIn(built).filter((file) => !readFileSync(join(built, file)).equals(readFileSync(join(committed, file))))
    expect(stale, 'Rebuild and commit it: npm run build:action').toEqual([])
  })

  it('names no path of the machine that built it', () => {
    const texts = filesIn(join(folder, 'action')).filter((name) => /\.(?:m?js|txt)$/.test(name))
    expect(texts.filter((file) => readFileSync(join(folder, 'action', file), 'utf8').includes(root))).toEqual([])
  })

  it('brings the licences of what is in it', () => {
    const licenses = readFileSync(join(folder, 'action/THIRD-PARTY-LICENSES.txt'), 'utf8')
    for (const name of ['@octokit/core', '@vscode/tree-sitter-wasm', 'commander', 'openai', 'zod'])
      expect(licenses).toMatch(new RegExp(`^${name} \\d.*\\(\\S+\\)$`, 'm'))
    expect(licenses).not.toContain('(undefined)')
  })

  it('reviews a pull request as the runner starts it, with nothing installed', async () => {
    const job = await scene()
    const { payload } = openPullRequest(job)
    const github = await startFakeGithub({ repository: job.remote, base: 'main', head: 'feature' })
    onTestFinished(() => github.close())
    job.checkout('refs/pull/7/merge', 1)
    const environment = { GITHUB_API_URL: github.url }
    const ended = await job.run({ event: 'pull_request', payload, inputs: { 'github-token': workflowToken }, environment }, entry())
    expect(ended).toMatchObject({ code: 1, outputs: { findings: '1', 'exit-reason': 'findings' } })
    expect(ended.report?.notices).toEqual([])
    expect(github.comments).toMatchObject([{ path: 'src/port.ts', line: 3 }])
    expect(ended.summary).toContain('Valid ports are refused')
  })

  it('repairs a pull request in a sandbox, or says why there is none', async () => {
    const job = await scene()
    const { payload } = openPullRequest(job, { files: { 'm.py': 'import os\n', 'ruff.toml': '' } })
    job.checkout('refs/pull/7/merge', 1)
    const inputs = { task: 'fix', engine: 'none', 'base-url': '', model: '' }
    const environment = { DOCKER_HOST: 'unix:///nonexistent/docker.sock', PATH: pathWithTools }
    const ended = await job.run({ event: 'pull_request', payload, inputs, environment }, entry())
    expect(ended.outputs['exit-reason']).toMatch(/^(?:clean|findings|failure|incomplete)$/)
    expect(ended.log).not.toMatch(/is not defined|Cannot find|inside agent/)
    expect(existsSync(join(job.workspace, '.ruff_cache'))).toBe(false)
  })

  it('says what to install where a local model is wanted and nothing runs one', async () => {
    const job = await scene()
    const before = job.remote.git('rev-parse', 'main').trim()
    const after = job.remote.commit('Change it', { 'src/port.ts': 'export const port = 1\n' })
    job.checkout('refs/heads/main', 1)
    const inputs = { engine: 'local', model: tinyMoe(), 'base-url': '' }
    const ended = await job.run({ event: 'push', payload: { before, after }, inputs }, entry())
    expect(ended).toMatchObject({ code: 3, outputs: { 'exit-reason': 'failure' } })
    expect(ended.report?.notices.map(({ hint }) => hint).join()).toContain(
      `npm install --prefix ${JSON.stringify(join(job.home, 'native'))} node-llama-cpp@3.21.1`,
    )
  })

  it('asks a local model, and remembers what it said, with packages that the machine has', async () => {
    const job = await scene()
    const before = job.remote.git('rev-parse', 'main').trim()
    const after = job.remote.commit('Change it', { 'src/port.ts': 'export const port = 1\n' })
    job.checkout('refs/heads/main', 1)
    mkdirSync(join(job.home, 'native'))
    symlinkSync(join(root, 'node_modules'), join(job.home, 'native/node_modules'))
    const inputs = { engine: 'local', model: scriptedMoe({ replies: [], fallback: '{"findings":[],"none":true}' }), 'base-url': '' }
    const run = () => job.run({ event: 'push', payload: { before, after }, inputs }, entry())
    const first = await run()
    expect(first.report).toMatchObject({ engine: { kind: 'local' }, completeness: 'complete', notices: [] })
    expect(first.report?.usage.requests).toBeGreaterThan(0)
    expect((await run()).report?.usage).toMatchObject({ requests: 0, cacheHits: 1 })
  })

  it('is a failure, and no command of anybody, when something goes wrong that nobody has caught', async () => {
    const job = await scene({ answer: () => new Promise<string>(() => {}) })
    const before = job.remote.git('rev-parse', 'main').trim()
    const after = job.remote.commit('Change it', { 'src/port.ts': 'export const port = 1\n' })
    job.checkout('refs/heads/main', 1)
    const fault = "setTimeout(()=>{throw new Error('x\\n::error::y')},1500).unref()"
    const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fault)}` }
    const ended = await job.run({ event: 'push', payload: { before, after }, environment }, entry())
    expect(ended).toMatchObject({ code: 3, outputs: { 'exit-reason': 'failure' }, commands: [] })
    expect(ended.log).toContain('Something went wrong inside agent: x')
  })

  it('ends within seconds when the job is cancelled, and says so', async () => {
    const job = await scene({ answer: () => new Promise<string>(() => {}) })
    const before = job.remote.git('rev-parse', 'main').trim()
    const after = job.remote.commit('Change it', { 'src/port.ts': 'export const port = 1\n' })
    job.checkout('refs/heads/main', 1)
    const whenAsked = async (child: { kill(signal: NodeJS.Signals): boolean }) => {
      while (job.server.chatRequests.length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
      child.kill('SIGINT')
    }
    const ended = await job.run({ event: 'push', payload: { before, after }, onStart: whenAsked }, entry())
    expect(ended).toMatchObject({ code: 130, outputs: { 'exit-reason': 'interrupted' } })
  })
})
