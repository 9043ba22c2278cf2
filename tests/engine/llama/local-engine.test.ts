import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import type { Engine } from '../../../src/engine/engine.ts'
import { localHandle } from '../../../src/engine/llama/local-engine.ts'
import type { LocalOptions } from '../../../src/engine/llama/local-options.ts'
import { probeBackends } from '../../../src/engine/llama/probe.ts'
import { scriptedMoe, tinyMoe } from '../../helpers/local-models.ts'
import { ask } from '../contract.ts'
import { engineProcesses, gone } from './engine-processes.ts'
import { localOptions } from './local-options.ts'

const never = () => new AbortController().signal
const deadlines = { openMs: 60_000, firstTokenMs: 60_000, idleMs: 60_000, totalMs: 60_000 }

const opened: Engine[] = []
afterEach(async () => {
  for (const engine of opened.splice(0)) await engine.close()
  const left = engineProcesses()
  if (left.length > 0) throw new Error(`The test left ${left.length} engine processes.`)
})

async function open(modelPath = tinyMoe(), more: Partial<LocalOptions> = {}) {
  const engine = await localHandle(localOptions(modelPath, { contextTokens: 4096, ...more })).open(never())
  opened.push(engine)
  return engine
}

/** The one engine process there is. */
function engineProcess() {
  const [found, ...more] = engineProcesses()
  if (!found || more.length > 0) throw new Error(`There are ${more.length + (found ? 1 : 0)} engine processes.`)
  return found
}

/** Ends the process in the middle of an answer. */
async function crash(engine: Engine, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  const { pid } = engineProcess()
  let isKilled = false
  const kill = () => (isKilled ||= process.kill(pid, signal))
  await expect(engine.generate(ask('hello', { maxTokens: 3000, onText: kill }))).rejects.toMatchObject({
    code: 'ENGINE_FAILED',
    message: expect.stringContaining(`ended by ${signal}`),
    hint: expect.stringContaining(signal === 'SIGKILL' ? 'memory' : 'engine.gpu'),
  })
}

