import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/domain/errors.ts'
import type { Engine } from '../../../src/engine/engine.ts'
import type { LocalHandle } from '../../../src/engine/llama/local-engine.ts'
import type { ServerOptions } from '../../../src/engine/llama-server/server-options.ts'
import { automaticHandle, serverHandle } from '../../../src/engine/llama-server/server-handle.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'
import { ggufBytes, tinyValues } from '../models/gguf-fixture.ts'
import { type Behaviour, fakeServer, serverOptions } from './fake-server.ts'

const signal = () => new AbortController().signal
const library = { kind: 'local', model: 'from the library', notices: [], close: async () => {} } as unknown as Engine

/** The built-in library, which opens or fails as it is told. */
function libraryHandle(problem?: Error): LocalHandle {
  const open = async () => {
    if (problem) throw problem
    return library
  }
  return { kind: 'local', model: 'm', digest: 'd', open: open as unknown as LocalHandle['open'] }
}

/** The head of a model with a block of that kind. */
const drafting = ggufBytes({ values: tinyValues({ 'qwen3moe.nextn_predict_layers': { type: 'uint32', value: 1 } }) })
const missing = new AppError('ENGINE_UNAVAILABLE', 'node-llama-cpp is not installed.')
/** The tiny model takes a few MiB beside the GiB that is left to the driver. */
const gpu = (freeMebibytes: number, index = 0) => `  CUDA${index}: A GPU (10240 MiB, ${freeMebibytes} MiB free)`
const enough = gpu(8000)
const scarce = gpu(1025)

async function openWith(
  behaviour: Partial<Behaviour>,
  { problem, ...more }: Partial<ServerOptions> & { problem?: Error } = {},
): Promise<Pick<Engine, 'model' | 'notices'> & { starts: number }> {
  using server = fakeServer(behaviour)
  const options = serverOptions(server.environment, { gpu: 'auto', contextTokens: null, parallel: 1, ...more })
  const engine = await automaticHandle(libraryHandle(problem), options).open(signal())
  await engine.close()
  return { model: engine.model, notices: engine.notices, starts: server.starts().length }
}

describe('engine.server auto', () => {
  it.each([
    ['a GPU that holds all of the model', { devices: enough }],
    ['no GPU', {}],
    ['a llama-server that is too old', { help: '--model' }],
  ])('takes the library with %s', async (_name, behaviour) => {
    await expect(openWith(behaviour)).resolves.toEqual({ model: 'from the library', notices: [], starts: 0 })
  })

  it('takes the library where there is no llama-server', async () => {
    const engine = await automaticHandle(libraryHandle(), serverOptions({ PATH: '' })).open(signal())
    expect(engine).toBe(library)
    await expect(automaticHandle(libraryHandle(missing), serverOptions({ PATH: '' })).open(signal())).rejects.toBe(missing)
  })

  it('takes llama-server where experts have to stay in the memory of the machine', async () => {
    await expect(openWith({ devices: scarce })).resolves.toEqual({ model: 'm', notices: [], starts: 1 })
  })

  it('takes llama-server for the blocks of a model that guess further tokens', async () => {
    using folder = temporaryFolder({ 'm.gguf': drafting })
    const modelPath = `${folder.path}/m.gguf`
    await expect(openWith({ devices: enough }, { modelPath })).resolves.toEqual({ model: 'm', notices: [], starts: 1 })
  })

  it('takes the library where llama-server does not start with them', async () => {
    const moods = [{ failsToLoad: 'error: broken' }]
    await expect(openWith({ devices: scarce, moods })).resolves.toMatchObject({ model: 'from the library' })
  })

  it('takes llama-server where the library is missing, and says so', async () => {
    await expect(openWith({}, { problem: missing })).resolves.toEqual({
      model: 'm',
      notices: [
        {
          code: 'LLAMA_SERVER_USED',
          message: `${missing.message} The llama-server on PATH runs the model instead.`,
          hint: expect.any(String),
        },
      ],
      starts: 1,
    })
  })

  it('tells what the library says where neither can', async () => {
    await expect(openWith({ moods: [{ failsToLoad: 'error: broken' }] }, { problem: missing })).rejects.toBe(missing)
  })

  it('tells anything else that the library says', async () => {
    const crash = new AppError('ENGINE_FAILED', 'It crashed.')
    await expect(openWith({}, { problem: crash })).rejects.toBe(crash)
    const bug = new TypeError('a bug')
    await expect(openWith({}, { problem: bug })).rejects.toBe(bug)
  })

  it('ends with whoever asked', async () => {
    const reason = new Error('not wanted any more')
    await expect(automaticHandle(libraryHandle(), serverOptions({ PATH: '' })).open(AbortSignal.abort(reason))).rejects.toBe(reason)
  })
})

describe('engine.server always', () => {
  it('costs nothing before it is opened, and knows its model', () => {
    const { kind, model, digest } = serverHandle(serverOptions({ PATH: '' }, { digest: 'd' }), 'always')
    expect({ kind, model, digest }).toEqual({ kind: 'local', model: 'tiny test model, random weights', digest: 'd' })
    expect(serverHandle(serverOptions({}, { name: 'mine' }), 'always').model).toBe('mine')
  })

  it('says that there is none', async () => {
    await expect(serverHandle(serverOptions({ PATH: '' }), 'always').open(signal())).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: 'engine.server is always, and there is no llama-server on PATH.',
    })
  })

  it('does without the drafts of the model where it does not start with them, and says so', async () => {
    using folder = temporaryFolder({ 'm.gguf': drafting })
    using server = fakeServer({ devices: enough, moods: [{ failsToLoad: 'error: no such type' }, {}] })
    const options = serverOptions(server.environment, { gpu: 'auto', modelPath: `${folder.path}/m.gguf` })
    const engine = await serverHandle(options, 'always').open(signal())
    await engine.close()
    expect([engine.backend.name, engine.notices.map(({ code }) => code)]).toEqual(['cuda', ['DRAFTS_UNAVAILABLE']])
    expect(server.starts().map(({ args }) => args.includes('--spec-type'))).toEqual([true, false])
  })

  it('says that this llama-server has no GPU of the kind that is asked for, and takes the processor', async () => {
    using server = fakeServer({ devices: enough })
    const engine = await serverHandle(serverOptions(server.environment, { gpu: 'vulkan', contextTokens: 100_000 }), 'always').open(signal())
    await engine.close()
    expect(engine.backend.name).toBe('cpu')
    expect(engine.notices.map(({ code }) => code)).toEqual(['GPU_UNAVAILABLE', 'CONTEXT_REDUCED'])
  })
})
