import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { serverHandle } from '../../../src/engine/llama-server/server-handle.ts'
import type { ServerOptions } from '../../../src/engine/llama-server/server-options.ts'
import { tinyMoe } from '../../helpers/local-models.ts'
import { ask } from '../contract.ts'
import { type Behaviour, type FakeServer, fakeServer, serverOptions, type Start } from './fake-server.ts'

const deadlines = { openMs: 20_000, firstTokenMs: 20_000, idleMs: 20_000, totalMs: 20_000 }

async function open(server: FakeServer, more: Partial<ServerOptions> = {}, signal = new AbortController().signal) {
  return await serverHandle(serverOptions(server.environment, { deadlines, ...more }), 'always').open(signal)
}

const valueOf = (args: readonly string[], flag: string) => args[args.indexOf(flag) + 1]

/** Waits until a process is gone, or has ended and is only not yet taken note of. One that was never started is. */
async function gone(start: Start | undefined): Promise<boolean> {
  if (start === undefined) return true
  const table = () => execFileSync('ps', ['-A', '-o', 'pid=,state='], { encoding: 'utf8' })
  const state = () => table().match(new RegExp(`^ *${start.pid} +(\\S)`, 'm'))?.[1]
  await expect.poll(state, { interval: 100, timeout: 30_000 }).toSatisfy((found: unknown) => found === 'Z' || found === undefined)
  return true
}

