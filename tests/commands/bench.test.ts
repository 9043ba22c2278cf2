import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { benchMarkdown } from '../../src/commands/bench-markdown.ts'
import { createBenchProgress } from '../../src/commands/bench-progress.ts'
import { benchText } from '../../src/commands/bench-text.ts'
import { type BenchReport, benchReportSchema, type EngineFigures, type Spread } from '../../src/tasks/bench/bench-report.ts'
import { tinyMoe } from '../helpers/local-models.ts'
import { type ScriptedServerOptions, startScriptedServer } from '../helpers/scripted-server.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { type AgentRunOptions, runAgent } from './run-agent.ts'

function scene() {
  const folder = temporaryFolder()
  onTestFinished(() => folder[Symbol.dispose]())
  const environment = { HOME: folder.path, AGENT_HOME: join(folder.path, 'home') }
  const agent = (args: string, options: Partial<AgentRunOptions> = {}) =>
    runAgent(['bench', ...args.split(' ').filter(Boolean)], { cwd: folder.path, environment, ...options })
  return { folder, agent }
}

async function server(more: Partial<ScriptedServerOptions> = {}) {
  const started = await startScriptedServer({ answer: () => 'word '.repeat(200), ...more })
  onTestFinished(() => started.close())
  return started
}

const spread = (p50: number): Spread => ({ runs: 3, min: p50 / 2, p50, p95: p50 * 2, max: p50 * 2 })

const figures: EngineFigures = {
  kind: 'local',
  model: 'a | model',
  place: null,
  computesOn: 'cpu, 2 threads',
  library: 'library 1.2',
  contextTokens: 8192,
  parallel: 1,
  loadMs: 2341,
  prompt: { tokens: 1752, tokensPerSecond: spread(2801) },
  generation: { tokensPerSecond: spread(41.25) },
  firstToken: { coldMs: spread(625), warmMs: spread(53) },
  parallelUnits: [{ units: 4, tokensPerSecond: spread(52) }],
  reply: { tokens: 150, ms: spread(15_000), short: 2 },
  memory: { residentBytes: 1.2e9, gpuBytes: null },
}

const report: BenchReport = {
  schemaVersion: 1,
  tool: { name: 'coding-agent', version: '0.0.0' },
  completeness: 'partial',
  summary: 'No: a reply of 150 tokens within 800 ms.',
  goal: { replyTokens: 150, ms: 800, p95Ms: 30_000, isMet: false },
  machine: { processor: 'CPU', cores: 2, memoryBytes: 8e9, platform: 'linux-x64', node: '24.0.0' },
  engines: [
    figures,
    { ...figures, kind: 'endpoint', model: 'b', place: 'http://127.0.0.1:1/v1', computesOn: null, library: null, reply: null },
  ],
  ratios: [{ measure: 'prompt speed', units: null, better: 'higher', ratio: spread(1.5) }],
  notices: [{ code: 'X', message: 'Told.', hint: 'Do so.' }],
}

