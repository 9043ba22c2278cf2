import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { backendProbe, engineProbe, memoryProbe } from '../../../src/commands/doctor/engine-probes.ts'
import type { Surroundings } from '../../../src/commands/doctor/probe.ts'
import { AppError } from '../../../src/domain/errors.ts'
import type { EngineChoice } from '../../../src/engine/choose-engine.ts'
import type { EngineHandle } from '../../../src/engine/engine.ts'
import { ggufOfSize } from '../../engine/models/gguf-fixture.ts'
import { signal, surroundings, told } from './surroundings-fixture.ts'

type Changes = Parameters<typeof surroundings>[0]

const chosen = (kind: EngineHandle['kind'], model: string | null) => async (): Promise<EngineChoice> => ({
  kind: 'engine',
  handle: { kind, model, digest: null, open: () => Promise.reject(new Error('a doctor opens no engine')) } as EngineHandle,
})
const failed = async (): Promise<EngineChoice> => ({ kind: 'failed', error: new AppError('ENGINE_UNAVAILABLE', 'No daemon is running.') })
const from = (origins: Record<string, string>) => ({ kind: 'read', origins: new Map(Object.entries(origins)), notices: [] }) as const

describe('the engine probe', () => {
  it.each<[string, Changes]>([
    [
      'warning: none: no endpoint is configured and no model is installed, so a review runs its checks only -> Run `agent models list` and `agent models pull <name>`, or name a server with --base-url.',
      {},
    ],
    ['ok: none, as configured: a review runs its checks only', { config: { engine: { use: 'none' } } }],
    [
      'ok: endpoint, model m: engine.baseUrl is set (environment AGENT_BASE_URL)',
      { engine: chosen('endpoint', 'm'), configuration: from({ 'engine.baseUrl': 'environment AGENT_BASE_URL' }) },
    ],
    [
      'ok: endpoint, whatever model it serves: engine.use is endpoint (default)',
      {
        engine: chosen('endpoint', null),
        config: { engine: { use: 'endpoint' } },
        configuration: { kind: 'broken', error: new AppError('CONFIG_INVALID', 'x') },
      },
    ],
    [
      'ok: local model tiny: no endpoint is configured, and it is the installed model that was added last',
      { engine: chosen('local', 'tiny') },
    ],
    [
      'ok: local model (named by its file): no endpoint is configured, and engine.model names it (flag --model)',
      { engine: chosen('local', null), config: { engine: { model: './a.gguf' } }, configuration: from({ 'engine.model': 'flag --model' }) },
    ],
    [
      'problem: No daemon is running. -> Run `agent models list` and `agent models pull <name>`, or name a server with --base-url.',
      { engine: failed },
    ],
  ])('says: %s', async (line, changes) => {
    expect(await told(engineProbe, surroundings(changes))).toBe(line)
  })
})

describe('the local engine probe', () => {
  const gpu = { name: 'cuda' as const, devices: ['NVIDIA X', 'NVIDIA Y'], vramBytes: 20e9, threads: 1, library: 'llama 1' }
  const missing = () => Promise.reject(new AppError('ENGINE_UNAVAILABLE', 'node-llama-cpp is not installed.', { hint: 'Install it.' }))

  it.each<[string, Changes]>([
    ['ok: cpu, 4 threads; llama 1', {}],
    ['ok: cuda on NVIDIA X, NVIDIA Y with 20.0 GB, 1 threads; llama 1', { backend: async () => gpu }],
    [
      'warning: cpu, 4 threads; llama 1; engine.gpu asks for cuda -> Install what cuda needs, or set engine.gpu to auto.',
      { config: { engine: { gpu: 'cuda' } } },
    ],
    [
      'problem: cpu, 4 threads; llama 1; engine.gpu asks for cuda -> Install what cuda needs, or set engine.gpu to auto.',
      { engine: chosen('local', 'm'), config: { engine: { gpu: 'cuda' } } },
    ],
    ['warning: node-llama-cpp is not installed. -> Install it.', { backend: missing }],
    ['problem: node-llama-cpp is not installed. -> Install it.', { backend: missing, config: { engine: { use: 'local' } } }],
    [
      'warning: it broke -> Use an endpoint with --base-url instead.',
      { backend: () => Promise.reject(new Error('it broke')), engine: () => Promise.reject(new Error('x')) },
    ],
  ])('says: %s', async (line, changes) => {
    expect(await told(backendProbe, surroundings(changes))).toBe(line)
  })
})

