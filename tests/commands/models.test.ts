import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fakeHub, sha256 } from '../engine/models/fake-hub.ts'
import { ggufOfSize } from '../engine/models/gguf-fixture.ts'
import { type AgentRunOptions, runAgent } from './run-agent.ts'

const content = ggufOfSize(100_000)
const files = { 'Tiny-Q4_K_M.gguf': { content } }
const id = 'user--repo--q4_k_m'

function place() {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'agent-models-command-')))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  const store = join(cwd, 'home', 'models')
  const agent = (argv: string, { environment = {}, ...options }: Partial<AgentRunOptions> & { endpoint?: string } = {}) =>
    runAgent(argv.split(' '), {
      cwd,
      environment: { HOME: cwd, AGENT_HOME: join(cwd, 'home'), HF_ENDPOINT: 'http://127.0.0.1:9', ...environment },
      ...options,
    })
  return { cwd, store, agent }
}

describe('agent models list', () => {
  it('shows the catalogue and says that nothing is installed', async () => {
    const { agent, store } = place()
    const { code, stdout, stderr } = await agent('models list')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`Installed in ${store}\n  none yet\n`)
    expect(stdout).toMatch(/\n {2}mellum2-12b-a2\.5b +~8\.1 GB +131k +Apache-2\.0 +9\.4 GB +(?:yes|no|when other programs end)\n/)
    expect(existsSync(store)).toBe(false)
  })

  it('shows what is installed first, with what is wrong with it', async () => {
    const { agent, cwd, store } = place()
    writeFileSync(join(cwd, 'a.gguf'), content)
    for (const name of ['good', 'bad']) await agent(`models import a.gguf --copy --name ${name}`)
    writeFileSync(join(store, 'bad', 'manifest.json'), '{}')
    const { stdout } = await agent('models list')
    const [installed = ''] = stdout.split('\n\n')
    expect(installed.split('\n').slice(2)).toEqual([
      '  bad                     damaged: its manifest cannot be read',
      expect.stringMatching(/^ {2}good +100 kB +4k +apache-2\.0 +201 kB +yes$/),
    ])
  })

  it('tells programs the same', async () => {
    const { agent, cwd, store } = place()
    writeFileSync(join(cwd, 'a.gguf'), content)
    await agent('models import a.gguf --name qwen3-coder-30b-a3b')
    const { directory, models } = JSON.parse((await agent('models list --format json')).stdout)
    expect(directory).toBe(store)
    expect(models[0]).toMatchObject({
      id: 'qwen3-coder-30b-a3b',
      state: 'ready',
      bytes: content.length,
      digest: `sha256:${sha256(content)}`,
      fits: 'yes',
    })
    expect(models.filter(({ id }: { id: string }) => id === 'qwen3-coder-30b-a3b')).toHaveLength(1)
    expect(models.at(-1)).toMatchObject({ id: 'granite-3.1-1b-a400m', state: 'available', verified: false, isApproximate: true })
  })

  it('reads AGENT_MODEL_DIR', async () => {
    const { agent, cwd } = place()
    expect((await agent('models list', { environment: { AGENT_MODEL_DIR: 'elsewhere' } })).stdout).toContain(
      `Installed in ${join(cwd, 'elsewhere')}\n`,
    )
  })
})