describe('a managed llama-server', () => {
  it('is started on this machine alone, with a key that stands in no command line, and with none of our variables', async () => {
    using server = fakeServer()
    const environment = { ...server.environment, AGENT_API_KEY: 'ours', LLAMA_ARG_HOST: '0.0.0.0', HF_TOKEN: 'ours' }
    const engine = await open(server, { environment })
    await engine.close()
    const [start] = server.starts()
    const key = start?.environment.LLAMA_API_KEY ?? ''
    expect(key).toMatch(/^[\w-]{32}$/)
    expect(start?.args.join(' ')).not.toContain(key)
    expect([valueOf(start?.args ?? [], '--host'), valueOf(start?.args ?? [], '--port')]).toEqual(['127.0.0.1', '0'])
    expect(Object.keys(start?.environment ?? {})).not.toEqual(expect.arrayContaining(['AGENT_API_KEY']))
    expect(start?.environment).not.toHaveProperty('LLAMA_ARG_HOST')
    expect(start?.environment).not.toHaveProperty('HF_TOKEN')
  })

  it('says what it computes on, how much it holds, and whether it takes tools', async () => {
    using server = fakeServer({
      devices: '  CUDA0: NVIDIA GeForce RTX 3080 (10240 MiB, 9000 MiB free)',
      props: { default_generation_settings: { n_ctx: 3072 }, total_slots: 2, chat_template_caps: { supports_tools: false } },
    })
    const engine = await open(server, { gpu: 'auto', threads: 'auto' })
    const { backend, contextTokens, parallel, offersTools, notices, kind, model } = engine
    await engine.close()
    expect({ backend, contextTokens, parallel, offersTools, notices, kind, model }).toEqual({
      backend: {
        name: 'cuda',
        devices: ['NVIDIA GeForce RTX 3080'],
        vramBytes: 10_737_418_240,
        threads: 1,
        library: 'llama-server 9999 (abcdef0)',
      },
      contextTokens: 3072,
      parallel: 2,
      offersTools: false,
      notices: [],
      kind: 'local',
      model: 'tiny test model, random weights',
    })
    const args = server.starts()[0]?.args ?? []
    expect([valueOf(args, '--device'), valueOf(args, '--n-gpu-layers'), valueOf(args, '--ctx-size')]).toEqual(['CUDA0', '3', '16384'])
  })

  it('counts what was cached', async () => {
    using server = fakeServer()
    const engine = await open(server)
    const { usage } = await engine.generate(ask('Count.'))
    await engine.close()
    expect(usage.cachedInputTokens).toBe(1)
  })

  it('is waited for while it loads', async () => {
    using server = fakeServer({ moods: [{ loadMs: 200, listenMs: 50 }] })
    const engine = await open(server)
    await expect(engine.countTokens('one two')).resolves.toBe(2)
    await engine.close()
  })

  it('tells a crash in its own words, and answers the next question from a new start', async () => {
    using server = fakeServer({ moods: [{ crashesOnChat: true }, {}] })
    const engine = await open(server)
    await expect(engine.generate(ask('Count.'))).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: expect.stringMatching(/^llama-server ended by SIGSEGV: llama_server: listening on/),
    })
    await expect(engine.generate(ask('Count.'))).resolves.toMatchObject({ stopReason: 'stop' })
    await engine.close()
    expect(server.starts()).toHaveLength(2)
  })

  it('is not started for ever', async () => {
    using server = fakeServer({ moods: [{ crashesOnChat: true }] })
    const engine = await open(server)
    for (let crash = 0; crash < 4; crash++) await engine.generate(ask('Count.')).catch(() => {})
    await expect(engine.generate(ask('Count.'))).rejects.toMatchObject({ message: expect.stringContaining('is not started again') })
    await engine.close()
    expect(server.starts()).toHaveLength(4)
  })

  it('runs on the processor where it does not load on the GPU, and says so', async () => {
    using server = fakeServer({
      devices: '  CUDA0: A GPU (10240 MiB, 9000 MiB free)',
      moods: [{ failsToLoad: 'cudaMalloc failed: out of memory' }, {}],
    })
    const engine = await open(server, { gpu: 'auto' })
    const { notices, backend } = engine
    await engine.close()
    expect(backend.name).toBe('cpu')
    expect(notices).toEqual([
      {
        code: 'GPU_UNAVAILABLE',
        message: 'llama-server ended by exit code 1: llama_model_load: cudaMalloc failed: out of memory. The model runs on the processor.',
        hint: expect.any(String),
      },
    ])
    expect(valueOf(server.starts()[1]?.args ?? [], '--device')).toBe('none')
  })

  it('fails with the last words of a server that does not load', async () => {
    using server = fakeServer({ moods: [{ failsToLoad: 'unknown model architecture: "newer"' }] })
    await expect(open(server)).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: expect.stringContaining('unknown model architecture'),
    })
    expect(server.starts()).toHaveLength(1)
  })

  it.each<[string, Behaviour['moods'], number]>([
    ['that it was given, where the server does not say which one the system chose', [{ hidesPort: true }], 2],
    ['that nobody else took in between', [{ hidesPort: true }, { takenPort: true }, {}], 3],
  ])('listens on a port %s', async (_name, moods, starts) => {
    using server = fakeServer({ moods })
    const engine = await open(server)
    await expect(engine.generate(ask('Count.'))).resolves.toMatchObject({ stopReason: 'stop' })
    await engine.close()
    expect(server.starts()).toHaveLength(starts)
  })

  it('gives up where it never gets a port', async () => {
    using server = fakeServer({ moods: [{ hidesPort: true }, { takenPort: true }] })
    await expect(open(server)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE', message: expect.stringContaining('no port') })
    expect(server.starts()).toHaveLength(4)
  })

  it('does not mind what it writes', async () => {
    using server = fakeServer({ moods: [{ garbage: true }] })
    const engine = await open(server)
    await expect(engine.generate(ask('Count.'))).resolves.toMatchObject({ stopReason: 'stop' })
    await engine.close()
  })

  it('is none where something else answers', async () => {
    using server = fakeServer({ moods: [{ health: 404 }] })
    await expect(open(server)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE', message: expect.stringContaining('status 404') })
    expect(await gone(server.starts()[0])).toBe(true)
  })

  it('is ended where it does not say what it has loaded', async () => {
    using server = fakeServer({ moods: [{ breaksProps: true }] })
    await expect(open(server)).rejects.toMatchObject({ code: 'ENGINE_FAILED', message: expect.stringContaining('/props') })
    expect(await gone(server.starts()[0])).toBe(true)
  })

  it('is ended where it does not load in time', async () => {
    using server = fakeServer({ moods: [{ neverListens: true }] })
    await expect(open(server, { deadlines: { ...deadlines, openMs: 1500 } })).rejects.toMatchObject({ code: 'ENGINE_TIMEOUT' })
    expect(await gone(server.starts()[0])).toBe(true)
  })

  it('is ended where the caller leaves while it loads', async () => {
    using server = fakeServer({ moods: [{ loadMs: 60_000 }] })
    const abort = new AbortController()
    const opening = open(server, {}, abort.signal)
    await expect.poll(() => server.starts().length, { interval: 20, timeout: 30_000 }).toBe(1)
    const reason = new Error('not wanted any more')
    abort.abort(reason)
    await expect(opening).rejects.toBe(reason)
    expect(await gone(server.starts()[0])).toBe(true)
  })

  it('is ended where it hangs, and the next question is answered by another one', async () => {
    using server = fakeServer({ moods: [{ hangsOnChat: true }, {}] })
    const engine = await open(server, { deadlines: { ...deadlines, firstTokenMs: 1000, idleMs: 1000 } })
    await expect(engine.generate(ask('Count.'))).rejects.toMatchObject({ code: 'ENGINE_TIMEOUT' })
    expect(await gone(server.starts()[0])).toBe(true)
    await expect(engine.generate(ask('Count.'))).resolves.toMatchObject({ stopReason: 'stop' })
    await engine.close()
  })

  it('goes on where only one answer was late', async () => {
    using server = fakeServer({ moods: [{ mode: 'silent' }] })
    const engine = await open(server, { deadlines: { ...deadlines, firstTokenMs: 200 } })
    await expect(engine.generate(ask('Count.'))).rejects.toMatchObject({ code: 'ENGINE_TIMEOUT' })
    await expect(engine.countTokens('one')).resolves.toBe(1)
    await engine.close()
    expect(server.starts()).toHaveLength(1)
  })

  it('refuses a prompt that leaves no room for the answer before it asks', async () => {
    using server = fakeServer({ props: { default_generation_settings: { n_ctx: 2048 }, total_slots: 1 } })
    const engine = await open(server)
    await expect(engine.generate(ask('word '.repeat(1500), { maxTokens: 1000 }))).rejects.toMatchObject({
      code: 'ENGINE_OUT_OF_CONTEXT',
      message: expect.stringMatching(/has 15\d\d tokens and the answer may have 1000, but the context holds 2048/),
    })
    await engine.close()
  })

  it('takes tools or a schema, not both', async () => {
    using server = fakeServer()
    const engine = await open(server)
    const tools = [{ name: 'look_up', description: 'Looks up.', inputSchema: {} }]
    await expect(engine.generate(ask('Go.', { tools, outputSchema: {} }))).rejects.toMatchObject({ code: 'ENGINE_REFUSED' })
    await engine.close()
  })

  it('leaves no process behind when it is closed', async () => {
    using server = fakeServer()
    const engine = await open(server)
    await engine.close()
    expect(await gone(server.starts()[0])).toBe(true)
  })

  it('is told what does not fit before anything is started', async () => {
    using server = fakeServer()
    await expect(open(server, { contextTokens: null, freeRam: () => 1000 })).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
    await expect(open(server, { freeRam: () => 1000 })).rejects.toMatchObject({ code: 'ENGINE_OUT_OF_CONTEXT' })
    await expect(open(server, { modelPath: '/nowhere/model.gguf' })).rejects.toMatchObject({ code: 'MODEL_MISSING' })
    expect(server.starts()).toEqual([])
  })
})

