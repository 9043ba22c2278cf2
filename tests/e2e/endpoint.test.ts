import { setTimeout } from 'node:timers/promises'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Report, reportSchema } from '../../src/domain/report.ts'
import { agent, startAgent } from '../helpers/agent-process.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import type { ScriptedMode } from '../helpers/scripted-modes.ts'
import { type ChatRequest, type ScriptedServerOptions, startScriptedServer } from '../helpers/scripted-server.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { expectValidSarif } from '../helpers/validate-sarif.ts'

const port = 'export function parsePort(text: string) {\n  const port = Number(text)\n  if (port < 1) return null\n  return port\n}\n'
const changed = port.replace('port < 1', 'port <= 65535')
const claim = {
  quote: '  if (port <= 65535) return null',
  line: 3,
  trigger: 'port is 80',
  effect: 'Every valid port is refused',
  category: 'boundary',
  severity: 'error',
  title: 'Valid ports are refused',
}
const unitText = ({ messages }: ChatRequest) => messages.at(1)?.content ?? ''

/** Finds the one planted defect, and nothing in the other file. */
const knowsTheDefect = (request: ChatRequest) =>
  JSON.stringify(unitText(request).includes('src/port.ts') ? { findings: [claim], none: false } : { findings: [], none: true })

/** Of every run; the validator is slow to start, so it sees them together. */
const sarifs: string[] = []
afterAll(() => expectValidSarif(...sarifs))

async function scene(options: Partial<ScriptedServerOptions> = {}) {
  const repository = temporaryRepository({ files: { 'src/port.ts': port } })
  repository.stage({ 'src/port.ts': changed, 'src/other.ts': 'export const other = 1\n' })
  const home = temporaryFolder()
  const server = await startScriptedServer({ answer: knowsTheDefect, ...options })
  onTestFinished(async () => {
    await server.close()
    repository.remove()
    home[Symbol.dispose]()
  })
  const environment = { ...repository.environment, AGENT_HOME: home.path }
  const review = async (...args: string[]) => {
    const sarif = join(home.path, 'review.sarif')
    const engine = ['--engine', 'endpoint', '--base-url', server.baseUrl, '--model', 'scripted']
    const ended = await agent(['review', '--staged', ...engine, '--format', 'json', '--report', `sarif=${sarif}`, ...args], {
      cwd: repository.root,
      environment,
    })
    sarifs.push(readFileSync(sarif, 'utf8'))
    return ended
  }
  return { repository, server, environment, review }
}

const reportIn = (stdout: string): Report => reportSchema.parse(JSON.parse(stdout))

/** What holds in every mode: a valid report, no finding off the change, none twice, and the server is left alone afterwards. */
function expectSound(report: Report) {
  const open = report.findings.filter(({ suppressed }) => suppressed === null)
  expect(new Set(open.map(({ rule, region }) => `${rule} ${region.path} ${region.startLine}`)).size).toBe(open.length)
  const lines = changed.split('\n')
  for (const { region, evidence, source } of open) {
    if (source.kind === 'model') expect([region.path, lines[(region.startLine ?? 0) - 1]]).toEqual(['src/port.ts', evidence])
  }
  const { changedLines, files } = report.coverage
  expect(files.reduce((sum, file) => sum + file.changedLines, 0)).toBe(changedLines)
  for (const file of files) expect(file.seenLines === file.changedLines || file.skipped !== null).toBe(true)
}