describe('agent bench', () => {
  it('measures a server and answers the question, exit code 0 without a goal of the user', async () => {
    const scripted = await server()
    const { baseUrl } = scripted
    const { code, stdout, stderr } = await scene().agent(`--base-url ${baseUrl} --tokens 20 --runs 2 --quick --format json`)
    const found = benchReportSchema.parse(JSON.parse(stdout))
    expect(code).toBe(0)
    expect(found).toMatchObject({ completeness: 'complete', goal: { replyTokens: 20, ms: 800 }, ratios: [] })
    expect(found.engines).toMatchObject([{ kind: 'endpoint', model: 'scripted-model', place: baseUrl, reply: { ms: { runs: 2 } } }])
    expect(scripted.chatRequests).toHaveLength(1 + 2 + 1 + 4 + 2)
    expect(stderr).toMatch(/^loading .*\n0 % · measuring replies\n(?:\d+ % · measuring .+\n)+$/)
  })

  it('ends with 1 for a goal of the user that is missed, and with 0 for one that is met', async () => {
    const { baseUrl } = await server({ mode: 'slow-tokens', delayMs: 2, answer: () => 'word '.repeat(12) })
    const { agent } = scene()
    const run = (goal: string) => agent(`--base-url ${baseUrl} --tokens 8 --runs 1 --quick --quiet --goal ${goal}`)
    expect(await run('1ms')).toMatchObject({
      code: 1,
      stderr: '',
      stdout: expect.stringContaining('\nNo: a reply of 8 tokens within 1 ms'),
    })
    expect(await run('1h')).toMatchObject({ code: 0, stdout: expect.stringContaining('\nYes: a reply of 8 tokens') })
  })

  it('measures two servers by turns, and sends no key to the second', async () => {
    const [one, other] = [await server(), await server({ models: ['x', 'y'] })]
    const { agent, folder } = scene()
    const args = `--base-url ${one.baseUrl} --against ${other.baseUrl} --against-model y --tokens 10 --runs 2 --quick --format markdown --output out.md`
    const { code, stdout } = await agent(args, { environment: { HOME: folder.path, AGENT_HOME: folder.path, AGENT_API_KEY: 'sk-secret' } })
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(readFileSync(join(folder.path, 'out.md'), 'utf8')).toMatch(/^.+\n\n\| +\| scripted-model, .+ \| y, .+ \| ratio \|\n/)
    expect(one.chatRequests[0]?.headers.authorization).toBe('Bearer sk-secret')
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual(other.requests.map(() => undefined))
    expect(other.chatRequests.map(({ body }) => body?.model)).toEqual(other.chatRequests.map(() => 'y'))
  })

  it('measures a model of this machine, with its memory', async () => {
    const { code, stdout } = await scene().agent(`--model ${tinyMoe()} --tokens 8 --runs 1 --quick --format json`, {
      environment: { ...process.env, AGENT_ENGINE_THREADS: '1', AGENT_ENGINE_GPU: 'none', AGENT_ENGINE_CONTEXT: '1024' },
    })
    const [engine] = benchReportSchema.parse(JSON.parse(stdout)).engines
    expect({ code, kind: engine?.kind }).toEqual({ code: 0, kind: 'local' })
    expect(engine?.computesOn).toMatch(/^cpu, \d+ threads?$/)
    if (process.platform !== 'win32') expect(engine?.memory.residentBytes).toBeGreaterThan(10e6)
  })

  it('ends with 4 and what it has when the time is up', async () => {
    const scripted = await server({
      answer: async (_request, index) => {
        if (index === 2) await new Promise((resolve) => setTimeout(resolve, 5000).unref())
        return 'word '.repeat(20)
      },
    })
    const { code, stdout } = await scene().agent(`--base-url ${scripted.baseUrl} --tokens 8 --runs 3 --max-time 1500ms --format json`)
    expect({ code, completeness: JSON.parse(stdout).completeness, asked: scripted.chatRequests.length }).toEqual({
      code: 4,
      completeness: 'partial',
      asked: 3,
    })
  })

  it('is over at once when it is interrupted', async () => {
    const interruption = new AbortController()
    const { baseUrl } = await server({
      answer: async () => {
        interruption.abort(130)
        await new Promise((resolve) => setTimeout(resolve, 5000).unref())
        return 'late'
      },
    })
    expect(await scene().agent(`--base-url ${baseUrl} --quick --quiet`, { signal: interruption.signal })).toEqual({
      code: 130,
      stdout: '',
      stderr: '',
    })
  })

  it('says so when there is no model, or none answers', async () => {
    const { agent } = scene()
    const none = await agent('')
    expect(none).toMatchObject({ code: 3, stdout: '' })
    expect(none.stderr).toContain('error: There is no model to measure.\nhint: Name one with --model or --base-url;')
    expect(await agent('--base-url http://127.0.0.1:9/v1 --quick')).toMatchObject({ code: 3, stdout: '' })
    expect((await agent('--engine local')).code).toBe(3)
  })

  it.each([
    ['--goal soon', "Option '--goal <duration>' argument 'soon' is invalid. It must be a duration above zero"],
    ['--tokens 3', "Option '--tokens <n>' argument '3' is invalid. It must be a whole number from 8 to 4096."],
    ['--format xml', 'Allowed choices are pretty, markdown, json.'],
  ])('refuses %s', async (args, message) => {
    const { code, stderr } = await scene().agent(args)
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })
})

