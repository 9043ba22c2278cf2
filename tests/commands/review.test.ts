import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { reportSchema } from '../../src/domain/report.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { startScriptedServer } from '../helpers/scripted-server.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { expectValidSarif } from '../helpers/validate-sarif.ts'
import { type AgentRunOptions, runAgent } from './run-agent.ts'

const focused = "import { it } from 'node:test'\n\nit.only('adds', () => {})\n"

function scene(staged: Record<string, string> = { 'a.test.ts': focused }) {
  const repository = temporaryRepository({ files: { 'README.md': '# A\n' } })
  const home = temporaryFolder()
  onTestFinished(() => {
    repository.remove()
    home[Symbol.dispose]()
  })
  repository.stage(staged)
  const environment = { ...repository.environment, AGENT_HOME: home.path }
  const agent = (args: readonly string[], options: Partial<AgentRunOptions> = {}) =>
    runAgent(args, { cwd: repository.root, environment, ...options })
  const report = async (args: readonly string[], options: Partial<AgentRunOptions> = {}) => {
    const { code, stdout } = await agent(['review', '--staged', '--format', 'json', ...args], options)
    return { code, report: reportSchema.parse(JSON.parse(stdout)) }
  }
  return { repository, home, environment, agent, report }
}

describe('agent review', () => {
  it('tells people what it found, with the line marked', async () => {
    const { code, stdout } = await scene().agent(['review', '--staged', '--engine', 'none'])
    expect(code).toBe(1)
    expect(stdout).toContain('a.test.ts:3  check/focused-tests')
    expect(stdout).toContain(">   3 │ it.only('adds', () => {})")
  })

  it('says in one line that there is no model, and ends as unfinished', async () => {
    const { code, stdout } = await scene({ 'a.ts': 'const a = 1\n' }).agent(['review', '--staged'])
    expect([code, stdout.match(/There is no model/g)?.length]).toEqual([4, 1])
  })

  it.each([
    [['--fail-on', 'never'], 0],
    [['--fail-on', 'error'], 1],
    [['--baseline', 'none'], 1],
    [['README.md'], 0],
  ])('ends with %j as the contract says', async (args, code) => {
    expect((await scene().report(['--engine', 'none', ...args])).code).toBe(code)
  })

  it.each([
    [['--staged', '--working'], /--staged.*--working|--working.*--staged/],
    [['--base', 'no-such-branch'], /no-such-branch/],
    [['--range', 'a...b'], /--range a...b/],
    [['--format', 'yaml'], /yaml/],
    [['--engine', 'endpoint'], /--base-url/],
    [['--staged', 'no/such/file.ts'], /no\/such\/file\.ts/],
    [['--patch', 'no-such.diff'], /no-such\.diff/],
    [['--config', 'no-such.yaml'], /no-such\.yaml/],
  ])('refuses %j with code 2, naming what is wrong', async (args, message) => {
    const { code, stdout, stderr } = await scene().agent(['review', ...args])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
  })

  it('refuses a folder that is no repository, but reviews a patch there', async () => {
    const { repository, environment } = scene()
    const patch = repository.git('diff', '--cached')
    using folder = temporaryFolder({ 'a.diff': patch })
    expect((await runAgent(['review'], { cwd: folder.path, environment })).code).toBe(2)
    const { code, stdout } = await runAgent(['review', '--patch', 'a.diff', '--engine', 'none', '--format', 'json'], {
      cwd: folder.path,
      environment,
    })
    expect([code, reportSchema.parse(JSON.parse(stdout)).findings.map(({ rule }) => rule)]).toEqual([1, ['check/focused-tests']])
  })

  it('reads a patch from standard input', async () => {
    const { repository, agent } = scene()
    const { code } = await agent(['review', '--patch', '-', '--engine', 'none'], { input: repository.git('diff', '--cached') })
    expect(code).toBe(1)
  })

  it('names the engine that cannot be had, runs its checks and ends with 3 when they are clean', async () => {
    const { code, report } = await scene({ 'a.ts': 'const a = 1\n' }).report(['--engine', 'local'])
    expect([code, report.notices.map((notice) => notice.code), report.completeness]).toEqual([3, ['ENGINE_UNAVAILABLE'], 'partial'])
    expect((await scene().report(['--engine', 'local'])).code).toBe(1)
    expect((await scene().report(['--engine', 'daemon'])).report.notices[0]?.message).toContain('daemon')
    expect((await scene({ 'a.ts': 'a\n' }).report(['--model', 'qwen3-coder-30b-a3b'])).code).toBeGreaterThan(1)
  })

  it('writes the reports that are asked for, and prints nothing when there is a file for it', async () => {
    const { repository, agent } = scene()
    const { stdout } = await agent([
      'review',
      '--staged',
      '--engine',
      'none',
      '--format',
      'json',
      '--output',
      'out/report.json',
      '--report',
      'sarif=out/review.sarif',
      '--report',
      'markdown=out/review.md',
    ])
    const read = (name: string) => readFileSync(join(repository.root, 'out', name), 'utf8')
    expect(stdout).toBe('')
    expect(reportSchema.parse(JSON.parse(read('report.json'))).findings).toHaveLength(1)
    expect(read('review.md')).toContain('check/focused-tests')
    await expectValidSarif(read('review.sarif'))
  })

  it('tells that an output cannot be written, and shows the findings all the same', async () => {
    const found = await scene().agent(['review', '--staged', '--engine', 'none', '--output', 'README.md/x.json'])
    expect([found.code, found.stderr, found.stdout]).toEqual([
      1,
      expect.stringContaining('cannot be written'),
      expect.stringContaining('focused-tests'),
    ])
    const clean = await scene({ 'a.ts': 'a\n' }).agent(['review', '--staged', '--engine', 'none', '--report', 'sarif=README.md/x.sarif'])
    expect([clean.code, clean.stderr]).toEqual([3, expect.stringContaining('cannot be written')])
  })

  it('looks at files whose names hold a newline', async () => {
    const { code, report } = await scene({ 'a\nb.test.ts': focused, 'nl\n::error::/c.test.ts': focused }).report(['--engine', 'none'])
    expect([code, report.findings.map(({ region }) => region.path)]).toEqual([1, ['a\nb.test.ts', 'nl\n::error::/c.test.ts']])
  })

  it('does not take an unfinished merge for a clean change', async () => {
    const { repository, report } = scene({})
    repository.commit('Base', { 'a.ts': 'a\n' })
    repository.git('switch', '--quiet', '-c', 'other')
    repository.commit('Theirs', { 'a.ts': 'b\n' })
    repository.git('switch', '--quiet', 'main')
    repository.commit('Ours', { 'a.ts': 'c\n' })
    expect(() => repository.git('merge', 'other')).toThrow(/merge other/)
    const { code, report: found } = await report(['--engine', 'none'])
    expect([code, found.coverage.files[0]?.skipped?.expected]).toEqual([4, false])
  })

  it('says that no patch arrived on a standard input that stays open', async () => {
    const { code, stderr } = await scene().agent(['review', '--patch', '-', '--engine', 'none', '--max-time', '200ms'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('No whole patch arrived on standard input')])
  })

  it('refuses rules that lie outside of the repository', async () => {
    const { agent, repository } = scene()
    for (const glob of ['../../**', '/usr/**', 'a/../../b']) {
      repository.write('agent.config.yaml', `rules: ['${glob}']\n`)
      const { code, stderr } = await agent(['review', '--staged', '--engine', 'none'])
      expect([code, stderr]).toEqual([2, expect.stringContaining('inside the repository')])
    }
  })

  it('writes through a device instead of replacing it', async () => {
    const { code } = await scene().agent(['review', '--staged', '--engine', 'none', '--output', '/dev/null'])
    expect([code, existsSync('/dev/null') && readFileSync('/dev/null', 'utf8')]).toEqual([1, ''])
  })

  it('shows what would be asked, and asks nobody', async () => {
    const { code, stdout } = await scene({ 'a.ts': 'const a = 1\n', 'package-lock.json': '{}\n' }).agent([
      'review',
      '--staged',
      '--dry-run',
    ])
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/1 questions? would be asked[\s\S]*a\.ts:1[\s\S]*package-lock\.json: lockfile/),
    ])
  })

  it('divides the files among shards: each is in exactly one', async () => {
    const files = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`tests/a${index}.test.ts`, focused]))
    const { report } = scene(files)
    const parts = await Promise.all(['1/3', '2/3', '3/3'].map((shard) => report(['--engine', 'none', '--shard', shard])))
    const paths = parts.flatMap((part) => part.report.coverage.files.map(({ path }) => path))
    const found = parts.flatMap((part) => part.report.findings.map(({ region }) => region.path))
    expect([paths.toSorted(), found.toSorted()]).toEqual([Object.keys(files).toSorted(), Object.keys(files).toSorted()])
  })

  it('asks the endpoint that is configured, and shows how far it is on a terminal', async () => {
    const server = await startScriptedServer({ answer: () => '{"findings":[],"none":true}', mode: 'slow-first-token', delayMs: 400 })
    onTestFinished(() => server.close())
    const { agent, environment } = scene({ 'a.ts': 'const a = 1\n' })
    const { code, stderr } = await agent(['review', '--staged'], {
      terminal: true,
      environment: { ...environment, AGENT_BASE_URL: server.baseUrl },
    })
    expect([code, server.chatRequests.length]).toEqual([0, 1])
    expect(stderr).toMatch(/0\/1 reviewed · a\.ts/)
    expect(stderr.endsWith('\r\u001b[2K')).toBe(true)
  })
})

