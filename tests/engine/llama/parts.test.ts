import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { watchRequest } from '../../../src/engine/llama/deadlines.ts'
import { freeCores } from '../../../src/engine/llama/library.ts'
import { readModelName } from '../../../src/engine/llama/model-name.ts'
import { orAborted } from '../../../src/engine/llama/or-aborted.ts'
import { processEntry } from '../../../src/engine/llama/process-entry.ts'
import { processEnvironment } from '../../../src/engine/llama/process-environment.ts'
import { scriptedMoe } from '../../helpers/local-models.ts'

describe('readModelName', () => {
  const named = (bytes: Buffer | string) => {
    const folder = mkdtempSync(join(tmpdir(), 'agent-name-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'my.gguf'), bytes)
    return readModelName(join(folder, 'my.gguf'))
  }
  const field = (name: string, { type = 8, length = name.length } = {}) => {
    const head = Buffer.alloc(12)
    head.writeUInt32LE(type, 0)
    head.writeBigUInt64LE(BigInt(length), 4)
    return Buffer.concat([Buffer.from('GGUF....general.name'), head, Buffer.from(name)])
  }
  it('reads the name that the file gives itself', () => {
    expect(readModelName(scriptedMoe({ replies: [], fallback: 'Good day.' }))).toBe('scripted test model, no real weights')
    expect(named(field('Mine\u001B[31m\n'))).toBe('Mine [31m ')
  })

  it.each<[string, Buffer | string]>([
    ['has none', 'GGUF'],
    ['is empty', ''],
    ['ends inside the name', field('Mine', { length: 5 })],
    ['ends before the name', 'general.name'],
    ['has something else for a name', field('Mine', { type: 4 })],
    ['has an empty name', field('')],
    ['has a name that is a novel', field('x'.repeat(300))],
  ])('takes the name of a file that %s', (_name, bytes) => {
    expect(named(bytes)).toBe('my.gguf')
  })

  it('takes the name of a file that is not there', () => {
    expect(readModelName('/nowhere/my.gguf')).toBe('my.gguf')
  })
})

describe('freeCores', () => {
  it.each([
    [1, 1, null, 1],
    [2, 2, null, 2],
    [8, 8, null, 7],
    [32, 2, null, 2],
    [2, 64, null, 2],
    [0, 4, null, 1],
    [32, 32, 2.5, 2],
    [32, 32, 0.5, 1],
    [2, 2, 16, 2],
  ])('takes of %i physical cores, %i of them allowed, for the time of %s, %i', (physical, allowed, quota, free) => {
    expect(freeCores(physical, allowed, quota)).toBe(free)
  })
})

describe('processEnvironment', () => {
  it('passes on what a GPU needs to be found, and no secret', () => {
    const environment = {
      Path: 'C:\\bin',
      HOME: '/home/ada',
      CUDA_VISIBLE_DEVICES: '1',
      AGENT_API_KEY: 'k',
      GITHUB_TOKEN: 't',
      NODE_OPTIONS: '--inspect',
      UV_THREADPOOL_SIZE: '64',
      LANG: undefined,
    }
    expect(processEnvironment(environment)).toEqual({
      Path: 'C:\\bin',
      HOME: '/home/ada',
      CUDA_VISIBLE_DEVICES: '1',
      UV_THREADPOOL_SIZE: '1',
    })
  })
})

describe('processEntry', () => {
  it('finds the program beside the source, and under another name beside the bundle', () => {
    expect(processEntry('file:///a/src/engine/llama/process-entry.ts').href).toBe('file:///a/src/engine/llama/process.ts')
    expect(processEntry('file:///a/dist/local-engine-x1.js').href).toBe('file:///a/dist/engine-process.js')
    expect(processEntry().pathname).toMatch(/src\/engine\/llama\/process\.ts$/)
  })
})

describe('orAborted', () => {
  it('waits where there is nothing to be aborted by', async () => {
    expect(await orAborted(Promise.resolve(1))).toBe(1)
    expect(await orAborted(Promise.resolve(1), new AbortController().signal)).toBe(1)
  })

  it('leaves when it is aborted, before or later', async () => {
    const [reason, abort] = [new Error('enough'), new AbortController()]
    await expect(orAborted(new Promise(() => {}), AbortSignal.abort(reason))).rejects.toBe(reason)
    const waiting = orAborted(new Promise(() => {}), abort.signal)
    abort.abort(reason)
    await expect(waiting).rejects.toBe(reason)
  })
})

describe('watchRequest', () => {
  const long = 60_000
  const expired = async ({ signal }: { signal: AbortSignal }) => {
    await vi.waitFor(() => expect(signal.aborted).toBe(true))
    return signal.reason as unknown
  }
  it('gives up when the first token does not come', async () => {
    const watch = watchRequest({ firstTokenMs: 5, idleMs: long, totalMs: long })
    watch.turn()
    expect(await expired(watch)).toMatchObject({ code: 'ENGINE_TIMEOUT', message: 'The local engine gave no token in 5 ms.' })
    watch.stop()
  })

  it('gives up when the next token does not come', async () => {
    const watch = watchRequest({ firstTokenMs: long, idleMs: 5, totalMs: long })
    watch.turn()
    watch.token()
    watch.token()
    expect(await expired(watch)).toMatchObject({ message: 'The local engine gave no further token in 5 ms.' })
    watch.stop()
  })

  it('gives up when the end does not come', async () => {
    const watch = watchRequest({ firstTokenMs: long, idleMs: long, totalMs: 5 })
    watch.turn()
    expect(await expired(watch)).toMatchObject({ message: 'The local engine gave no whole answer in 5 ms.' })
    watch.stop()
  })

  it('does not count the time in the queue, nor anything after the end', async () => {
    const [queued, ended] = [
      watchRequest({ firstTokenMs: 1, idleMs: 1, totalMs: 1 }),
      watchRequest({ firstTokenMs: 5, idleMs: 5, totalMs: 5 }),
    ]
    ended.turn()
    ended.stop()
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect([queued.signal.aborted, ended.signal.aborted]).toEqual([false, false])
  })
})