describe('agent models pull', () => {
  it('downloads with plain lines where nobody watches', async () => {
    await using hub = await fakeHub(files)
    const { agent, store } = place()
    const { code, stdout, stderr } = await agent('models pull hf:user/repo', { environment: { HF_ENDPOINT: hub.endpoint } })
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${id} (100 kB, ${join(store, id, 'model.gguf')}) is installed; its checksum is the published one.\n`,
    })
    expect(stderr).toMatch(/^(?:Downloading Tiny-Q4_K_M\.gguf: \d?0 % of 100 kB\n)+Downloaded Tiny-Q4_K_M\.gguf\.\n$/)
  })

  it('draws a bar on a terminal, and takes it away again', async () => {
    await using hub = await fakeHub(files, { pauseMs: 60 })
    const { agent } = place()
    const { code, stderr } = await agent('models pull hf:user/repo', { environment: { HF_ENDPOINT: hub.endpoint }, terminal: true })
    expect(code).toBe(0)
    expect(stderr.split('\r\u001b[2K')[1]).toMatch(/^Downloading Tiny-Q4_K_M\.gguf █*░* \d+ % of 100 kB/)
    expect(stderr.endsWith('\r\u001b[2K')).toBe(true)
  })

  it('is silent with --quiet, but for the result', async () => {
    await using hub = await fakeHub(files, { drop: { afterBytes: 1000, times: 1 } })
    const { agent } = place()
    const { stdout, stderr } = await agent('models pull hf:user/repo --quiet', { environment: { HF_ENDPOINT: hub.endpoint } })
    expect({ lines: stdout.split('\n').length, stderr }).toEqual({ lines: 2, stderr: '' })
  })

  it('says when nothing could be checked, and tells about retries', async () => {
    await using hub = await fakeHub({ 'T-Q4_K_M.gguf': { content, publishSha256: false } }, { drop: { afterBytes: 1000, times: 1 } })
    const { agent } = place()
    const { stdout, stderr } = await agent('models pull hf:user/repo', { environment: { HF_ENDPOINT: hub.endpoint } })
    expect(stdout).toContain('is installed; no checksum was published to compare it with.')
    expect(stderr).toMatch(/T-Q4_K_M\.gguf\b.*; trying again in 1\.\d s\./)
    expect(stderr).toContain('No checksum of T-Q4_K_M.gguf is published')
  })

  it('says that an entry of the catalogue is not verified', async () => {
    await using hub = await fakeHub({ 'granite-3.1-1b-a400m-instruct-Q4_K_M.gguf': { content } })
    const { agent } = place()
    const { code, stderr } = await agent('models pull granite-3.1-1b-a400m', { environment: { HF_ENDPOINT: hub.endpoint } })
    expect(code).toBe(0)
    expect(stderr).toMatch(/^The catalogue's entry for granite-3\.1-1b-a400m is not verified/)
    expect(hub.seen[0]!.url).toBe('/api/models/bartowski/granite-3.1-1b-a400m-instruct-GGUF/revision/main?blobs=true')
  })

  it('repairs a damaged model and leaves a whole one alone', async () => {
    await using hub = await fakeHub({ 'granite-3.1-1b-a400m-instruct-Q4_K_M.gguf': { content } })
    const { agent, store } = place()
    const environment = { HF_ENDPOINT: hub.endpoint }
    await agent('models pull granite-3.1-1b-a400m', { environment })
    writeFileSync(join(store, 'granite-3.1-1b-a400m', 'model.gguf'), '')
    expect((await agent('models pull granite-3.1-1b-a400m', { environment })).stdout).toContain('is installed; its checksum')
    expect(readFileSync(join(store, 'granite-3.1-1b-a400m', 'model.gguf')).equals(content)).toBe(true)
    expect((await agent('models pull granite-3.1-1b-a400m', { environment })).stdout).toContain('is installed already')
  })

  it.each([
    ['qwen3-coder-30b', 2, /^error: There is no model "qwen3-coder-30b".*\nhint: Did you mean qwen3-coder-next\?|qwen3-coder-30b-a3b\?/],
    ['hf:nobody', 2, /names no model on the hub/],
    ['hf:user/repo', 3, /AGENT_OFFLINE=1 is set/],
  ])('%s ends with exit code %d where it cannot be', async (model, code, message) => {
    const { agent } = place()
    const run = await agent(`models pull ${model}`, { environment: { AGENT_OFFLINE: '1' } })
    expect(run).toEqual({ code, stdout: '', stderr: expect.stringMatching(message) })
  })

  it('ends with the code of the signal and keeps what came', async () => {
    await using hub = await fakeHub(
      { 'Tiny-Q4_K_M.gguf': { content: ggufOfSize(3_000_000) } },
      { stall: { afterBytes: 2_500_000, times: 9 } },
    )
    const { agent, store } = place()
    const stop = new AbortController()
    const running = agent('models pull hf:user/repo', { environment: { HF_ENDPOINT: hub.endpoint }, signal: stop.signal })
    const part = join(store, id, 'model.gguf.part')
    const kept = () => (existsSync(part) ? readFileSync(part).length : 0)
    await expect.poll(kept, { timeout: 20_000 }).toBeGreaterThanOrEqual(2 ** 20)
    stop.abort(143)
    expect((await running).code).toBe(143)
    expect(kept()).toBeGreaterThanOrEqual(2 ** 20)
    expect((await agent('models list')).stdout).toMatch(/user--repo--q4_k_m +partial: \d\.\d MB, its download has not ended/)
  })
})

describe('agent models import, verify and remove', () => {
  it('take a file in, vouch for it and give the space back', async () => {
    const { agent, cwd, store } = place()
    writeFileSync(join(cwd, 'My.gguf'), content)
    expect(await agent('models import My.gguf --quiet')).toEqual({
      code: 0,
      stdout: `my (100 kB, ${join(store, 'my', 'model.gguf')}) is installed.\n`,
      stderr: '',
    })
    expect((await agent('models verify')).stdout).toBe('my: every byte is as it was recorded\n')
    expect(await agent('models remove my')).toEqual({ code: 0, stdout: 'Removed my (101 kB).\n', stderr: '' })
    expect((await agent('models verify')).stdout).toBe('No model is installed.\n')
  })

  it('show every model that cannot be trusted, then end with 3', async () => {
    const { agent, cwd, store } = place()
    writeFileSync(join(cwd, 'a.gguf'), content)
    for (const name of ['one', 'two', 'three']) await agent(`models import a.gguf --copy --name ${name}`)
    const changed = Buffer.from(content)
    changed[content.length - 1]! ^= 1
    writeFileSync(join(store, 'one', 'model.gguf'), changed)
    rmSync(join(store, 'two', 'model.gguf'))
    const { code, stdout, stderr } = await agent('models verify --quiet')
    expect(code).toBe(3)
    expect(stdout.split('\n')).toEqual([
      `one: model.gguf has the SHA-256 ${sha256(changed)}, recorded was ${sha256(content)}`,
      'three: every byte is as it was recorded',
      expect.stringMatching(/^two: .*damaged: model\.gguf is missing/),
      '',
    ])
    expect(stderr).toBe(
      'error: 2 of 3 models cannot be trusted.\nhint: Run `agent models remove one two`, then pull or import them again.\n',
    )
  })

  it('know a model by what it was pulled as', async () => {
    await using hub = await fakeHub(files)
    const { agent } = place()
    await agent('models pull hf:user/repo', { environment: { HF_ENDPOINT: hub.endpoint } })
    expect((await agent('models verify hf:user/repo')).stdout).toBe(`${id}: every byte is as it was recorded\n`)
    expect((await agent('models remove hf:user/repo:Q4_K_M')).code).toBe(0)
    expect(await agent('models remove hf:user/repo')).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^error: hf:user\/repo is not installed/),
    })
  })

  it('refuse what is not installed or leads out of the store', async () => {
    const { agent } = place()
    expect(await agent('models verify nothing')).toMatchObject({ code: 2, stderr: expect.stringContaining('nothing is not installed') })
    expect(await agent('models remove ..')).toMatchObject({ code: 2, stderr: expect.stringContaining('".." cannot name a model') })
    expect(await agent('models')).toMatchObject({ code: 2 })
  })
})
