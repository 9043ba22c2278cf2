import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Report, reportSchema } from '../../src/domain/report.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { reportWith } from '../helpers/report-arbitrary.ts'
import { type ChatRequest, startScriptedServer } from '../helpers/scripted-server.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { expectValidSarif } from '../helpers/validate-sarif.ts'
import { runAgent } from './run-agent.ts'

const claim = (line: number, quote: string, title: string) => ({
  quote,
  line,
  trigger: 'the list is empty',
  effect: 'The mean of nothing is not a number',
  category: 'boundary',
  severity: 'error',
  title,
})

/**
 * A change of many files: with and without defects, the same defect in several, one that a check finds as well, accepted by a comment and
 * by the baseline, answers that hold and some that do not, files that are left out and one that the model cannot speak of.
 */
function files(): Record<string, string> {
  const mean = (name: string) => `export function ${name}(list: number[]) {\n  return list.reduce((a, b) => a + b) / list.length\n}\n`
  return {
    ...Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`src/mean-${index}.ts`, mean(`mean${index}`)])),
    ...Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`src/fine-${index}.ts`, `export const fine${index} = ${index}\n`])),
    'src/twice.ts': `${mean('once')}${mean('again')}`,
    'src/ignored.ts': `// agent-ignore[boundary]: never empty here\n${mean('ignored').replace('\n  return', '\n  // agent-ignore[boundary]: never empty here\n  return')}`,
    'src/unused-ignore.ts': '// agent-ignore[null]: it was null once\nexport const value = 1\n',
    'src/invented.ts': 'export const invented = true\n',
    'src/mute.ts': 'export const mute = true\n',
    'tests/focused.test.ts': "import { it } from 'vitest'\n\nit.only('adds', () => {})\n",
    'tests/focused-too.test.ts': "import { it } from 'vitest'\n\nit.only('adds', () => {})\n",
    'src/ä/ö.ts': mean('umlaut'),
    'package-lock.json': '{}\n',
    'image.png': '\u0089PNG\u0000\u0000',
  }
}

/** Says the same of the same file, whoever asks. */
function answer({ messages }: ChatRequest): string {
  const text = messages.map(({ content }) => content).join('\n')
  if (text.includes('src/mute.ts')) return 'I would rather not say.'
  if (text.includes('src/invented.ts')) return findings([claim(1, 'const somethingElse = 1', 'It is invented')])
  const lines = [...text.matchAll(/^ *(\d+)[^\n]*?(  return list\.reduce.*)$/gm)]
  return findings(lines.map(([, line, quote = '']) => claim(Number(line), quote, 'Division by an empty list')))
}

const findings = (list: readonly object[]) => JSON.stringify({ findings: list, none: list.length === 0 })

async function scene(staged: Record<string, string> = files()) {
  const repository = temporaryRepository({ files: { 'README.md': '# A\n' } })
  const home = temporaryFolder()
  const server = await startScriptedServer({ answer })
  onTestFinished(async () => {
    await server.close()
    repository.remove()
    home[Symbol.dispose]()
  })
  repository.stage(staged)
  const environment = { ...repository.environment, AGENT_HOME: home.path }
  const agent = (...args: string[]) => runAgent(args, { cwd: repository.root, environment })
  const model = ['--engine', 'endpoint', '--base-url', server.baseUrl, '--model', 'scripted', '--no-cache']
  const review = async (args: readonly string[], file = 'whole.json') => {
    const { code, stderr } = await agent('review', '--staged', ...args, '--format', 'json', '--output', join(home.path, file))
    return { code, stderr, file: join(home.path, file) }
  }
  const shards = async (count: number, args: readonly string[]) => {
    const done: string[] = []
    for (let index = 1; index <= count; index++)
      done.push((await review([...args, '--shard', `${index}/${count}`], `${index}-of-${count}.json`)).file)
    return done
  }
  const report = (file: string) => reportSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  return { repository, home, server, agent, model, review, shards, report }
}