describe('configuration of a pull request in CI', () => {
  const inCi = (environment: Record<string, string>) => ({ ...environment, GITHUB_ACTIONS: 'true', GITHUB_BASE_REF: 'main' })

  it('comes from the base revision, so that a change cannot switch off what judges it', async () => {
    const { repository, report, environment } = scene({})
    repository.git('switch', '--quiet', '-c', 'feature')
    repository.commit('Sneak', { 'agent.config.yaml': 'review: { checks: { focused-tests: off } }\n', 'a.test.ts': focused })
    const here = await report(['--engine', 'none', '--fail-on', 'error', '--base', 'main'].slice(0, 4), { environment })
    expect(here.code).toBe(0)
    const { code, stdout } = await runAgent(['review', '--base', 'main', '--engine', 'none', '--format', 'json'], {
      cwd: repository.root,
      environment: inCi(environment),
    })
    expect([code, reportSchema.parse(JSON.parse(stdout)).findings.map(({ rule }) => rule)]).toEqual([1, ['check/focused-tests']])
  })

  it('is the default, with a notice, where the base was not fetched', async () => {
    const { report, environment } = scene({ 'agent.config.yaml': 'review: { checks: { focused-tests: off } }\n', 'a.test.ts': focused })
    const result = await report(['--engine', 'none'], { environment: { ...inCi(environment), GITHUB_BASE_REF: 'gone' } })
    expect([result.code, result.report.notices.map(({ code }) => code)]).toEqual([1, ['CONFIG_BASE_MISSING']])
  })
})