describe('agent review at an endpoint', () => {
  it.each<[ScriptedMode, number, number]>([
    ['schema', 1, 1],
    ['fenced-json', 1, 1],
    ['tool-call', 1, 1],
    ['tool-call-field', 1, 1],
    ['reasoning', 1, 1],
    ['reasoning-field', 1, 1],
    ['think', 1, 1],
    ['no-usage', 1, 1],
    ['not-streamed', 1, 1],
    ['byte-by-byte', 1, 1],
    ['prose', 4, 2],
    ['finish-length', 4, 1],
    ['html', 3, 4],
    ['enormous', 4, 2],
    ['http-500', 3, 4],
    ['http-401', 3, 1],
    ['drop', 3, 4],
    ['drop-mid-stream', 3, 4],
    ['wrong-json', 3, 4],
  ])('in mode %s ends with %i and asks at most %i times per unit', async (mode, code, perUnit) => {
    const { server, review } = await scene({ mode })
    const { code: ended, stdout } = await review('--max-time', '30s')
    const report = reportIn(stdout)
    expectSound(report)
    expect(ended).toBe(code)
    expect(server.chatRequests.length).toBeLessThanOrEqual(perUnit * 2)
    await server.idle()
  })

  it.each<[ScriptedMode]>([['silent'], ['headers-only'], ['stall'], ['heartbeat'], ['slow-tokens']])(
    'ends at its time limit when a server is %s',
    async (mode) => {
      const { server, review } = await scene({ mode, delayMs: 5000 })
      const { code, stdout, durationMs } = await review('--max-time', '2s')
      expectSound(reportIn(stdout))
      expect([code, durationMs < 10_000]).toEqual([4, true])
      await server.idle()
    },
  )

  it('waits as long as a busy server asks it to, and then reviews', async () => {
    const { server, review } = await scene({ mode: 'http-429', times: 2, retryAfter: '1' })
    const { code, stdout } = await review('--jobs', '1')
    expect([code, reportIn(stdout).completeness, server.chatRequests.length]).toEqual([1, 'complete', 4])
  })

  it('takes text from a server that knows no schema, and says so once', async () => {
    const { review, server } = await scene({ mode: 'http-400-schema' })
    const { code, stdout } = await review('--jobs', '1')
    const report = reportIn(stdout)
    expect([code, report.completeness]).toEqual([1, 'complete'])
    expect(report.notices.filter(({ message }) => /schema/i.test(message))).toHaveLength(1)
    expect(server.chatRequests.length).toBeLessThanOrEqual(4)
  })

  it('shows nothing of claims about lines that are not in the change, and none twice', async () => {
    const invented = [
      { ...claim, quote: 'const port = Number(text)', line: 2 },
      { ...claim, quote: 'rm -rf /', line: 99 },
      claim,
      { ...claim, title: 'Ports are refused' },
      claim,
    ]
    const { review } = await scene({
      answer: (request) =>
        unitText(request).includes('src/port.ts') ? JSON.stringify({ findings: invented, none: false }) : '{"findings":[],"none":true}',
    })
    const report = reportIn((await review()).stdout)
    expectSound(report)
    expect(report.findings.map(({ suppressed }) => suppressed?.by ?? 'open').toSorted()).toEqual(['duplicate', 'duplicate', 'open'])
    expect(report.notices.map(({ code }) => code)).toContain('FINDINGS_UNANCHORED')
  })

  it('answers a second identical run from its cache, with an equal report', async () => {
    const { review, server } = await scene()
    const [first, second] = [await review(), await review()]
    const essence = ({ stdout }: { stdout: string }) => ({ ...reportIn(stdout), timing: null, usage: null, engine: null })
    expect(essence(second)).toEqual(essence(first))
    expect([server.chatRequests.length, reportIn(second.stdout).usage.cacheHits]).toEqual([2, 2])
  })

  it('ends with 3 when nobody listens, and still shows what its checks found', async () => {
    const { server, review, repository } = await scene()
    await server.close()
    expect((await review()).code).toBe(3)
    repository.stage({ 'a.test.ts': "it.only('a', () => {})\n" })
    const { code, stdout } = await review()
    expect([code, reportIn(stdout).findings.map(({ rule }) => rule)]).toEqual([1, ['check/focused-tests']])
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends within a second on %s, without a request left behind', async (signal, code) => {
    const { server, environment, repository } = await scene({ mode: 'silent' })
    const { child, ended } = startAgent(['review', '--staged', '--base-url', server.baseUrl, '--model', 'm'], {
      cwd: repository.root,
      environment,
    })
    while (server.chatRequests.length === 0) await setTimeout(20)
    const at = performance.now()
    child.kill(signal)
    expect((await ended).code).toBe(code)
    expect(performance.now() - at).toBeLessThan(1500)
    await server.idle()
  })

  it('sends no secret to a server that is not on this machine', async () => {
    // No loopback address, although it leads here.
    const { server, repository, environment } = await scene()
    const key = ['AKIA', 'Z7QXJ4TKW2', 'MNB5RD'].join('')
    repository.stage({ 'src/port.ts': `${changed}const key = '${key}'\n` })
    const address = server.baseUrl.replace('127.0.0.1', '0.0.0.0')
    const { stdout } = await agent(['review', '--staged', '--base-url', address, '--model', 'm', '--format', 'json', '--max-time', '20s'], {
      cwd: repository.root,
      environment,
    })
    expect(JSON.stringify(server.requests.map(({ body }) => body))).not.toContain(key)
    expect(reportIn(stdout).findings.map(({ rule }) => rule)).toContain('check/secrets')
  })
})
