import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { serverEnvironment } from '../../../src/engine/llama-server/ask-server.ts'
import { physicalCores } from '../../../src/engine/llama-server/physical-cores.ts'
import { serverArguments } from '../../../src/engine/llama-server/server-arguments.ts'
import { createServerLog } from '../../../src/engine/llama-server/server-log.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'
import { knownFlags } from './fake-server.ts'

describe('serverArguments', () => {
  const flags = new Set(knownFlags.flatMap((line) => line.match(/--?[\w-]+/g) ?? []))
  const gpu = (id: string) => ({ id, name: id, backend: 'cuda' as const, totalBytes: 1, freeBytes: 1 })
  const offload = {
    fits: 'vram+ram',
    nGpuLayers: 49,
    nCpuMoe: 30,
    tensorSplit: [20, 29],
    contextTokens: 8192,
    parallel: 2,
    use: { gpus: [], ram: 0 },
  } as const
  const plan = { offload, gpus: [gpu('CUDA0'), gpu('CUDA1')], threads: 3, drafts: true }
  const options = { modelPath: '/models/m.gguf', plan, freeRam: 2 ** 34 }

  it('says where everything goes, in options that this version knows', () => {
    expect(serverArguments({ flags }, options).join(' ')).toBe(
      '--model /models/m.gguf --host 127.0.0.1 --ctx-size 16384 --parallel 2 --threads 3 --threads-batch 3 --n-gpu-layers 49 --device CUDA0,CUDA1 ' +
        '--n-cpu-moe 30 --tensor-split 20,29 --spec-type draft-mtp --fit off --no-kv-unified --batch-size 2048 --cache-ram 2048 ' +
        '--no-context-shift --jinja --no-ui --no-slots --offline',
    )
  })

  it('leaves out what this version does not know', () => {
    const cpu = { offload: { ...offload, nGpuLayers: 0, nCpuMoe: 0, tensorSplit: null }, gpus: [], threads: 1, drafts: false }
    expect(
      serverArguments({ flags: new Set(['--no-webui', '--cache-ram', '--device']) }, { ...options, plan: cpu, freeRam: 2 ** 30 }).join(' '),
    ).toBe('--model /models/m.gguf --host 127.0.0.1 --ctx-size 16384 --parallel 2 --threads 1 --device none --cache-ram 128 --no-webui')
  })
})

describe('createServerLog', () => {
  it.each([
    ['0.01.090.402 I srv  llama_server: listening on http://127.0.0.1:42395\n', 42_395],
    ['main: server is listening on http://127.0.0.1:8081 - starting the main loop\n', 8081],
    ['main: HTTP server is listening, hostname: 127.0.0.1, port: 8082, http threads: 7\n', 8082],
    ['listening on http://127.0.0.1:0\n', 0],
    ['listening on http://127.0.0.1:4239', null],
    ['loading model\n', null],
  ])('reads the port from %j', (text, port) => {
    const log = createServerLog('key')
    log.add(text)
    expect(log.port()).toBe(port)
  })

  it('finds the port in whatever pieces it comes, and whatever stands around it', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 65_535 }), fc.array(fc.nat(200)), (before, port, cuts) => {
        const log = createServerLog('key')
        const text = `${before.replaceAll('listening', '')}\nlistening on http://127.0.0.1:${port}\nready\n`
        const ends = [0, ...cuts.filter((cut) => cut < text.length).toSorted((a, b) => a - b), text.length]
        for (const [index, end] of ends.entries()) log.add(text.slice(ends[index - 1] ?? 0, end))
        expect(log.port()).toBe(port)
      }),
    )
  })

  it('keeps the end of what is written, tells the telling lines, and never the key', () => {
    const log = createServerLog('the-key')
    for (let index = 0; index < 1000; index++) log.add(`0.00.001.000 I srv  load: ${'x'.repeat(1000)}\n`)
    log.add('0.00.001.000 E ggml_cuda: cudaMalloc failed with the-key\u001b[31m\n0.00.001.000 E llama: failed to load\nbye\n')
    expect(log.complaint()).toBe('ggml_cuda: cudaMalloc failed with *** [31m · llama: failed to load')
  })

  it('does not take for a reason what the model said', () => {
    const log = createServerLog('key')
    log.add('0.01.002.003 E llama: failed to load\n0.01.002.004 W common_chat_peg_parse: unparsed peg-native output: an error of yours\n')
    expect(log.complaint()).toBe('llama: failed to load')
  })

  it('tells the last lines where none tells more, and nothing of nothing', () => {
    const log = createServerLog('key')
    expect(log.complaint()).toBe('')
    log.add('one\n\ntwo\n')
    expect(log.complaint()).toBe('one · two')
  })
})

describe('physicalCores', () => {
  it('counts cores, not their threads', () => {
    const siblings = ['0,2', '1,3', '0,2', '1,3']
    using folder = temporaryFolder(
      Object.fromEntries(siblings.map((list, index) => [`cpu${index}/topology/thread_siblings_list`, `${list}\n`] as const)),
    )
    expect(physicalCores(folder.path)).toBe(2)
  })

  it('counts all where the system does not tell', () => {
    using empty = temporaryFolder()
    expect(physicalCores(empty.path)).toBeGreaterThan(0)
    expect(physicalCores('/nowhere')).toBeGreaterThan(0)
  })
})

it('hands on which GPUs may be used, and no option of llama-server', () => {
  const environment = {
    HIP_VISIBLE_DEVICES: '1',
    CUDA_VISIBLE_DEVICES: '0',
    LLAMA_ARG_TOOLS: 'all',
    LLAMA_API_KEY: 'x',
    GGML_CUDA_ENABLE_UNIFIED_MEMORY: undefined,
  }
  expect(serverEnvironment(environment)).toEqual({ HIP_VISIBLE_DEVICES: '1', CUDA_VISIBLE_DEVICES: '0', UV_THREADPOOL_SIZE: '1' })
})
