import { chmodSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { engineTable } from '../../bench/engine/engine-table.ts'
import { llamaBench } from '../../bench/engine/llama-bench.ts'
import { startLlamaServer } from '../../bench/engine/llama-server.ts'
import { withForeignLoad } from '../../bench/engine/processor-load.ts'
import { makeRounds, measured } from '../../bench/engine/rounds.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const goal = { title: 'speed', unit: 'tokens/s', atLeast: 0.95 } as const
const where = { threads: 1, against: 'llama-bench' }
const round = (ours: number, theirs: number, foreign: number | null) => ({ pairs: { speed: { ours, theirs } }, foreign })

describe('the figures of a goal', () => {
  it('come from quiet rounds where there are three of them', () => {
    const rounds = [round(1, 100, 0.5), round(95, 100, 0.01), round(97, 100, 0.02), round(96, 100, null)]
    expect(measured(goal, rounds, where)).toMatchObject({ ratio: { runs: 3, p50: 0.96 }, rounds: 3, quiet: 3, isMet: true })
  })

  it('come from all rounds otherwise', () => {
    const rounds = [round(1, 10, 0.5), round(95, 100, 0.01), round(3, 10, 0.5)]
    expect(measured(goal, rounds, where)).toMatchObject({ ratio: { runs: 3, p50: 0.3 }, rounds: 3, quiet: 1, isMet: false })
  })

  it('are missing where nothing was measured, and judge nothing where nothing is promised', () => {
    expect(measured(goal, [{ pairs: { speed: null }, foreign: null }], where)).toMatchObject({ ratio: null, isMet: null })
    expect(measured({ title: 'speed', unit: 'ms' }, [round(1, 2, null)], where)).toMatchObject({ ratio: { p50: 0.5 }, isMet: null })
    expect(measured({ title: 'speed', unit: 'ms', atMost: 0.9 }, [round(1, 2, null)], where).isMet).toBe(true)
  })
})

describe('makeRounds', () => {
  it('makes as many as were wanted, but for time', async () => {
    const measure = async () => ({})
    const options = { wanted: 4, fewest: 2, say: () => {} }
    expect(await makeRounds(measure, { ...options, until: Infinity })).not.toHaveLength(0)
    expect((await makeRounds(measure, { ...options, until: 0 })).length).toBeLessThanOrEqual(4)
    expect((await makeRounds(measure, { ...options, until: 0 })).length).toBeGreaterThanOrEqual(2)
  })
})

it('counts what other programs take, and not what is done here', async () => {
  const { value, foreign } = await withForeignLoad(async () => 'done')
  expect(value).toBe('done')
  if (process.platform === 'linux') expect(foreign === null || foreign >= 0).toBe(true)
})

describe('programs of llama.cpp', () => {
  const program = (text: string) => {
    const folder = temporaryFolder()
    onTestFinished(() => folder[Symbol.dispose]())
    const path = folder.write('program', `#!/bin/sh\n${text}\n`)
    chmodSync(path, 0o755)
    return path
  }
  const sizes = { model: 'm.gguf', threads: 1, isOnGpu: false }

  it('tell the speeds of prompt and generation', async () => {
    const rows = [
      { n_prompt: 512, n_gen: 0, avg_ts: 120.5, other: 1 },
      { n_prompt: 0, n_gen: 64, avg_ts: 60.25 },
    ]
    const options = { ...sizes, program: program(`echo '${JSON.stringify(rows)}'`), promptTokens: 512, generatedTokens: 64 }
    expect(await llamaBench(options)).toEqual({ prompt: 120.5, generation: 60.25 })
    await expect(llamaBench({ ...options, program: program("echo '[]'") })).rejects.toThrow('printed no speeds')
  })

  it('that end at once are told with their last words', async () => {
    const options = { ...sizes, program: program('echo no such model >&2; exit 1'), parallel: 2, contextTokens: 512 }
    await expect(startLlamaServer(options)).rejects.toThrow('llama-server ended: no such model')
  })
})

it('writes a table with what was met and what was not', () => {
  const measures = [measured(goal, [round(60, 62, 0)], where), measured({ ...goal, title: 'other' }, [], where)]
  const table = engineTable({
    date: '2026-11-22 10:00',
    machine: { processor: 'CPU', cores: 2, gpu: null, load: 0.5 },
    model: { name: 'random weights', bytes: 1e9 },
    settings: [{ threads: 1, measures, loadMs: { ours: 2000, theirs: 1000 }, replies: { ours: [100, 200], theirs: [100, 300] } }],
    copying: { tokens: 300, decodes: { copying: 50, plain: 301 }, ms: { copying: 100, plain: 400 }, isIdentical: true, perToken: 1 / 6 },
    sharedPrefix: { units: 20, prefixTokens: 1500, ownTokens: 2000, evaluatedTokens: 3850, ratio: 1.1 },
  })
  expect(table).toContain('| 1 | speed | 60.0 tokens/s | 62.0 | llama-bench | 0.97 (0.97 to 0.97) | ≥ 0.95 | 1 (1) | yes |')
  expect(table).toContain(
    '| 1 | edit of 300 tokens that copies 90 % | 50 decodes | 301 | without the hint | 0.167 | ≤ 0.2 a token | 1 | yes |',
  )
  expect(table).toContain(
    '| 1 | prompts of 20 units that share 1500 tokens | 3850 evaluated | 3500 | prefix and own | 1.100 | ≤ 1.1 | 1 | yes |',
  )
  expect(table).toContain('95th percentile 200 ms; llama-server 200 and 300 ms.')
  expect(
    engineTable({
      date: '',
      machine: { processor: 'CPU', cores: 2, gpu: 'cuda', load: 0 },
      model: { name: '', bytes: 0 },
      settings: [],
      copying: null,
      sharedPrefix: null,
    }),
  ).toContain('The edit that copies failed.')
})
