import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type BenchModelOptions, benchPresets, makeBenchModel } from '../scripts/make-bench-model.ts'
import { copying } from './engine/copying.ts'
import { engineTable, type EngineResults } from './engine/engine-table.ts'
import { sharedPrefix } from './engine/shared-prefix.ts'
import { sideBySide } from './engine/side-by-side.ts'

/**
 * The local engine beside llama.cpp's own `llama-bench` and `llama-server`: same file, same threads, by turns.
 *
 *     node bench/engine.ts [--llama-bench <path>] [--llama-server <path>] [--threads 1,2] [--rounds 5] [--minutes 11] [--output bench/results/engine.md] [--json <file>]
 *
 * On a machine with a GPU, on the shape of Qwen3-30B-A3B at Q4 (it makes the 17 GB file first):
 *
 *     node bench/engine.ts --gpu cuda --preset qwen3-30b-a3b --threads 1 --replies 40 --minutes 20
 *
 * Without a CUDA binary of the library, `npx node-llama-cpp source download --gpu cuda` builds one; llama.cpp's programs need a build with `-DGGML_CUDA=ON`.
 */
const gpus = ['off', 'cuda', 'vulkan', 'metal'] as const
const { values } = parseArgs({
  options: {
    'llama-bench': { type: 'string', default: 'llama-bench' },
    'llama-server': { type: 'string', default: 'llama-server' },
    model: { type: 'string' },
    preset: { type: 'string', default: 'bench' },
    models: { type: 'string', default: join(tmpdir(), 'coding-agent-bench-models') },
    gpu: { type: 'string', default: 'off' },
    threads: { type: 'string', default: '1,2' },
    rounds: { type: 'string', default: '5' },
    replies: { type: 'string', default: '0' },
    minutes: { type: 'string', default: '11' },
    output: { type: 'string' },
    json: { type: 'string' },
  },
})
const gpu = gpus.find((name) => name === values.gpu)
const preset = (Object.keys(benchPresets) as BenchModelOptions['preset'][]).find((name) => name === values.preset)
if (gpu === undefined) throw new Error(`--gpu is one of ${gpus.join(', ')}.`)
if (preset === undefined) throw new Error(`--preset is one of ${Object.keys(benchPresets).join(', ')}.`)

const startedAt = performance.now()
const say = (text: string) => console.error(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${text}`)
const machine = {
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  gpu: gpu === 'off' ? null : gpu,
  load: loadavg()[0] ?? 0,
}
const model = values.model ?? modelFile({ preset, seed: 1 })
const threads = values.threads.split(',').map(Number)
const settings: EngineResults['settings'] = []
const ends = startedAt + Number(values.minutes) * 60_000
for (const [index, count] of threads.entries()) {
  say(`${count} thread${count === 1 ? '' : 's'}`)
  const milliseconds = (ends - performance.now()) / (threads.length - index)
  const numbers = { threads: count, rounds: Number(values.rounds), replies: Number(values.replies), milliseconds }
  const programs = { llamaBench: values['llama-bench'], llamaServer: values['llama-server'] }
  settings.push(await sideBySide({ model, gpu, ...numbers, ...programs, say: (text) => say(`  ${text}`) }))
}
say('an edit that copies, and a prefix that is shared')
const small = modelFile({ preset: 'small', seed: 1, echo: true })
const orNull = <T>(work: Promise<T>): Promise<T | null> =>
  work.catch((error: unknown) => {
    console.error(error)
    return null
  })
const results: EngineResults = {
  date: new Date().toISOString().slice(0, 16).replace('T', ' '),
  machine,
  model: { name: values.model === undefined ? `random weights, preset ${preset}` : 'a model of the caller', bytes: statSync(model).size },
  settings,
  copying: await orNull(copying(small, { threads: 1, gpu })),
  sharedPrefix: await orNull(sharedPrefix(small, { threads: 1, gpu })),
}
const table = engineTable(results)
console.log(table)
if (values.output !== undefined) writeTable(values.output, table)
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`)

/** Into the place that a page has for it, or as a page of its own. */
function writeTable(path: string, table: string): void {
  const place = /(?<=<!-- measured -->\n)[^]*(?=<!-- \/measured -->)/
  const page = existsSync(path) ? readFileSync(path, 'utf8') : ''
  writeFileSync(path, place.test(page) ? page.replace(place, () => `\n${table}\n`) : table)
}

/** Made once; its name says what it was made from. */
function modelFile(options: BenchModelOptions): string {
  const scripts = join(import.meta.dirname, '../scripts')
  const hash = createHash('sha256').update(JSON.stringify(options))
  for (const file of globSync('{make-bench-model.ts,gguf/*}', { cwd: scripts }).toSorted()) hash.update(readFileSync(join(scripts, file)))
  const path = join(values.models, `${options.preset}-${hash.digest('hex').slice(0, 16)}.gguf`)
  if (existsSync(path)) return path
  mkdirSync(values.models, { recursive: true })
  say(`making ${path}`)
  makeBenchModel(options, path)
  return path
}
