import { chmodSync, mkdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { findLlamaServer } from '../../../src/engine/llama-server/find-server.ts'
import { gpusIn, listGpus } from '../../../src/engine/llama-server/list-gpus.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'
import { fakeServer, knownFlags } from './fake-server.ts'

const signal = new AbortController().signal

describe('findLlamaServer', () => {
  it('finds the one on PATH, and says what it is and knows', async () => {
    using server = fakeServer()
    const found = await findLlamaServer(server.environment)
    expect(found).toEqual({ path: server.program, version: '9999 (abcdef0)', flags: expect.any(Set) })
    expect([...(found?.flags ?? [])]).toEqual(expect.arrayContaining(['--n-cpu-moe', '-ncmoe', '--no-webui', '--jinja']))
    // Words in the text beside an option are none.
    expect(found?.flags.has('--gpu')).toBe(false)
  })

  it('finds none where PATH has none, and does not look at relative entries of it or at folders', async () => {
    using empty = temporaryFolder()
    mkdirSync(`${empty.path}/llama-server`)
    await expect(findLlamaServer({ PATH: empty.path })).resolves.toBeNull()
    await expect(findLlamaServer({ PATH: './bin:.' })).resolves.toBeNull()
    await expect(findLlamaServer({})).resolves.toBeNull()
  })

  it('takes the one that is named', async () => {
    using server = fakeServer({ version: 'no version here' })
    await expect(findLlamaServer({ PATH: process.env.PATH }, { setting: server.program })).resolves.toMatchObject({
      path: server.program,
      version: null,
    })
  })

  const without = (word: string) => knownFlags.filter((line) => !line.includes(word)).join('\n')
  it.each([
    ['is no llama-server', 'Usage: grep [OPTION]... PATTERNS [FILE]...'],
    ['is too old: it does not know --parallel', without('--parallel')],
    ['is too old: it takes no key from LLAMA_API_KEY', without('LLAMA_API_KEY')],
  ])('says that a program %s, and passes over it where it need not be taken', async (message, help) => {
    using server = fakeServer({ help })
    await expect(findLlamaServer(server.environment, { setting: 'always' })).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining(message),
    })
    await expect(findLlamaServer(server.environment)).resolves.toBeNull()
  })

  it('says that a program cannot be run, or fails', async () => {
    using folder = temporaryFolder({ 'llama-server': '#!/bin/sh\nexit 9\n' })
    const setting = `${folder.path}/llama-server`
    const wrong = (message: string) => ({ code: 'ENGINE_UNAVAILABLE', message: expect.stringContaining(message) })
    await expect(findLlamaServer({ PATH: '' }, { setting })).rejects.toMatchObject(wrong('is no program that can be run'))
    chmodSync(setting, 0o755)
    await expect(findLlamaServer({ PATH: '' }, { setting })).rejects.toMatchObject(wrong('does not start'))
    await expect(findLlamaServer({ PATH: '' }, { setting: '/nowhere/llama-server' })).rejects.toMatchObject(
      wrong('is no program that can be run'),
    )
  })
})

describe('listGpus', () => {
  it('reads the GPUs of the list, whatever they are called, and no place without memory', () => {
    const text = [
      'ggml_cuda_init: found 2 CUDA devices:',
      'Available devices:',
      '  CUDA0: NVIDIA GeForce RTX 3080 (10240 MiB, 9500 MiB free)',
      '  MTL0: Apple M3 (Pro) (27648 MiB, 27647 MiB free)',
      '  Vulkan1: AMD Radeon (RADV) (8192 MiB, 8000 MiB free)',
      '  ROCm0: AMD Instinct (65520 MiB, 65000 MiB free)',
      '  BLAS: OpenBLAS (0 MiB, 0 MiB free)',
    ].join('\n')
    expect(gpusIn(text).map(({ id, backend, freeBytes }) => [id, backend, freeBytes / 2 ** 20])).toEqual([
      ['CUDA0', 'cuda', 9500],
      ['MTL0', 'metal', 27_647],
      ['Vulkan1', 'vulkan', 8000],
      ['ROCm0', 'other', 65_000],
    ])
  })

  it('finds none where the server has none, or cannot say', async () => {
    using server = fakeServer()
    const found = (await findLlamaServer(server.environment))!
    await expect(listGpus(found, { environment: server.environment, signal })).resolves.toEqual([])
    await expect(listGpus({ ...found, flags: new Set() }, { environment: server.environment, signal })).resolves.toEqual([])
  })
})