describe('what is printed', () => {
  it('has the answer, what it rests on, and what is missing', () => {
    expect(benchText(report, { color: false })).toMatchInlineSnapshot(`
      "a | model (cpu, 2 threads; library 1.2; 1 at once) against b (http://127.0.0.1:1/v1; 1 at once)
      CPU, 2 cores, 8.0 GB, linux-x64

                                 local                           http://127.0.0.1:1/v1           ratio
        loading                  2,341 ms                        2,341 ms
        reading a prompt         2,801 tokens/s                  2,801 tokens/s                  1.50 (0.75 to 3.00)
        writing                  41.3 tokens/s                   41.3 tokens/s
        first token, cold        625 ms, prompt of 1,752 tokens  625 ms, prompt of 1,752 tokens
        first token, warm        53 ms                           53 ms
        4 at once, together      52.0 tokens/s                   52.0 tokens/s
        150 tokens, half within  15.0 s                          –
        150 tokens, 95 % within  30.0 s                          –
        memory                   1.2 GB                          1.2 GB

      No: a reply of 150 tokens within 800 ms.
      a | model ended 2 of 3 replies before 150 tokens; their time is scaled to the full length.
      The time was up before everything was measured; --max-time gives it longer.
      Told. Do so.
      "
    `)
  })

  it('is coloured where colours are on', () => {
    expect(benchText({ ...report, goal: { ...report.goal, isMet: true } }, { color: true })).toContain('\u001B[1;32mNo: a reply')
    expect(benchText({ ...report, goal: { ...report.goal, isMet: null } }, { color: true })).toContain('\u001B[33mNo: a reply')
  })

  it('is a table in Markdown', () => {
    expect(benchMarkdown(report)).toMatchInlineSnapshot(`
      "No: a reply of 150 tokens within 800 ms.

      |  | a \`\\|\` model, cpu, 2 threads, library 1.2 | b, \`http://127.0.0.1:1/v1\` | ratio |
      | --- | ---: | ---: | ---: |
      | loading | 2,341 ms | 2,341 ms |  |
      | reading a prompt | 2,801 tokens/s | 2,801 tokens/s | 1.50 (0.75 to 3.00) |
      | writing | 41.3 tokens/s | 41.3 tokens/s |  |
      | first token, cold | 625 ms, prompt of 1,752 tokens | 625 ms, prompt of 1,752 tokens |  |
      | first token, warm | 53 ms | 53 ms |  |
      | 4 at once, together | 52.0 tokens/s | 52.0 tokens/s |  |
      | 150 tokens, half within | 15.0 s | – |  |
      | 150 tokens, 95 % within | 30.0 s | – |  |
      | memory | 1.2 GB | 1.2 GB |  |

      a \`|\` model ended 2 of 3 replies before 150 tokens; their time is scaled to the full length.

      The time was up before everything was measured.

      CPU, 2 cores, 8.0 GB, linux-x64, Node 24.0.0, coding-agent 0.0.0.
      "
    `)
  })

  it('leaves out what was not measured', () => {
    const [first] = report.engines
    const bare = { ...first!, prompt: null, generation: null, firstToken: { coldMs: null, warmMs: null }, parallelUnits: [], reply: null }
    const text = benchText({ ...report, completeness: 'complete', engines: [bare], ratios: [], notices: [] }, { color: false })
    expect(text.split('\n').filter((line) => line.startsWith('  '))).toEqual(['  loading  2,341 ms', '  memory   1.2 GB'])
    const page = benchMarkdown({ ...report, completeness: 'complete', engines: [bare], ratios: [] })
    expect(page.split('\n').filter((line) => line.startsWith('|'))).toEqual([
      '|  | a `\\|` model, cpu, 2 threads, library 1.2 |',
      '| --- | ---: |',
      '| loading | 2,341 ms |',
      '| memory | 1.2 GB |',
    ])
  })
})

describe('progress', () => {
  const stream = (isTTY: boolean) => {
    const written: string[] = []
    return { isTTY, columns: 30, written, write: (text: string) => written.push(text) > 0 }
  }

  it('is one line that changes on a terminal, cut to its width, and gone in the end', () => {
    const terminal = stream(true)
    const { onStep, end } = createBenchProgress(terminal, { quiet: false })
    onStep({ what: 'a model with a name that is too long', done: 0, all: 0 })
    onStep({ what: 'replies', done: 1, all: 4 })
    end()
    end()
    expect(terminal.written).toEqual(['\r\u001b[2Ka model with a name that is t', '\r\u001b[2K25 % · measuring replies', '\r\u001b[2K'])
  })

  it('is a line for each kind elsewhere, and nothing when quiet', () => {
    const [log, quiet] = [stream(false), stream(false)]
    for (const [to, isQuiet] of [
      [log, false],
      [quiet, true],
    ] as const) {
      const { onStep, end } = createBenchProgress(to, { quiet: isQuiet })
      for (const done of [0, 1, 2]) onStep({ what: done < 2 ? 'replies' : 'cold prompts', done, all: 3 })
      end()
    }
    expect(log.written).toEqual(['0 % · measuring replies\n', '67 % · measuring cold prompts\n'])
    expect(quiet.written).toEqual([])
  })
})
