import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { temporaryRepository } from '../tests/helpers/git-repository.ts'

/**
 * What the pre-commit hook costs where everything is known already: real commits of the same content, one after the other, each paired with the
 * same commit without a hook and with `node -e 0`. `node bench/hook-overhead.ts [--runs n] [--entry dist/main.js] [--output file]`
 */
const argument = (name: string, fallback: string) => {
  const at = process.argv.indexOf(name)
  return at === -1 ? fallback : (process.argv[at + 1] ?? fallback)
}
const runs = Number(argument('--runs', '20'))
const entry = resolve(argument('--entry', 'dist/main.js'))
const goalMs = 200

const functions = (version: number) =>
  Array.from({ length: 12 }, (_, index) => `export function step${index}(value: number): number {\n  return value + ${version}\n}\n`).join(
    '\n',
  )
const paths = Array.from({ length: 6 }, (_, index) => `src/part-${index}.ts`)
const files = (version: number) => Object.fromEntries(paths.map((path) => [path, functions(version)]))

const repository = temporaryRepository({ files: files(1) })
repository.stage(files(2))
const home = mkdtempSync(join(tmpdir(), 'agent-bench-'))
const hook = join(repository.root, '.git/hooks/pre-commit')
writeFileSync(hook, `#!/bin/sh\nexec '${process.execPath}' '${entry}' hooks run pre-commit "$@"\n`)
chmodSync(hook, 0o755)

let requests = 0
const server = createServer((request, response) => {
  requests++
  request.resume().on('end', () => {
    if (request.url?.endsWith('/models')) return response.end('{"object":"list","data":[{"id":"bench","object":"model"}]}')
    const text = JSON.stringify('{"findings":[],"none":true}')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    return response.end(
      `data: {"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":${text}},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`,
    )
  })
})
await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
const address = server.address()
const endpoint = { AGENT_HOME: home, AGENT_BASE_URL: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/v1` }
const named = { ...endpoint, AGENT_MODEL: 'bench' }

/** Milliseconds from the start of a process to its end. */
async function time(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<number> {
  const startedAt = performance.now()
  const child = spawn(program, [...args], {
    cwd: repository.root,
    env: { ...repository.environment, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const code = await new Promise<number | null>((done) => child.once('exit', done))
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code ?? 'a signal'}.`)
  return performance.now() - startedAt
}

/** The staged change is committed, and staged again as it was. */
async function commit(args: readonly string[], env: Record<string, string> = {}): Promise<number> {
  const ms = await time('git', ['commit', '--quiet', '-m', 'The same again', ...args], env)
  repository.git('reset', '--quiet', '--soft', 'HEAD~1')
  return ms
}

const scenes = {
  'the same content again': () => commit([], named),
  'the same, the model not named': () => commit([], endpoint),
  '`AGENT_SKIP=1`': () => commit([], { ...named, AGENT_SKIP: '1' }),
} as const

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const spread = (values: readonly number[]) =>
  `${median(values).toFixed(0)} (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)})`

const first = await commit([], named)
const asked = requests
const lines = [
  '| commit | git with hook, ms | git without, ms | `node -e 0`, ms | hook above `node -e 0`, ms | ratio to `node -e 0` | goal |',
  '|---|---|---|---|---|---|---|',
]
for (const [name, run] of Object.entries(scenes)) {
  const pairs: { hooked: number; plain: number; bare: number }[] = []
  for (let index = -2; index < runs; index++) {
    const pair = { hooked: await run(), plain: await commit(['--no-verify']), bare: await time(process.execPath, ['-e', '0']) }
    if (index >= 0) pairs.push(pair)
  }
  const above = pairs.map(({ hooked, plain, bare }) => hooked - plain - bare)
  const ratio = median(pairs.map(({ hooked, plain, bare }) => (hooked - plain) / bare)).toFixed(1)
  const columns = [pairs.map(({ hooked }) => hooked), pairs.map(({ plain }) => plain), pairs.map(({ bare }) => bare), above].map(spread)
  lines.push(`| ${[name, ...columns, ratio, `at most ${goalMs}`].join(' | ')} |`)
  if (name === 'the same content again' && requests !== asked) throw new Error('The endpoint was asked although everything was known.')
}
lines.push('', `The first commit asked the endpoint ${asked} times and took ${first.toFixed(0)} ms.`)
console.log(lines.join('\n'))
const output = argument('--output', '')
if (output) writeFileSync(output, `${lines.join('\n')}\n`)
server.close()
rmSync(home, { recursive: true, force: true })
repository.remove()