describe('the memory probe', () => {
  const small = 'a.gguf'
  const withModel = (changes: Omit<Partial<Surroundings>, 'config'> & { config?: object } = {}) => {
    const around = surroundings({ engine: chosen('local', 'a'), config: { engine: { model: './a.gguf' } }, ...changes })
    writeFileSync(join(around.directory, small), ggufOfSize(1_000_000))
    return around
  }
  const of = (availableBytes: number, totalBytes: number) => ({ memory: { availableBytes, totalBytes } })
  const vram = (vramBytes: number) => ({
    backend: async () => ({ name: 'cuda' as const, devices: ['X'], vramBytes, threads: 1, library: 'l' }),
  })

  it('tells what is free where no model runs here', async () => {
    expect(await told(memoryProbe, surroundings())).toBe('ok: 10.0 GB free of 20.0 GB')
    expect(await told(memoryProbe, surroundings({ engine: () => Promise.reject(new Error('x')) }))).toBe('ok: 10.0 GB free of 20.0 GB')
    expect(await told(memoryProbe, surroundings({ config: { engine: { use: 'local' } } }))).toBe('ok: 10.0 GB free of 20.0 GB')
  })

  it.each([
    ['ok: the model needs about 2.0 MB; 3.0 MB free of 5.0 MB', of(3e6, 5e6)],
    [
      'warning: the model needs about 2.0 MB; 1.0 MB free of 5.0 MB -> Close other programs before a review, or choose a smaller model with `agent models list`.',
      of(1e6, 5e6),
    ],
    ['problem: the model needs about 2.0 MB; 1.0 MB free of 1.5 MB -> Choose a smaller model with `agent models list`.', of(1e6, 1.5e6)],
    ['ok: the model needs about 2.0 MB; 1.0 MB free of 1.5 MB, and 3.0 MB on the GPU', { ...of(1e6, 1.5e6), ...vram(3e6) }],
    [
      'warning: the model needs about 2.0 MB; 1.0 MB free of 1.5 MB, and 1.5 MB on the GPU: it fits only in both together, and is slower for that -> Choose a smaller model for speed.',
      { ...of(1e6, 1.5e6), ...vram(1.5e6) },
    ],
    [
      'problem: the model needs about 2.0 MB; 1.0 MB free of 1.5 MB -> Choose a smaller model with `agent models list`.',
      { ...of(1e6, 1.5e6), backend: () => Promise.reject(new Error('none')) },
    ],
    [
      'problem: the model needs about 2.0 MB; 1.0 MB free of 1.5 MB -> Choose a smaller model with `agent models list`.',
      { ...of(1e6, 1.5e6), ...vram(9e6), config: { engine: { model: './a.gguf', gpu: 'none' } } },
    ],
  ])('says: %s', async (line, changes) => {
    expect(await told(memoryProbe, withModel(changes))).toBe(line)
  })

  it('measures the installed model, and the one that is still to be pulled', async () => {
    const around = withModel({ config: {} })
    await (await around.openStore()).import(small, { signal })
    expect(await told(memoryProbe, around)).toMatch(/^ok: the model needs about 2\.0 MB/)
    expect(await told(memoryProbe, surroundings({ ...around, config: { engine: { model: 'a' } } }))).toMatch(
      /^ok: the model needs about 2\.0 MB/,
    )
    const named = surroundings({ config: { engine: { use: 'local', model: 'qwen3-coder-30b-a3b' } } })
    expect(await told(memoryProbe, named)).toMatch(/^problem: the model needs about 20\.3 GB/)
    const unknown = surroundings({ config: { engine: { use: 'local', model: 'hf:user/repo' } } })
    expect(await told(memoryProbe, unknown)).toBe('ok: 10.0 GB free of 20.0 GB')
  })
})