describe('agent baseline', () => {
  it('accepts what is found today, and only new findings count', async () => {
    const { repository, agent, report } = scene()
    expect((await agent(['baseline', 'create', '--staged', '--engine', 'none'])).stdout).toContain('1 accepted finding')
    const accepted = await report(['--engine', 'none'])
    expect([accepted.code, accepted.report.findings[0]?.suppressed?.by]).toEqual([0, 'baseline'])
    repository.stage({ 'a.test.ts': `\n\n${focused}`, 'b.test.ts': focused })
    const later = await report(['--engine', 'none'])
    expect([later.code, later.report.findings.map(({ region, suppressed }) => [region.path, suppressed?.by ?? null])]).toEqual([
      1,
      [
        ['a.test.ts', 'baseline'],
        ['b.test.ts', null],
      ],
    ])
  })

  it('is updated with what is found now, and forgets what is gone', async () => {
    const { repository, agent } = scene({ 'a.test.ts': focused, 'b.test.ts': focused })
    await agent(['baseline', 'create', '--staged', '--engine', 'none'])
    repository.stage({ 'a.test.ts': "import { it } from 'node:test'\n", 'c.test.ts': focused })
    await agent(['baseline', 'update', '--staged', '--engine', 'none'])
    const { stdout } = await agent(['baseline', 'show'])
    expect(stdout.match(/[a-c]\.test\.ts/g)).toEqual(['b.test.ts', 'c.test.ts'])
    expect(JSON.parse((await agent(['baseline', 'show', '--format', 'json'])).stdout).findings).toHaveLength(2)
  })

  it('can be made from a report', async () => {
    const { agent, repository } = scene()
    await agent(['review', '--staged', '--engine', 'none', '--format', 'json', '--output', 'report.json'])
    expect((await agent(['baseline', 'create', '--from', 'report.json', '--baseline', 'kept.json'])).code).toBe(0)
    expect(JSON.parse(readFileSync(join(repository.root, 'kept.json'), 'utf8')).findings).toHaveLength(1)
  })

  it.each([
    [['baseline', 'show'], /no baseline/i],
    [['baseline', 'create', '--from', 'missing.json'], /missing\.json/],
    [['baseline', 'create', '--from', 'README.md'], /README\.md is not valid JSON/],
    [['baseline', 'create', '--baseline', 'none'], /names no file/],
    [['review', '--baseline', 'missing.json'], /missing\.json/],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await scene().agent(args)
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)])
  })

  it('refuses to overwrite one, and to read a broken one', async () => {
    const { agent, repository } = scene()
    repository.write('.agent/baseline.json', '{"version":1,"findings":[]}')
    expect((await agent(['baseline', 'create', '--staged', '--engine', 'none'])).stderr).toContain('agent baseline update')
    repository.write('.agent/baseline.json', '{"version":7}')
    expect((await agent(['review', '--staged', '--engine', 'none'])).code).toBe(2)
  })
})