describe('the process that has started a llama-server', () => {
  const scene = async (server: FakeServer, then: string) => {
    const code = `
      import { serverHandle } from ${JSON.stringify(join(import.meta.dirname, '../../../src/engine/llama-server/server-handle.ts'))}
      const options = { modelPath: ${JSON.stringify(tinyMoe())}, digest: null, name: null, contextTokens: 4096, gpu: 'off', threads: 1, parallel: null,
        environment: process.env, userAgent: 'test', freeRam: () => 2 ** 33 }
      const signal = new AbortController().signal
      const engine = await serverHandle(options, 'always').open(signal)
      await engine.generate({ messages: [{ role: 'user', text: 'Count.' }], tools: [], maxTokens: 8, seed: 1, signal })
      console.log('answered')
      ${then}`
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      env: server.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    return child
  }

  it('takes it along when it is killed', async () => {
    using server = fakeServer()
    const child = await scene(server, 'setInterval(() => {}, 1000)')
    child.kill('SIGKILL')
    expect(await gone(server.starts()[0])).toBe(true)
  })

  it('ends by itself without closing anything, and the server with it', async () => {
    using server = fakeServer()
    const child = await scene(server, '')
    if (child.exitCode === null) await once(child, 'exit')
    expect(child.exitCode).toBe(0)
    expect(await gone(server.starts()[0])).toBe(true)
  })

  it('ends what is left where the watchdog between them was killed', async () => {
    using server = fakeServer()
    const engine = await open(server)
    const start = server.starts()[0]!
    const parent = Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(start.pid)], { encoding: 'utf8' }))
    process.kill(parent, 'SIGKILL')
    expect(await gone(start)).toBe(true)
    await expect(engine.generate(ask('Count.'))).resolves.toMatchObject({ stopReason: 'stop' })
    await engine.close()
  })
})
