import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { temporaryRepository } from '../tests/helpers/git-repository.ts'

/**
 * From the start of the process to the first request at the endpoint, against `node -e 0` from start to end, in pairs; and the peak memory of both.
 * `node bench/cold-start.ts [--runs n] [--entry dist/main.js]`
 */
const argument = (name: string, fallback: string) => {
  const at = process.argv.indexOf(name)
  return at === -1 ? fallback : (process.argv[at + 1] ?? fallback)
}
const runs = Number(argument('--runs', '20'))
const entry = resolve(argument('--entry', 'dist/main.js'))

const repository = temporaryRepository({ files: { 'src/port.ts': 'export const port = 1\n' } })
repository.stage({ 'src/port.ts': 'export const port = 2\nexport const host = process.env.HOST!\n' })
const home = mkdtempSync(join(tmpdir(), 'agent-bench-'))
let firstRequestAt = 0
const server = createServer((request, response) => {
  firstRequestAt ||= performance.now()
  request.resume().on('end', () => {
    const text = JSON.stringify('{"findings":[],"none":true}')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(
      `data: {"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":${text}},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`,
    )
  })
})
await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
const address = server.address()
const baseUrl = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/v1`

interface Run {
  ms: number
  peakMb: number
}

/** Peak memory from the kernel's own account of the process, read shortly before it ends. */
async function once(args: readonly string[], env: Record<string, string>): Promise<{ totalMs: number; firstMs: number; peakMb: number }> {
  firstRequestAt = 0
  const startedAt = performance.now()
  const child = spawn(process.execPath, [...args], { cwd: repository.root, env: { ...repository.environment, ...env }, stdio: 'ignore' })
  let peakMb = 0
  const watch = setInterval(() => {
    try {
      peakMb = Math.max(peakMb, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024)
    } catch {
      // It has ended.
    }
  }, 2)
  await new Promise((done) => child.once('exit', done))
  clearInterval(watch)
  return { totalMs: performance.now() - startedAt, firstMs: firstRequestAt - startedAt, peakMb }
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const spread = (values: readonly number[]) =>
  `${median(values).toFixed(0)} (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)})`

const floor: Run[] = []
const ours: Run[] = []
const environment = { AGENT_HOME: home, AGENT_BASE_URL: baseUrl, AGENT_MODEL: 'bench' }
for (let run = -2; run < runs; run++) {
  const bare = await once(['-e', '0'], {})
  const agent = await once([entry, 'review', '--staged', '--no-cache', '--format', 'json'], environment)
  if (agent.firstMs < 0) throw new Error('The endpoint was not asked.')
  if (run < 0) continue
  floor.push({ ms: bare.totalMs, peakMb: bare.peakMb })
  ours.push({ ms: agent.firstMs, peakMb: agent.peakMb })
}
const above = ours.map(({ ms }, index) => ms - (floor[index]?.ms ?? 0))
const aboveMb = ours.map(({ peakMb }, index) => peakMb - (floor[index]?.peakMb ?? 0))
const lines = [
  '| figure | median (min to max) | goal |',
  '|---|---|---|',
  `| \`node -e 0\`, ms | ${spread(floor.map(({ ms }) => ms))} | |`,
  `| start to first request, ms | ${spread(ours.map(({ ms }) => ms))} | |`,
  `| above \`node -e 0\`, ms | ${spread(above)} | at most 150 |`,
  `| peak memory above \`node -e 0\`, MB | ${spread(aboveMb)} | at most 60 |`,
]
console.log(lines.join('\n'))
const output = argument('--output', '')
if (output) writeFileSync(output, `${lines.join('\n')}\n`)
server.close()
rmSync(home, { recursive: true, force: true })
repository.remove()