/** A program that opens the local engine, speaks with it and never closes it. */
function startUnattended(work: string) {
  const source = import.meta.resolve('../../../src/engine/llama/local-engine.ts')
  const code = `
    import { localHandle } from ${JSON.stringify(source)}
    const options = { ...JSON.parse(process.argv[1]), environment: process.env }
    const engine = await localHandle(options).open(new AbortController().signal)
    const request = { messages: [{ role: 'user', text: 'hello' }], tools: [], maxTokens: 200, seed: 1 }
    const speak = async () => {
      const { message } = await engine.generate({ ...request, signal: new AbortController().signal })
      console.log(JSON.stringify(message.text))
    }
    ${work}`
  return spawn(process.execPath, ['--expose-gc', '--input-type=module', '--eval', code, JSON.stringify(localOptions(tinyMoe()))], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** A file of its own that is removed after the test. */
function fileOf(bytes: Buffer | string): string {
  const folder = mkdtempSync(join(tmpdir(), 'agent-model-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'model.gguf')
  writeFileSync(path, bytes)
  return path
}

describe('localHandle', () => {
  it('calls the model what the file calls it, so that a test model is known for one', async () => {
    const path = scriptedMoe({ replies: [], fallback: 'Good day to you.' })
    const handle = localHandle(localOptions(path, { digest: 'sha256:1' }))
    const engine = await handle.open(never())
    await engine.close()
    expect([handle.kind, handle.model, handle.digest]).toEqual(['local', 'scripted test model, no real weights', 'sha256:1'])
    expect([engine.kind, engine.model, engine.digest]).toEqual([handle.kind, handle.model, handle.digest])
    expect(engine.backend).toMatchObject({ name: 'cpu', threads: 1 })
  })

  it('calls it what the caller calls it, where it does', () => {
    expect(localHandle(localOptions(tinyMoe(), { name: 'mine' })).model).toBe('mine')
  })

  it('starts no process before it is opened', () => {
    localHandle(localOptions('/nowhere/model.gguf'))
    expect(engineProcesses()).toEqual([])
  })

  const tiny = readFileSync(tinyMoe())
  it.each<[string, () => string, string, string, string]>([
    ['is not there', () => '/nowhere/model.gguf', 'MODEL_MISSING', 'There is no model file /nowhere/model.gguf', 'agent models pull'],
    ['is a folder', () => tmpdir(), 'MODEL_INVALID', 'cannot be read', 'Name a GGUF file'],
    ['is something else', () => fileOf('hello, I am no model'), 'MODEL_INVALID', 'GGUF magic', 'agent models pull'],
    ['was cut off', () => fileOf(tiny.subarray(0, -5000)), 'MODEL_INVALID', 'bytes of at least', 'agent models pull'],
    [
      'is newer than the library',
      () => fileOf(Buffer.from(tiny.toString('latin1').replaceAll('qwen3moe', 'qwen9moe'), 'latin1')),
      'MODEL_INVALID',
      "unknown model architecture: 'qwen9moe'",
      'newer than the library',
    ],
    [
      'lacks a tensor',
      () => fileOf(Buffer.from(tiny.toString('latin1').replaceAll('blk.1.attn_norm', 'blk.1.attn_nurm'), 'latin1')),
      'MODEL_INVALID',
      "missing tensor 'blk.1.attn_norm.weight'",
      'agent models pull',
    ],
  ])('says what is wrong when the file %s', async (_name, make, code, message, hint) => {
    await expect(localHandle(localOptions(make())).open(never())).rejects.toMatchObject({
      name: 'AppError',
      code,
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    })
  })

  it('gives up when it is aborted while it opens', async () => {
    const [abort, reason] = [new AbortController(), new Error('enough')]
    const opening = localHandle(localOptions(tinyMoe())).open(abort.signal)
    setTimeout(() => abort.abort(reason), 100)
    await expect(opening).rejects.toBe(reason)
    await expect(localHandle(localOptions(tinyMoe())).open(abort.signal)).rejects.toBe(reason)
  })

  it('gives up when the model is not loaded in time', async () => {
    const options = localOptions(tinyMoe(), { deadlines: { ...deadlines, openMs: 20 } })
    await expect(localHandle(options).open(never())).rejects.toMatchObject({
      code: 'ENGINE_TIMEOUT',
      message: expect.stringContaining('not loaded in 20 ms'),
    })
  })

  it.runIf(process.platform !== 'darwin')('falls back to the processor when the GPU does not start, and says so once', async () => {
    const engine = await open(tinyMoe(), { gpu: 'metal' })
    expect(engine.notices).toEqual([
      expect.objectContaining({
        code: 'GPU_UNAVAILABLE',
        message: expect.stringContaining('metal on this machine. The model runs on the processor.'),
      }),
    ])
    await crash(engine)
    expect(await engine.countTokens('a')).toBe(1)
    expect(engine.notices).toHaveLength(1)
  })
})

describe('a request to the local engine', () => {
  it('is refused with both numbers when prompt and answer do not fit together', async () => {
    const engine = await open(tinyMoe(), { contextTokens: 256 })
    const tokens = (await engine.generate(ask('hello', { maxTokens: 1 }))).usage.inputTokens
    await expect(engine.generate(ask('hello', { maxTokens: 257 - tokens }))).rejects.toMatchObject({
      code: 'ENGINE_OUT_OF_CONTEXT',
      message: `The prompt has ${tokens} tokens and the answer may have ${257 - tokens}, but the context holds 256 together.`,
    })
    const { usage, stopReason } = await engine.generate(ask('hello', { maxTokens: 256 - tokens }))
    expect(usage.outputTokens === 256 - tokens || stopReason === 'stop').toBe(true)
  })

  it('may not bring tools', async () => {
    const engine = await open()
    await expect(engine.generate(ask('hello', { tools: [{ name: 'a', description: '', inputSchema: {} }] }))).rejects.toMatchObject({
      code: 'ENGINE_REFUSED',
    })
    const messages = [{ role: 'tool', callId: '1', text: '', isError: false } as const]
    await expect(engine.generate(ask('', { messages }))).rejects.toMatchObject({ code: 'ENGINE_REFUSED' })
  })

  it('fails with the reason when its schema is not of our subset', async () => {
    const engine = await open()
    await expect(engine.generate(ask('hello', { outputSchema: { type: 'string', pattern: 'a' } }))).rejects.toMatchObject({
      code: 'INTERNAL',
    })
  })

  it('ends when nothing comes in time', async () => {
    const engine = await open(tinyMoe(), { deadlines: { ...deadlines, totalMs: 30 } })
    await expect(engine.generate(ask('hello', { maxTokens: 4000 }))).rejects.toMatchObject({ code: 'ENGINE_TIMEOUT' })
    expect(await engine.countTokens('a')).toBe(1)
  })

  it('ends with what its listener throws', async () => {
    const engine = await open()
    const wrong = new Error('listener')
    const onText = () => {
      throw wrong
    }
    await expect(engine.generate(ask('hello', { onText }))).rejects.toBe(wrong)
    expect((await engine.generate(ask('hello'))).message.text).not.toBe('')
  })

  it('is answered as the script says, with a schema and without, several at once', async () => {
    const replies = ['parsePort', 'closeAll', 'retry'].map((trigger, index) => ({
      trigger,
      reply: JSON.stringify({ line: index + 3, title: `About ${trigger} 🙂` }),
    }))
    const engine = await open(scriptedMoe({ replies, fallback: '{"line":99,"title":"Nothing"}' }), { parallel: 2 })
    const outputSchema = {
      type: 'object',
      properties: { line: { enum: [3, 4, 5, 99] }, title: { type: 'string', maxLength: 40 } },
      required: ['line', 'title'],
    }
    const asked = replies.flatMap(({ trigger }) => [ask(`const a = ${trigger}()`), ask(`async ${trigger}(`, { outputSchema })])
    const answers = await Promise.all([...asked, ask('nothing of note')].map((request) => engine.generate(request)))
    expect(answers.map(({ message }) => message.text)).toEqual([
      ...replies.flatMap(({ reply }) => [reply, reply]),
      '{"line":99,"title":"Nothing"}',
    ])
    expect(new Set(answers.map(({ stopReason }) => stopReason))).toEqual(new Set(['stop']))
  })
})

describe('several requests to the local engine', () => {
  const openLocal = async (more: Partial<LocalOptions>) => {
    const engine = await localHandle(localOptions(tinyMoe(), { contextTokens: 1024, ...more })).open(never())
    opened.push(engine)
    return engine
  }

  it('are counted by what they cost', async () => {
    const engine = await openLocal({ parallel: 1 })
    const first = await engine.generate(ask('hello', { maxTokens: 5 }))
    const second = await engine.generate(ask('hello', { maxTokens: 5 }))
    const outputTokens = first.usage.outputTokens + second.usage.outputTokens
    expect(await engine.counters()).toMatchObject({
      promptTokens: first.usage.inputTokens + second.usage.inputTokens - second.usage.cachedInputTokens,
      reusedTokens: second.usage.cachedInputTokens,
      outputTokens,
    })
    expect(engine.notices).toEqual([])
  })

  it('say that they might be answered differently another time, once they really were computed together', async () => {
    const engine = await openLocal({ parallel: 2 })
    await engine.generate(ask('hello'))
    expect(engine.notices).toEqual([])
    const schema = { type: 'string', minLength: 30, maxLength: 30 }
    for (let round = 0; round < 2; round++)
      await Promise.all(['a', 'b'].map((text) => engine.generate(ask(text, { maxTokens: 40, outputSchema: schema }))))
    expect(engine.notices).toEqual([expect.objectContaining({ code: 'ANSWERS_NOT_REPEATABLE', hint: expect.stringContaining('--jobs 1') })])
  })
})

describe('the engine process', () => {
  it.each(['SIGKILL', 'SIGABRT'] as const)('takes only the requests in flight with it when it ends by %s', async (signal) => {
    const engine = await open()
    const { pid } = engineProcess()
    const crashing = crash(engine, signal)
    const waiting = engine.generate(ask('hello again', { maxTokens: 3000 })).catch((error: unknown) => error)
    await crashing
    expect(await waiting).toMatchObject({ code: 'ENGINE_FAILED' })
    expect((await engine.generate(ask('hello'))).message.text).not.toBe('')
    expect(engineProcess().pid).not.toBe(pid)
  })

  it('is started again once for all who ask after it ended, and not for ever', async () => {
    const engine = await open()
    for (let count = 0; count < 3; count++) {
      await crash(engine)
      expect(await Promise.all([engine.countTokens('a'), engine.countTokens('b')])).toEqual([1, 1])
      expect(engineProcesses()).toHaveLength(1)
    }
    await crash(engine)
    await expect(engine.countTokens('a')).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: expect.stringContaining('ended 4 times'),
    })
  })

  it('leaves an interruption of the whole group to the program', async () => {
    const engine = await open()
    process.kill(engineProcess().pid, 'SIGINT')
    expect(await engine.countTokens('a')).toBe(1)
  })

  it('is gone when the engine is closed, in the middle of an answer too', async () => {
    const engine = await open()
    const first = Promise.withResolvers<void>()
    const asked = engine.generate(ask('hello', { maxTokens: 3000, onText: () => first.resolve() }))
    await first.promise
    const closing = engine.close()
    await expect(asked).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE', message: 'The engine is closed.' })
    await closing
    expect(engineProcesses()).toEqual([])
  })

  it('ends with the program that is killed without a chance to close it', async () => {
    const program = startUnattended('for (;;) await speak()')
    await once(program.stdout, 'data')
    const [engine] = engineProcesses(program.pid)
    program.kill('SIGKILL')
    await gone(engine!.pid)
    expect(engineProcesses(program.pid)).toEqual([])
  })

  it('does not keep a program alive that has nothing more to ask', async () => {
    const program = startUnattended('await speak()')
    const output = { stdout: '', stderr: '' }
    program.stdout.on('data', (chunk) => (output.stdout += chunk))
    program.stderr.on('data', (chunk) => (output.stderr += chunk))
    const [code] = await once(program, 'close')
    expect([code, output.stderr]).toEqual([0, ''])
    expect(JSON.parse(output.stdout)).not.toBe('')
  })

  it('leaves no memory, file or process behind, however often an engine is opened, aborted and closed', async () => {
    const cycles = process.env.SOAK ? 500 : 5
    const program = startUnattended(`
      import { readdirSync } from 'node:fs'
      await engine.close()
      const state = () => {
        globalThis.gc()
        return { rss: process.memoryUsage().rss, files: readdirSync('/dev/fd').length }
      }
      let settled
      for (let count = 0; count < ${cycles}; count++) {
        const engine = await localHandle({ ...options, contextTokens: 512 }).open(new AbortController().signal)
        const abort = new AbortController()
        const aborted = engine.generate({ ...request, signal: abort.signal, onText: () => abort.abort(new Error('enough')) })
        await aborted.catch((error) => { if (error.message !== 'enough') throw error })
        await engine.generate({ ...request, maxTokens: 4, signal: new AbortController().signal })
        await engine.close()
        if (count === Math.min(9, ${cycles} - 3)) settled = state()
      }
      console.log(JSON.stringify({ settled, end: state() }))`)
    const text = { stdout: '', stderr: '' }
    program.stdout.on('data', (chunk) => (text.stdout += chunk))
    program.stderr.on('data', (chunk) => (text.stderr += chunk))
    expect([await once(program, 'close'), text.stderr]).toEqual([[0, null], ''])
    const { settled, end } = JSON.parse(text.stdout) as Record<string, { rss: number; files: number }>
    expect(end!.rss).toBeLessThan(settled!.rss * 1.05)
    expect(end!.files).toBeLessThanOrEqual(settled!.files)
  }, 1_800_000)

  it('does not grow with the requests that it answers and the ones that are aborted', async () => {
    const engine = await open()
    const cycle = async (seed: number) => {
      const abort = new AbortController()
      const aborted = engine.generate(
        ask(`hello ${seed}`, { signal: abort.signal, maxTokens: 500, onText: () => abort.abort(new Error('enough')) }),
      )
      await expect(aborted).rejects.toThrow('enough')
      await engine.generate(ask('hello', { seed, temperature: 1, maxTokens: 10, outputSchema: { type: 'string', maxLength: 5 } }))
    }
    const cycles = process.env.SOAK ? 500 : 60
    for (let seed = 0; seed < cycles / 3; seed++) await cycle(seed)
    const before = engineProcess().rssKiB
    for (let seed = 0; seed < cycles; seed++) await cycle(seed)
    expect(engineProcess().rssKiB).toBeLessThan(before * 1.1)
  }, 600_000)
})

describe('probeBackends', () => {
  it('says which backend works here, and leaves no process', async () => {
    expect(await probeBackends({ environment: process.env, signal: never() })).toMatchObject({
      name: expect.stringMatching(/cpu|cuda|metal|vulkan/),
      library: expect.stringContaining('node-llama-cpp 3.21.1'),
    })
  })

  it('can be aborted', async () => {
    const reason = new Error('enough')
    await expect(probeBackends({ environment: process.env, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})
