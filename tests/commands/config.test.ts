import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { publishedSchema } from '../../src/config/published-schema.ts'
import { configurableChecks } from '../../src/tasks/review/configurable-checks.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { runAgent } from './run-agent.ts'

const published = join(import.meta.dirname, '../../schema/config.schema.json')

describe('agent config show', () => {
  it('prints every value with what set it, and hides secrets', async () => {
    using repository = temporaryRepository({
      files: { 'agent.config.yaml': 'engine: { baseUrl: "http://ada:pass@127.0.0.1:8000/v1" }\nmemory: { maxAge: 30d }' },
    })
    const { code, stdout, stderr } = await runAgent(['config', 'show'], {
      cwd: repository.root,
      environment: { ...repository.environment, AGENT_API_KEY: 'sk-secret', AGENT_MODEL: 'm' },
    })
    const lines = stdout.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(lines).toEqual(
      expect.arrayContaining([
        'engine.baseUrl | http://***@127.0.0.1:8000/v1 | project file agent.config.yaml',
        'engine.model | m | environment AGENT_MODEL',
        'review.failOn | error | default',
        'memory.maxAge | 30d | project file agent.config.yaml',
        'rules | [".agent/rules/*.md"] | default',
        'API key: set, from AGENT_API_KEY',
      ]),
    )
    expect(stdout).not.toMatch(/sk-secret|ada:pass/)
  })

  it('prints the same as JSON', async () => {
    using repository = temporaryRepository({ files: { '.agentrc': 'review: { checks: { secrets: off } }', 'agent.config.ts': '' } })
    const { code, stdout } = await runAgent(['config', 'show', '--format', 'json'], {
      cwd: repository.root,
      environment: repository.environment,
    })
    const shown = JSON.parse(stdout)
    expect(code).toBe(0)
    expect(shown.settings['review.checks.secrets']).toEqual({ value: 'off', origin: 'project file .agentrc' })
    expect(shown.settings['review.checks.logic']).toEqual({ value: null, origin: 'default' })
    expect(shown).toMatchObject({
      apiKey: { variable: 'AGENT_API_KEY', isSet: false },
      notices: [{ message: 'agent.config.ts is not read.' }],
    })
  })

  it('never prints a key that stands where the name of its variable belongs', async () => {
    using folder = temporaryFolder({ '.agentrc': 'engine: { apiKeyEnv: sk_live_123 }' })
    const environment = { HOME: folder.path }
    const runs = [
      ['config', 'show'],
      ['config', 'show', '--format', 'json'],
      ['config', 'explain', 'engine.apiKeyEnv'],
    ].map((argv) => runAgent(argv, { cwd: folder.path, environment }))
    for (const { code, stdout } of await Promise.all(runs)) {
      expect(code).toBe(0)
      expect(stdout).toContain('(hidden)')
      expect(stdout).not.toContain('sk_live')
    }
  })

  it('lets what is not a default stand out where colours are on, and tells notices on stderr unless it is to be quiet', async () => {
    using folder = temporaryFolder({ '.agentrc': 'engine: { seed: 1 }', 'agent.config.js': '' })
    const environment = { HOME: folder.path, FORCE_COLOR: '1' }
    const { stdout, stderr } = await runAgent(['config', 'show'], { cwd: folder.path, environment })
    expect(stdout.replaceAll(/ {2,}/g, ' ')).toContain('\u001B[1mengine.seed 1 project file .agentrc\u001B[0m\n')
    expect(stderr).toBe(
      'notice: agent.config.js is not read. A configuration is data and never executed: write agent.config.yaml or agent.config.json.\n',
    )
    const quiet = await runAgent(['config', 'show', '--quiet', '--no-color'], { cwd: folder.path, environment })
    expect([quiet.stderr, quiet.stdout.includes('\u001B')]).toEqual(['', false])
  })

  it('reads the base revision in CI on a pull request', async () => {
    using repository = temporaryRepository({ files: { '.agentrc': 'review: { failOn: note }' } })
    repository.git('switch', '-qc', 'change')
    repository.commit('Weaken', { '.agentrc': 'review: { failOn: never }' })
    const failOn = async (environment: Record<string, string>) => {
      const options = { cwd: repository.root, environment: { ...repository.environment, ...environment } }
      const { stdout } = await runAgent(['config', 'show', '--format', 'json'], options)
      return JSON.parse(stdout)
    }
    expect((await failOn({})).settings['review.failOn'].value).toBe('never')
    expect((await failOn({ GITHUB_ACTIONS: 'true', GITHUB_BASE_REF: 'main' })).settings['review.failOn'].value).toBe('note')
    expect(await failOn({ GITHUB_ACTIONS: 'true', GITHUB_BASE_REF: 'unfetched' })).toMatchObject({
      settings: { 'review.failOn': { value: 'error', origin: 'default' } },
      notices: [{ code: 'CONFIG_BASE_MISSING' }],
    })
  })

  it('ends with 2 and the reason where the configuration or the folder is wrong', async () => {
    using folder = temporaryFolder({ 'agent.config.yaml': 'reviews: {}' })
    const run = (...argv: string[]) => runAgent(['config', 'show', ...argv], { cwd: folder.path, environment: { HOME: folder.path } })
    expect(await run()).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'error: agent.config.yaml:1: reviews is not a known key. Did you mean review?\nhint: `agent config schema` tells what may stand there.\n',
    })
    expect((await run('-C', 'nowhere')).stderr).toMatch(/^error: .*\/nowhere is not a folder\.\nhint: Correct -C\.\n$/)
    expect((await run('--config', 'missing.yaml')).stderr).toBe('error: missing.yaml does not exist.\nhint: Correct --config.\n')
  })
})

