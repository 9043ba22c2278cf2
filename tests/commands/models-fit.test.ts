import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { reportOf, reportOn } from '../../src/commands/models-fit.ts'
import { fitText } from '../../src/commands/models-fit-text.ts'
import { loadedTable } from '../../src/commands/models-text.ts'
import { listLoaded, type LoadedModel } from '../../src/engine/engine-records.ts'
import { readCatalogue } from '../../src/engine/models/catalogue.ts'
import { openModelStore } from '../../src/engine/models/model-store.ts'
import { card, machine, machines } from '../engine/fit/machines.ts'
import { ggufOfSize } from '../engine/models/gguf-fixture.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { tinyMoe } from '../helpers/local-models.ts'
import { type AgentRunOptions, runAgent } from './run-agent.ts'

function place() {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'agent-models-fit-')))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  const environment = {
    HOME: cwd,
    PATH: '',
    AGENT_HOME: join(cwd, 'home'),
    HF_ENDPOINT: 'http://127.0.0.1:9',
    AGENT_OFFLINE: '1',
    AGENT_ENGINE_THREADS: '1',
  }
  const agent = (argv: string, { environment: more = {}, ...options }: Partial<AgentRunOptions> = {}) =>
    runAgent(argv.split(' '), { cwd, environment: { ...environment, ...more }, ...options })
  const hub = { endpoint: 'http://127.0.0.1:9', token: null, offline: true }
  const ids = ['qwen3-coder-30b-a3b', 'mellum2-12b-a2.5b', 'granite-3.1-1b-a400m', 'gpt-oss-120b']
  const catalogue = readCatalogue().filter(({ id }) => ids.includes(id))
  return { cwd, agent, environment, store: openModelStore({ directory: join(cwd, 'home', 'models'), cwd, hub, catalogue }) }
}

const transfer = { signal: new AbortController().signal }

describe('the table of agent models fit', () => {
  it('tells what a machine has, what fits, and what to take', async () => {
    const { store, cwd } = place()
    await store.import(tinyMoe(), { ...transfer, id: 'tiny' })
    const text = fitText(await reportOf(store, machines.gaming), { color: false })
    expect(cwd).not.toBe('')
    expect(text.split('\n').map((line) => line.replaceAll(/\d+ to \d+/g, 'n to m'))).toMatchInlineSnapshot(`
      [
        "memory    25.6 GB free of 32.0 GB, moves 40 GB/s",
        "GPU       NVIDIA GeForce RTX 3080 (9.5 GB free of 10.0 GB, 760 GB/s)",
        "runs in   the library (prebuilt), llama-server",
        "",
        "   name                  quant   size      fits            context  expected       runs in",
        "✓  tiny                  ?       763 kB    on the GPU      8k × 4   n to m/s  library",
        "*  qwen3-coder-30b-a3b   Q4_K_M  ~18.6 GB  GPU and memory  16k      n to m/s     llama-server, experts of 32 layers in memory",
        "   mellum2-12b-a2.5b     Q4_K_M  ~8.1 GB   GPU and memory  16k      n to m/s    llama-server, experts of 6 layers in memory",
        "   gpt-oss-120b          MXFP4   ~63.0 GB  no",
        "   granite-3.1-1b-a400m  Q4_K_M  ~820 MB   on the GPU      16k × 4  n to m/s   library",
        "",
        "* qwen3-coder-30b-a3b: the first in the order of the catalogue that fits on the GPU and into the memory together and is expected to write n to m tokens a second.",
        "  \`agent models pull\` brings it here.",
        "Expected: tokens a second of one answer, from bytes that a token reads and the bandwidth of where they lie; \`--measure\` runs what is installed (✓).",
        "",
      ]
    `)
  })

  it('tells about one model in other quantisations, and what would help', async () => {
    const { store } = place()
    const text = fitText(await reportOn('qwen3-coder-30b-a3b', store, { ...machines.gaming, hasServer: false, isBusy: true }), {
      color: true,
    })
    expect(text).toContain('while other programs compute: less than it could be')
    expect(text).toContain('qwen3-coder-30b-a3b: a llama-server on the PATH would put a part of it on the GPU.')
    expect(text).toMatch(/\n {2}Q8_0 {4}~32\.3 GB +no\n/)
    expect(text).toMatch(/\n {2}Q3_K_M {2}~15\.2 GB +in memory, [\d.]+ to [\d.]+\/s\n/)
  })

  it('knows machines with several cards, cards that nobody knows, and none', async () => {
    const { store } = place()
    const two = machine({ gpus: [card('RTX 3060', 12), card('Brand New', 12)], hasServer: true, library: 'source' })
    const text = fitText(await reportOf(store, two), { color: false })
    expect(text).toContain('Brand New (11.4 GB free of 12.0 GB, bandwidth not known)')
    expect(text).toMatch(/llama-server, layers \d+\/\d+\n/)
    expect(text).toContain('the library (built here), llama-server')
    const nothing = fitText(await reportOf(store, machine({ library: null, memory: { availableBytes: 2e9, totalBytes: 32e9 } })), {
      color: false,
    })
    expect(nothing).toContain('runs in   nothing: see `agent doctor`\n')
    expect(nothing).toMatch(/in memory, later .* nothing\n/)
    expect(nothing).toContain('Later: once other programs give back their memory.')
    expect(nothing).not.toContain('models pull')
    const helped = fitText(await reportOf(store, { ...machines.gaming, hasServer: false }), { color: false })
    expect(helped).toContain('Larger ones would use the GPU with a llama-server on the PATH')
  })

  it('reads a file, and says that what is only on the hub has no size yet', async () => {
    const { store, cwd } = place()
    const { models, quants } = await reportOn(tinyMoe(), store, machine())
    expect({ quants, models }).toMatchObject({ quants: [], models: [{ id: tinyMoe(), state: 'file', bytes: 763_328, fits: 'ram' }] })
    await expect(reportOn('hf:user/repo:Q4_K_M', store, machine())).rejects.toMatchObject({
      code: 'MODEL_UNKNOWN',
      message: expect.stringContaining('How large'),
    })
    await store.import(tinyMoe(), { ...transfer, id: 'granite-3.1-1b-a400m' })
    const known = await reportOn('granite-3.1-1b-a400m', store, machine())
    expect(known.models[0]).toMatchObject({ state: 'installed', isApproximate: false, quant: 'Q4_K_M' })
    expect(known.quants).toHaveLength(6)
    await store.import(tinyMoe(), { ...transfer, id: 'mine' })
    expect((await reportOn('mine', store, machine())).quants).toEqual([])
    expect(cwd).not.toBe('')
  })
})