/** What two reports must agree in. */
const contract = ({ timing: _timing, usage: _usage, engine: _engine, ...rest }: Report) => rest

describe('agent merge', () => {
  it('makes of any number of shards what the whole run says, with the same exit code', async () => {
    const { model, review, shards, report, agent, home } = await scene()
    const baseline = join(home.path, 'baseline.json')
    await agent('baseline', 'create', 'src/mean-3.ts', 'src/mean-4.ts', '--staged', ...model, '--baseline', baseline)
    const args = [...model, '--baseline', baseline]
    const whole = await review(args)
    const expected = report(whole.file)
    // The change is what it is said to be: otherwise equality would show little.
    expect(new Set(expected.findings.map(({ suppressed }) => suppressed?.by ?? 'none'))).toEqual(new Set(['none', 'inline', 'baseline']))
    expect(expected.notices.map(({ code }) => code)).toEqual(['UNITS_UNSEEN', 'FINDINGS_UNANCHORED'])
    expect([expected.completeness, expected.coverage.files.length]).toEqual(['partial', Object.keys(files()).length])

    for (const count of [1, 2, 3, 5]) {
      const merged = await agent('merge', ...(await shards(count, args)).toReversed(), '--format', 'json')
      expect(contract(reportSchema.parse(JSON.parse(merged.stdout)))).toEqual(contract(expected))
      expect(merged.code).toBe(whole.code)
    }
  }, 240_000)

  it('rests on shards that put the same questions as the whole run, whatever is on for some paths only', async () => {
    const { repository, server, model, review, shards } = await scene()
    repository.write('agent.config.yaml', "paths: [{ match: 'src/mean-1.ts', review: { checks: { performance: warning } } }]\n")
    const questions = () => new Set(server.chatRequests.map(({ body }) => JSON.stringify([body?.messages, body?.response_format])))
    await review(model)
    const whole = questions()
    await shards(5, model)
    expect([questions().size, whole.size > 15]).toEqual([whole.size, true])
  })

  it('adds up what a run without any model left unseen', async () => {
    const { review, shards, report, agent } = await scene()
    const whole = report((await review(['--engine', 'auto'])).file)
    const { code, stdout } = await agent('merge', ...(await shards(3, ['--engine', 'auto'])), '--format', 'json')
    const merged = reportSchema.parse(JSON.parse(stdout))
    expect(contract(merged)).toEqual(contract(whole))
    expect([code, merged.notices[0]?.message]).toEqual([
      1,
      expect.stringMatching(/^There is no model, .*; \d\d parts of the change were not/),
    ])
  })

  it('writes every format, to standard output and to files', async () => {
    const { shards, agent, home } = await scene()
    const parts = await shards(2, ['--engine', 'none'])
    for (const format of ['pretty', 'github', 'markdown', 'rdjson', 'gitlab', 'junit', 'checkstyle']) {
      const { code, stdout } = await agent('merge', ...parts, '--format', format)
      expect([code, stdout]).toEqual([1, expect.stringContaining('focused-tests')])
    }
    const [sarif, output] = [join(home.path, 'new/merged.sarif'), join(home.path, 'merged.md')]
    const written = await agent('merge', ...parts, '--report', `sarif=${sarif}`, '--format', 'markdown', '--output', output)
    expect([written.code, written.stdout]).toEqual([1, ''])
    expect(readFileSync(output, 'utf8')).toContain('## agent review: 2 errors')
    await expectValidSarif(readFileSync(sarif, 'utf8'))
  })

  it('shows the lines that a finding points at, where the checkout is there', async () => {
    const { shards, agent } = await scene()
    const { stdout } = await agent('merge', ...(await shards(2, ['--engine', 'none'])))
    expect(stdout).toContain("  1 │ import { it } from 'vitest'")
    expect(stdout).toContain(">   3 │ it.only('adds', () => {})")
  })

  it('fails on what the configuration says, unless a flag says otherwise', async () => {
    const { repository, shards, agent } = await scene()
    const parts = await shards(2, ['--engine', 'none'])
    repository.write('agent.config.yaml', 'review: { failOn: never }\n')
    expect((await agent('merge', ...parts)).code).toBe(0)
    expect((await agent('merge', ...parts, '--fail-on', 'error')).code).toBe(1)
    repository.write('agent.config.yaml', "paths: [{ match: 'tests/focused.test.ts', review: { failOn: never } }]\n")
    expect((await agent('merge', ...parts)).code).toBe(1)
  })

  it('needs no repository', async () => {
    const { shards } = await scene()
    const parts = await shards(2, ['--engine', 'none'])
    using elsewhere = temporaryFolder()
    expect(await runAgent(['merge', ...parts], { cwd: elsewhere.path })).toMatchObject({ code: 1, stderr: '' })
  })

  it('looks for reports below the folder that -C names', async () => {
    const { shards, agent, home } = await scene()
    await shards(2, ['--engine', 'none'])
    expect(await agent('-C', home.path, 'merge', '1-of-2.json', '2-of-2.json')).toMatchObject({ code: 1, stderr: '' })
  })

  it('fails when a report cannot be written, but tells what was found first', async () => {
    const { shards, agent, home } = await scene()
    const parts = await shards(2, ['--engine', 'none'])
    writeFileSync(join(home.path, 'file'), '')
    const unwritable = join(home.path, 'file/merged.json')
    expect(await agent('merge', ...parts, '--output', unwritable)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('merged.json'),
    })
    expect((await agent('merge', ...parts, '--fail-on', 'never', '--output', unwritable)).code).toBe(3)
  })

  it.each<[string, string | null, RegExp]>([
    ['one that is not there', null, /The report part\.json is not there\.[^]*Check its path/],
    ['an empty one', ' \n', /The report part\.json is empty/],
    ['one that is cut off', '{"schemaVersion": 1,', /part\.json is not valid JSON; it may be cut off/],
    ['JSON of something else', '{"version": "2.1.0", "runs": []}', /part\.json is not a report of agent: .* at schemaVersion/],
    ['JSON that is no object', '[]', /part\.json is not a report of agent/],
    ['one of a later version', '{"schemaVersion": 2, "tool": {"name": "coding-agent"}}', /part\.json has version 2 of the report/],
    ['one with a key too many', JSON.stringify({ ...reportWith(), extra: 1 }), /part\.json is not a report of agent: .*extra/],
    ['one of a whole run', JSON.stringify(reportWith()), /part\.json is not the report of a shard\.[^]*--shard/],
    ['one with a mark of order', `\uFEFF${JSON.stringify(reportWith())}`, /part\.json is not the report of a shard/],
  ])('refuses %s with code 2, naming the file', async (_name, text, message) => {
    using folder = temporaryFolder()
    if (text !== null) writeFileSync(join(folder.path, 'part.json'), text)
    const { code, stdout, stderr } = await runAgent(['merge', 'part.json'], { cwd: folder.path })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
  })

  it('refuses folders, patterns that nothing fits, and shards that are missing or named twice', async () => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.path, 'reports'))
    const merge = async (...names: string[]) => runAgent(['merge', ...names], { cwd: folder.path })
    expect(await merge('reports')).toMatchObject({ code: 2, stderr: expect.stringMatching(/The report reports cannot be read/) })
    expect(await merge('reports/*.json')).toMatchObject({ code: 2, stderr: expect.stringMatching(/No file fits the pattern/) })
    expect(await merge()).toMatchObject({ code: 2, stderr: expect.stringMatching(/reports/) })
    const { shards, agent } = await scene()
    const [one = '', two = ''] = await shards(2, ['--engine', 'none'])
    expect(await agent('merge', one)).toMatchObject({ code: 2, stderr: expect.stringMatching(/shard 2 is missing/) })
    expect(await agent('merge', one, two, one)).toMatchObject({ code: 2, stderr: expect.stringMatching(/both of shard 1/) })
  })
})