describe('agent config explain', () => {
  const explain = async (key: string, environment = {}) => {
    using folder = temporaryFolder()
    return await runAgent(['config', 'explain', key], { cwd: folder.path, environment: { HOME: folder.path, ...environment } })
  }

  it('tells what a key means, may be and is', async () => {
    expect((await explain('review.failOn', { AGENT_REVIEW_FAIL_ON: 'note' })).stdout).toBe(`review.failOn
The mildest severity that ends a run with exit code 1.

  allowed   note, warning, error or never
  default   error
  value     note
  from      environment AGENT_REVIEW_FAIL_ON
  variable  AGENT_REVIEW_FAIL_ON
  flag      --fail-on
`)
  })

  it('lists the keys of a section', async () => {
    expect((await explain('hooks.preCommit')).stdout).toBe(`hooks.preCommit
The review before a commit, and before a push.

  maxTime  How long a commit may be held up; a push may take three times as long
  strict   Whether a review that could not be finished stops the commit or the push
`)
  })

  it('explains what stands in a list, and a check', async () => {
    expect((await explain('paths[0].review.failOn')).stdout).toContain('allowed  note, warning, error or never')
    expect((await explain('review.checks.logic')).stdout).toContain('default   as the model says')
    expect((await explain('rules')).stdout).toContain('default  [".agent/rules/*.md"]')
  })

  it.each([
    ['review.failon', 'Did you mean review.failOn?'],
    ['fialOn', '`agent config show` lists them all.'],
    ['review.__proto__', '`agent config show` lists them all.'],
    ['', '`agent config show` lists them all.'],
  ])('does not know %j', async (key, hint) => {
    expect(await explain(key)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: `error: ${key} is not a key of the configuration.\nhint: ${hint}\n`,
    })
  })

  it('works where the configuration is wrong, and then says nothing about what holds', async () => {
    using folder = temporaryFolder({ '.agentrc': 'review: { failOn: eror }' })
    const { code, stdout } = await runAgent(['config', 'explain', 'review.failOn'], {
      cwd: folder.path,
      environment: { HOME: folder.path },
    })
    expect({ code, hasValue: stdout.includes('value'), hasDefault: stdout.includes('default   error') }).toEqual({
      code: 0,
      hasValue: false,
      hasDefault: true,
    })
  })

  it('does not hide another failure', async () => {
    using folder = temporaryFolder()
    expect((await runAgent(['-C', 'nowhere', 'config', 'explain', 'engine'], { cwd: folder.path, environment: {} })).code).toBe(2)
  })
})

describe('the published schema', () => {
  it('is what `agent config schema` prints', async () => {
    const { code, stdout } = await runAgent(['config', 'schema'], { cwd: '/' })
    expect([code, JSON.parse(stdout)]).toEqual([0, publishedSchema(configurableChecks)])
  })

  it('is up to date (node scripts/make-config-schema.ts)', () => {
    expect(JSON.parse(readFileSync(published, 'utf8'))).toEqual(publishedSchema(configurableChecks))
  })

  it('accepts and refuses what the program does', () => {
    const validate = new Ajv({ strict: false, formats: { uri: true } }).compile(publishedSchema(configurableChecks))
    const accepted = [
      {},
      { $schema: 'x', review: { maxTime: '5m', checks: { secrets: 'off' } }, paths: [{ match: 'a', review: { failOn: 'never' } }] },
    ]
    const refused = [
      { reviews: {} },
      { review: { maxTime: 5 } },
      { review: { maxTime: '5 minutes' } },
      { paths: [{}] },
      { telemetry: 'on' },
    ]
    expect([accepted.map((data) => validate(data)), refused.map((data) => validate(data))]).toEqual([
      [true, true],
      refused.map(() => false),
    ])
  })
})