it('tells about the others where the file of one cannot be read any more', async () => {
  const { store } = place()
  const model = await store.import(tinyMoe(), { ...transfer, id: 'tiny', copy: true })
  writeFileSync(model.path, Buffer.alloc(model.bytes, 1))
  const { models } = await reportOf(store, machine())
  expect(models).toHaveLength(5)
  expect(models[0]).toMatchObject({ id: 'tiny', fits: 'no', advice: expect.stringContaining('is not a complete GGUF model') })
})

describe('agent models fit', { timeout: 120_000 }, () => {
  it('tells programs about this very machine', async () => {
    const { code, stdout, stderr } = await place().agent('models fit --format json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { schemaVersion, machine: found, models, recommendation } = JSON.parse(stdout)
    expect({ schemaVersion, library: typeof found.library }).toEqual({ schemaVersion: 1, library: 'string' })
    expect(found.bytesPerSecond).toBeGreaterThan(0)
    expect(models.filter(({ isRecommended }: { isRecommended: boolean }) => isRecommended).map(({ id }: { id: string }) => id)).toEqual([
      recommendation?.id,
    ])
  })

  it('measures what is installed', async () => {
    const { agent } = place()
    expect((await agent('models fit mellum2-12b-a2.5b --measure')).stderr).toBe(
      'No model that fits is installed, so there is nothing to measure.\n',
    )
    await agent(`models import ${tinyMoe()} --name tiny`)
    const { stdout, stderr, code } = await agent('models fit tiny --measure --format json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'Measuring tiny …\n' })
    expect(JSON.parse(stdout).models).toEqual([expect.objectContaining({ id: 'tiny', measured: expect.any(Number) })])
  })

  it('tells what could not be measured, and goes on', async () => {
    const { agent, cwd } = place()
    writeFileSync(join(cwd, 'hollow.gguf'), ggufOfSize(50_000))
    await agent('models import hollow.gguf')
    const { code, stderr, stdout } = await agent('models fit hollow --measure --format json')
    expect(code).toBe(0)
    expect(stderr).toMatch(/^Measuring hollow …\nhollow could not be measured: .*\n$/)
    expect(JSON.parse(stdout).models).toEqual([expect.objectContaining({ id: 'hollow', measured: null })])
  })

  it('is what a pull without a name takes', async () => {
    const { code, stderr } = await place().agent('models pull')
    expect(stderr).toMatch(/^Taking [\w.-]+ \([\d.]+ [MG]B\): .*\.\nThe catalogue's entry for .* is not verified/)
    expect(code).toBe(3)
  })
})

describe('what is loaded', { timeout: 120_000 }, () => {
  it('is seen by others while a run has a model open, and not afterwards', async () => {
    const { environment } = place()
    const repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
    onTestFinished(() => repository.remove())
    writeFileSync(join(repository.root, 'a.txt'), 'b\n')
    const engines = join(environment.AGENT_HOME, 'engines')
    const own = { ...repository.environment, ...environment, PATH: repository.environment.PATH }
    const argv = ['explain', 'a.txt', '--engine', 'local', '--model', tinyMoe(), '--max-tokens', '2000']
    let isRunning = true
    const running = runAgent(argv, { cwd: repository.root, environment: own }).finally(() => (isRunning = false))
    const seen: LoadedModel[] = []
    while (isRunning && seen.length === 0) {
      seen.push(...(await listLoaded(engines)))
      await delay(5)
    }
    await running
    expect(seen).toEqual([expect.objectContaining({ pid: process.pid, backend: expect.stringContaining('cpu'), parallel: 1 })])
    expect(await listLoaded(engines)).toEqual([])
  })

  it('is told to people and programs', async () => {
    const loaded: LoadedModel = {
      pid: 7,
      model: 'm',
      backend: 'cpu, llama 1',
      contextTokens: 16_384,
      parallel: 2,
      memoryBytes: 1e9,
      since: '2026-01-01T00:00:00.000Z',
    }
    const now = Date.parse('2026-01-01T00:05:30.000Z')
    expect(loadedTable([loaded, { ...loaded, memoryBytes: null, parallel: 1 }], { color: false, now })).toBe(
      '\nLoaded now\n  m  cpu, llama 1; 16k tokens × 2, 1.0 GB besides the weights; process 7, for 5 min\n  m  cpu, llama 1; 16k tokens; process 7, for 5 min\n',
    )
    expect(loadedTable([], { color: true, now })).toBe('')
    expect(JSON.parse((await place().agent('models list --format json')).stdout).loaded).toEqual([])
  })
})
