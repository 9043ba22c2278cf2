import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { echoWords } from '../../scripts/gguf/echo-words.ts'
import { bytesOf, randomBlocks } from '../../scripts/gguf/random-blocks.ts'
import { streamGguf } from '../../scripts/gguf/stream-gguf.ts'
import { makeBenchModel } from '../../scripts/make-bench-model.ts'
import { openLocalEngine } from '../../src/engine/llama/open-local-engine.ts'
import { inspectGguf } from '../../src/engine/models/inspect-gguf.ts'
import { localOptions } from '../engine/llama/local-options.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const signal = new AbortController().signal

const freshFolder = () => {
  const folder = temporaryFolder()
  onTestFinished(() => folder[Symbol.dispose]())
  return folder.path
}

describe('makeBenchModel', () => {
  it('writes a mixture-of-experts model, with the same bytes for the same options', async () => {
    const folder = freshFolder()
    const make = (name: string, seed: number) => {
      makeBenchModel({ preset: 'small', seed }, join(folder, name))
      return readFileSync(join(folder, name))
    }
    const first = make('first.gguf', 1)
    expect(make('second.gguf', 1).equals(first)).toBe(true)
    expect(make('third.gguf', 2).equals(first)).toBe(false)
    expect(await inspectGguf(join(folder, 'first.gguf'))).toMatchObject({ architecture: 'qwen3moe', expertCount: 8, contextTokens: 32_768 })
  })

  it('makes a model whose answers are as long as they may be', async () => {
    const path = join(freshFolder(), 'model.gguf')
    makeBenchModel({ preset: 'small', seed: 1 }, path)
    const engine = await openLocalEngine(localOptions(path, { contextTokens: 2048 }), { model: 'bench', signal })
    try {
      const { usage, stopReason } = await engine.generate({
        messages: [{ role: 'user', text: 'Hi.' }],
        tools: [],
        maxTokens: 300,
        seed: 0,
        signal,
      })
      expect([usage.outputTokens, stopReason]).toEqual([300, 'length'])
    } finally {
      await engine.close()
    }
  })

  it('makes one that says its words in order, so that it is known what copies', async () => {
    const path = join(freshFolder(), 'echo.gguf')
    makeBenchModel({ preset: 'small', seed: 1, echo: true }, path)
    const words = echoWords()
    const engine = await openLocalEngine(localOptions(path, { contextTokens: 2048 }), { model: 'echo', signal })
    try {
      expect(await engine.countTokens(` ${words.join(' ')}`)).toBe(words.length)
      const { message } = await engine.generate({ messages: [{ role: 'user', text: 'Hi.' }], tools: [], maxTokens: 40, seed: 0, signal })
      expect(message.text.trim()).toBe(words.slice(0, 40).join(' '))
    } finally {
      await engine.close()
    }
  })

  it('refuses a preset that there is none of, from the command line', () => {
    const script = join(import.meta.dirname, '../../scripts/make-bench-model.ts')
    const run = (...args: string[]) => execFileSync(process.execPath, [script, ...args], { encoding: 'utf8', stdio: 'pipe' })
    expect(() => run('a.gguf', '--preset', 'huge')).toThrow('The preset huge is not known; small, bench, qwen3-30b-a3b are.')
    expect(() => run()).toThrow('Name one file to write.')
  })
})

describe('randomBlocks', () => {
  it.each(['q4_0', 'q8_0', 'q4_k', 'q6_k'] as const)('gives every part of a %s tensor its own bytes, again and again', (type) => {
    const make = randomBlocks(type, { seed: 'a', deviation: 0.5 })
    const [one, other] = [make(0, 512), make(1, 512)]
    expect(one.length).toBe(bytesOf(type, 512))
    expect(make(0, 512).equals(one)).toBe(true)
    expect(other.equals(one)).toBe(false)
  })

  it('spreads weights as it is told to, about zero', () => {
    const bytes = randomBlocks('q8_0', { seed: 'a', deviation: 2 })(0, 32 * 2000)
    const scale = 2 / 73.9
    const weights = Array.from({ length: 2000 }, (_, block) => [...new Int8Array(bytes.buffer, bytes.byteOffset + block * 34 + 2, 32)])
      .flat()
      .map((level) => level * scale)
    const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length
    const deviation = Math.sqrt(weights.reduce((sum, weight) => sum + (weight - mean) ** 2, 0) / weights.length)
    expect([Math.abs(mean) < 0.05, Math.abs(deviation - 2) < 0.05]).toEqual([true, true])
  })

  it('refuses a part of a block', () => {
    expect(() => bytesOf('q4_k', 100)).toThrow('100 weights are no whole number of q4_k blocks.')
  })
})

describe('streamGguf', () => {
  it('leaves nothing behind when a tensor is not as long as it should be', () => {
    const folder = freshFolder()
    const tensor = { name: 'a', dimensions: [8], type: 'f32', bytes: 32, data: () => [Buffer.alloc(16)] } as const
    expect(() => streamGguf([], [tensor], join(folder, 'a.gguf'))).toThrow('a has 16 bytes, not 32.')
    expect(readdirSync(folder)).toEqual([])
    streamGguf([], [{ ...tensor, data: () => [Buffer.alloc(16), Buffer.alloc(16)] }], join(folder, 'a.gguf'))
    expect(statSync(join(folder, 'a.gguf')).size % 32).toBe(0)
  })
})
