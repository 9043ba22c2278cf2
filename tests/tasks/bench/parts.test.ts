import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generationSpeed, promptSpeed, replyMs, type Timing } from '../../../src/tasks/bench/ask-once.ts'
import { memoryBelow, processesBelow, readGpuUse, readProcessList } from '../../../src/tasks/bench/process-memory.ts'
import { sampleFunction, sampleText } from '../../../src/tasks/bench/sample-text.ts'
import { spreadOf } from '../../../src/tasks/bench/spread.ts'

const timing = (more: Partial<Timing>): Timing => ({
  evaluatedTokens: 100,
  inputTokens: 100,
  outputTokens: 101,
  firstTokenMs: 50,
  totalMs: 1050,
  ...more,
})

describe('spreadOf', () => {
  it('is null for nothing', () => expect(spreadOf([])).toBeNull())

  it('gives the median and the nearest rank', () => {
    expect(spreadOf([4, 1, 3, 2])).toEqual({ runs: 4, min: 1, p50: 2.5, p95: 4, max: 4 })
    expect(spreadOf(Array.from({ length: 20 }, (_, index) => index + 1))).toMatchObject({ p50: 10.5, p95: 19, max: 20 })
    expect(spreadOf([1234.5678])).toMatchObject({ runs: 1, min: 1235, p95: 1235 })
  })

  it('never calls a time the 95th percentile that fewer kept to', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 999 }), { minLength: 1, maxLength: 60 }), (values) => {
        const spread = spreadOf(values)!
        expect(values).toContain(spread.p95)
        expect(values.filter((value) => value <= spread.p95).length).toBeGreaterThanOrEqual(values.length * 0.95)
        expect(spread.min <= spread.p50 && spread.p50 <= spread.p95 && spread.p95 <= spread.max).toBe(true)
      }),
    )
  })
})

describe('one request', () => {
  it('tells the speed of prompt and answer', () => {
    expect(promptSpeed(timing({ evaluatedTokens: 200 }))).toBe(4000)
    expect(generationSpeed(timing({}))).toBe(100)
  })

  it('tells no speed from too little', () => {
    expect(promptSpeed(timing({ evaluatedTokens: 0 }))).toBeNull()
    expect(generationSpeed(timing({ outputTokens: 7 }))).toBeNull()
    expect(generationSpeed(timing({ totalMs: 50 }))).toBeNull()
  })

  it('takes the time of a whole reply as it is and scales a short one', () => {
    expect(replyMs(timing({}), 101)).toBe(1050)
    expect(replyMs(timing({}), 201)).toBe(2050)
    expect(replyMs(timing({ outputTokens: 2 }), 201)).toBeNull()
  })
})

describe('sampleText', () => {
  const countTokens = async (text: string) => Math.ceil(text.length / 3.3)

  it('is about as long as was asked for, and the same every time', async () => {
    for (const tokens of [5, 500, 3000]) {
      const text = await sampleText(tokens, { from: 7, countTokens })
      expect(Math.abs((await countTokens(text)) - tokens)).toBeLessThanOrEqual(1 + tokens * 0.02)
      expect(await sampleText(tokens, { from: 7, countTokens })).toBe(text)
    }
  })

  it('has another function for every number', () => {
    const functions = Array.from({ length: 500 }, (_, index) => sampleFunction(index))
    expect(new Set(functions).size).toBe(500)
  })
})

describe('process memory', () => {
  it('counts the processes below one, and those below these', async () => {
    const { spawn } = await import('node:child_process')
    const script =
      "require('node:child_process').spawn(process.execPath, ['-e', 'console.log(1);setInterval(() => {}, 1e6)'], { stdio: 'inherit' })"
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'], detached: true })
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve))
      const rows = await processesBelow(child.pid!)
      expect(rows).toHaveLength(1)
      const { residentBytes, gpuBytes } = await memoryBelow(child.pid!, { asksGpu: true })
      expect(residentBytes).toBeGreaterThan(10e6)
      expect(gpuBytes).toBeNull()
    } finally {
      process.kill(-child.pid!, 'SIGKILL')
    }
  })

  it('reads the lists of ps and of nvidia-smi', () => {
    expect(readProcessList('    1     0  1024\n  20     1     5\n')).toEqual([
      { pid: 1, parent: 0, residentBytes: 1_048_576 },
      { pid: 20, parent: 1, residentBytes: 5120 },
    ])
    expect(readGpuUse('20, 100\n21, 50\n22, [N/A]\n', new Set([20, 21, 22]))).toBe(150 * 1024 ** 2)
    expect(readGpuUse('No running processes found\n', new Set([20]))).toBeNull()
  })

  it('knows nothing of a process that has none', async () => {
    expect(await memoryBelow(2 ** 30, { asksGpu: false })).toEqual({ residentBytes: null, gpuBytes: null })
  })
})
