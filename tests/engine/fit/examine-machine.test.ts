import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AppError } from '../../../src/domain/errors.ts'
import { buildOf, examineMachine, type ExamineOptions } from '../../../src/engine/fit/examine-machine.ts'
import type { Backend } from '../../../src/engine/llama/messages.ts'

const flags = '--model --host --port --ctx-size --parallel --threads --api-key --list-devices'.split(' ')

/** A folder for PATH with a llama-server that sees these devices. */
function withServer(...devices: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'agent-examine-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const lines = (texts: readonly string[]) => texts.map((text) => `echo '  ${text}'`).join('\n')
  const script = `#!/bin/sh\ncase "$1" in\n--help) ${lines(flags)}\necho LLAMA_API_KEY ;;\n--version) echo version: 1 ;;\n*) ${lines(devices) || ':'} ;;\nesac\n`
  writeFileSync(join(folder, 'llama-server'), script)
  chmodSync(join(folder, 'llama-server'), 0o755)
  return folder
}

const backend: Backend = { name: 'cpu', devices: [], vramBytes: null, threads: 2, library: 'node-llama-cpp (prebuilt)' }

const examine = (found: Partial<Backend> | AppError, { path = '/nowhere', ...options }: Partial<ExamineOptions> & { path?: string } = {}) =>
  examineMachine(
    {
      environment: { PATH: path },
      memory: { availableBytes: 1, totalBytes: 2 },
      mayUseGpu: true,
      server: 'auto',
      signal: new AbortController().signal,
      ...options,
    },
    { probe: async () => (found instanceof AppError ? Promise.reject(found) : { ...backend, ...found }), measure: async () => 40e9 },
  )

describe('examineMachine', () => {
  it('finds a machine without a GPU and without a llama-server', async () => {
    expect(await examine({})).toEqual({
      gpus: [],
      isShared: false,
      memory: { availableBytes: 1, totalBytes: 2 },
      bytesPerSecond: 40e9,
      isBusy: expect.any(Boolean),
      library: 'prebuilt',
      hasServer: false,
    })
  })

  it('takes what the library sees, which tells of all its cards together', async () => {
    const cuda = { name: 'cuda' as const, devices: ['NVIDIA GeForce RTX 3090', 'Brand New'], vramBytes: 40e9, library: 'x (localBuild)' }
    expect(await examine(cuda)).toMatchObject({
      gpus: [
        { name: 'NVIDIA GeForce RTX 3090', totalBytes: 20e9, freeBytes: 19e9, bandwidth: { high: 936e9, isKnown: true } },
        { name: 'Brand New', totalBytes: 20e9, freeBytes: 19e9, bandwidth: { isKnown: false } },
      ],
      isShared: false,
      library: 'source',
    })
    expect((await examine(cuda, { mayUseGpu: false })).gpus).toEqual([])
    expect(await examine({ name: 'metal', devices: ['Apple M3'], vramBytes: 12e9 })).toMatchObject({ isShared: true })
    expect((await examine({ name: 'vulkan', devices: ['Odd'], vramBytes: 0 })).gpus).toEqual([])
  })

  it('believes llama-server more, which knows what is free on each', async () => {
    const path = withServer('CUDA0: NVIDIA GeForce RTX 4090 (24576 MiB, 20000 MiB free)')
    const found = await examine({ name: 'cuda', devices: ['Another'], vramBytes: 1e9 }, { path })
    expect(found).toMatchObject({
      hasServer: true,
      isShared: false,
      gpus: [{ name: 'NVIDIA GeForce RTX 4090', freeBytes: 20_000 * 2 ** 20 }],
    })
    expect(found.gpus).toHaveLength(1)
    expect(await examine({}, { path: withServer('MTL0: Apple M4 (16384 MiB, 16000 MiB free)') })).toMatchObject({ isShared: true })
    expect(await examine({}, { path, mayUseGpu: false })).toMatchObject({ gpus: [], hasServer: true })
    expect(await examine({}, { path, server: 'never' })).toMatchObject({ gpus: [], hasServer: false })
  })

  it('does without what does not work', async () => {
    const broken = new AppError('ENGINE_UNAVAILABLE', 'The library does not load.')
    expect(await examine(broken, { server: '/nowhere/llama-server' })).toMatchObject({ library: null, hasServer: false, gpus: [] })
  })

  it('ends with the signal', async () => {
    await expect(examine({}, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  })
})

it('tells a library that was built here from one that was not', () => {
  expect(['x (llama.cpp v1, prebuilt)', 'x (llama.cpp v1, localBuild)'].map((library) => buildOf({ library }))).toEqual([
    'prebuilt',
    'source',
  ])
})
