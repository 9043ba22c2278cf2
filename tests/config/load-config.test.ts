import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type LoadConfigOptions, loadConfig } from '../../src/config/load-config.ts'
import type { AppError } from '../../src/domain/errors.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const checks = [
  { name: 'secrets', summary: 'A secret.', defaultSeverity: 'error' },
  { name: 'focused-tests', summary: 'A focused test.', defaultSeverity: 'error' },
  { name: 'logic', summary: 'Wrong logic.' },
] as const

type Options = Partial<Omit<LoadConfigOptions, 'root' | 'directory'>> & { files?: Readonly<Record<string, string>>; in?: string }

/** Loads what stands in a real folder: `repository/` is the root, `home/` the user's home. */
async function load({ files = {}, in: folder = '.', ...options }: Options = {}) {
  using base = temporaryFolder(files)
  const [root, home] = [join(base.path, 'repository'), join(base.path, 'home')]
  mkdirSync(join(root, folder), { recursive: true })
  const { environment, ...rest } = options
  return await loadConfig({
    root,
    directory: join(root, folder),
    checks,
    ...rest,
    environment: { HOME: home, XDG_CONFIG_HOME: join(home, 'config'), ...environment },
  })
}

async function messageOf(options: Options): Promise<string> {
  const error = await load(options).then(
    () => undefined,
    (error: AppError) => error,
  )
  expect(error).toMatchObject({ code: 'CONFIG_INVALID', exitCode: 2 })
  return error?.message ?? ''
}

const inProject = (text: string, name = 'agent.config.yaml') => ({ files: { [`repository/${name}`]: text } })

describe('precedence', () => {
  it('has a default for everything', async () => {
    const { config, written, notices } = await load()
    expect(config).toMatchObject({
      engine: { use: 'auto', baseUrl: null, model: null, apiKeyEnv: null, context: null, gpu: 'auto', threads: 'auto', seed: 0 },
      review: { failOn: 'error', minConfidence: 0, maxTime: 300_000, maxFindings: 5, linters: true, checks: { secrets: 'error' } },
      rules: ['.agent/rules/*.md'],
      include: ['**'],
      exclude: ['**/*.generated.*'],
      paths: [],
      fix: { attempts: 3, linters: 'auto', testCommand: null },
      generateTests: { maxTests: 20, repeat: 5, targetCoverage: null },
      sandbox: { use: 'auto', image: null, memory: 2_147_483_648, cpus: 2, timeout: 300_000 },
      memory: { encrypt: false, maxAge: 7_776_000_000, maxSize: 524_288_000 },
      hooks: { preCommit: { maxTime: 10_000, strict: false }, commitMessage: { maxTime: 8000 } },
      models: { dir: null, autoPull: false },
      daemon: { idleUnload: 1_800_000, listen: null },
      telemetry: 'off',
    })
    expect({ written: written.size, notices }).toEqual({ written: 0, notices: [] })
  })

  it('is user file, project file, environment, flags, value by value', async () => {
    const { config, written } = await load({
      files: {
        'home/config/agent/config.yaml':
          'engine: { model: user, seed: 1 }\nreview: { failOn: note, maxTime: 1m, checks: { secrets: note } }',
        'repository/agent.config.yaml': 'engine: { model: project }\nreview: { failOn: warning, maxTime: 2m, checks: { logic: off } }',
      },
      environment: { AGENT_MODEL: 'environment', AGENT_REVIEW_FAIL_ON: 'error' },
      flags: [{ path: 'engine.model', value: 'flag', name: '--model' }],
    })
    expect(config).toMatchObject({
      engine: { model: 'flag', seed: 1 },
      review: { failOn: 'error', maxTime: 120_000, checks: { secrets: 'note', logic: 'off', 'focused-tests': 'error' } },
    })
    const origins = Object.fromEntries([...written].map(([path, { origin }]) => [path, origin.replace(/ \/.*\/home\//, ' ~/')]))
    expect(origins).toEqual({
      'engine.model': 'flag --model',
      'engine.seed': 'user file ~/config/agent/config.yaml',
      'review.failOn': 'environment AGENT_REVIEW_FAIL_ON',
      'review.maxTime': 'project file agent.config.yaml',
      'review.checks.secrets': 'user file ~/config/agent/config.yaml',
      'review.checks.logic': 'project file agent.config.yaml',
    })
  })

  it('leaves a category without a severity of its own to the model', async () => {
    expect((await load()).config.review.checks).toEqual({ secrets: 'error', 'focused-tests': 'error' })
  })
})

describe('a value that is not allowed', () => {
  it('is told with its file, line, path, value and what was probably meant', async () => {
    expect(await messageOf(inProject('engine:\n  seed: 1\nreview:\n  failOn: eror\n'))).toBe(
      'agent.config.yaml:4: review.failOn is "eror", but must be note, warning, error or never. Did you mean error?',
    )
  })

  it('is told together with the others', async () => {
    const text = 'review:\n  failon: error\n  maxTime: 5\n  checks: { secret: off }\npath: []\n'
    expect((await messageOf(inProject(text))).split('\n').toSorted()).toEqual([
      'agent.config.yaml:2: review.failon is not a known key. Did you mean review.failOn?',
      'agent.config.yaml:3: review.maxTime is 5, but must be a duration above zero and of at most 24d, such as 250ms, 10s, 5m or 1h30m.',
      'agent.config.yaml:4: review.checks.secret is not a known key. Did you mean review.checks.secrets?',
      'agent.config.yaml:5: path is not a known key. Did you mean paths?',
    ])
  })

  it('names the entry of a list it stands in', async () => {
    expect(
      await messageOf(inProject('{ "paths": [{ "match": "a" },\n{ "match": "b", "review": { "maxTime": "5m" } }] }', 'agent.config.json')),
    ).toBe(
      'agent.config.json:2: paths[1].review.maxTime is not a known key. Known here: failOn, minConfidence, maxFindings, checks, linters.',
    )
  })

  it('names a missing key', async () => {
    expect(await messageOf(inProject('paths: [{}]'))).toBe(
      'agent.config.yaml:1: paths[0].match is missing; it must be a glob such as src/** inside the repository.',
    )
  })

  it('is told with the variable or the flag it came from', async () => {
    expect(await messageOf({ environment: { AGENT_ENGINE_SEED: 'many' } })).toBe(
      'AGENT_ENGINE_SEED: engine.seed is "many", but must be a whole number from 0 to 4294967295.',
    )
    expect(await messageOf({ flags: [{ path: 'engine.baseUrl', value: 'localhost:8000', name: '--base-url' }] })).toBe(
      '--base-url: engine.baseUrl is "localhost:8000", but must be an http or https URL such as http://127.0.0.1:8000/v1 or null.',
    )
  })

  it('is told for the whole file where it is no section of keys', async () => {
    expect(await messageOf(inProject('- a\n- b'))).toBe(
      'agent.config.yaml: The configuration is ["a","b"], but must be a section with keys of its own.',
    )
  })

  it.each([
    ['review: { maxTime: 25d }', 'review.maxTime is "25d"'],
    ['review: { minConfidence: 2 }', 'must be a number from 0 to 1'],
    ['sandbox: { cpus: 0 }', 'must be a number above 0 and of at most 1024'],
    ['memory: { maxSize: 500 }', 'must be a size such as 512k, 500mb or 2g'],
    ['memory: { encrypt: "yes" }', 'must be true or false'],
    ['engine: { threads: 0 }', 'must be auto or a whole number from 1 to 1024'],
    ['telemetry: on', 'must be off'],
    ['fix: { linters: eslint }', 'must be auto or a list, each a text'],
    ['rules: x.md', 'must be a list, each a glob such as src/**'],
    ['engine: { baseUrl: "file:///etc/passwd" }', 'must be an http or https URL'],
  ])('says for %s what is allowed', async (text, part) => {
    expect(await messageOf(inProject(text))).toContain(part)
  })

  it('never shows a key that was written where the name of its variable belongs, nor the credentials in a URL', async () => {
    const message = await messageOf(inProject('engine: { apiKeyEnv: sk-live-123, baseUrl: "ftp://ada:pass@example.com/v1?key=abc" }'))
    expect(message).toContain('engine.apiKeyEnv is (hidden)')
    expect(message).toContain('engine.baseUrl is "ftp://***@example.com/v1?***"')
  })
})

describe('hostile files', () => {
  const bomb = [
    'a: &a [x, x, x, x, x, x, x, x, x]',
    ...'bcdefghi'.split('').map((name, index) => `${name}: &${name} [${`*${'abcdefgh'[index]}, `.repeat(9)}]`),
  ].join('\n')

  it.each([
    ['an alias bomb', bomb, /^agent\.config\.yaml is not valid YAML: Excessive alias count/],
    ['an alias to itself', 'engine: &x\n  use: *x', /nested too deeply, or refers to itself/],
    ['a list without end', '['.repeat(50_000), /^agent\.config\.yaml is not valid YAML/],
    ['a key twice', 'engine: {}\nengine: {}', /keys must be unique at line 2/],
    ['two documents', 'engine: {}\n---\nengine: {}', /multiple documents/],
    ['a key that is a list', '? [a]\n: b', /all keys must be strings/],
    ['a prototype', '__proto__: { polluted: true }', /__proto__ is not a known key/],
    ['a prototype in a section', 'review: { __proto__: { failOn: never } }', /review\.__proto__ is not a known key/],
    ['a constructor', 'review: { checks: { constructor: off } }', /review\.checks\.constructor is not a known key/],
    ['an import of another file', '$import: ./other.yaml', /\$import is not a known key/],
    ['escape sequences in a key', '"\\u001b[2Jx": 1', /\["\\u001b\[2Jx"\] is not a known key/],
  ])('are refused for %s', async (_name, text, message) => {
    expect(await messageOf(inProject(text))).toMatch(message)
    expect({}).not.toHaveProperty('polluted')
  })

  it.each([
    ['{"engine": {"use": secret-text}}', 'agent.config.json is not valid JSON at line 1, column 20.'],
    ['{"engine": {},\n  }', 'agent.config.json is not valid JSON at line 2, column 3.'],
    ['{"__proto__": {"a": 1}}', 'agent.config.json:1: __proto__ is not a known key.'],
    [`{"engine":${'['.repeat(200)}${']'.repeat(200)}}`, 'agent.config.json is nested too deeply'],
  ])('are refused as JSON: %s', async (text, message) => {
    expect(await messageOf(inProject(text, 'agent.config.json'))).toContain(message)
  })

  it('never execute code, and say that it is ignored', async () => {
    const { config, notices } = await load({
      files: {
        'repository/agent.config.ts': 'globalThis.executed = true; export default { engine: { model: "code" } }',
        'repository/.agentrc.js': 'throw 1',
      },
    })
    expect({ model: config.engine.model, executed: 'executed' in globalThis }).toEqual({ model: null, executed: false })
    expect(notices.map(({ message }) => message)).toEqual(['.agentrc.js is not read.', 'agent.config.ts is not read.'])
  })

  it('of cosmiconfig itself are not executed either', () => {
    using folder = temporaryFolder({
      'agent.config.yaml': 'engine: { model: data }',
      '.config/config.js': 'console.log("executed"); module.exports = {}',
      'package.json': '{"cosmiconfig": {"searchPlaces": ["evil.js"]}, "agent": {}}',
      'evil.js': 'console.log("executed")',
    })
    const script = `import { loadConfig } from ${JSON.stringify(join(import.meta.dirname, '../../src/config/load-config.ts'))}
      const root = process.cwd()
      const { config } = await loadConfig({ root, directory: root, environment: { HOME: root }, checks: [] })
      console.log(config.engine.model)`
    expect(execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: folder.path, encoding: 'utf8' })).toBe('data\n')
  })

  it('that are pipes, folders or too large are refused, not opened', async () => {
    using base = temporaryFolder({ 'large/agent.config.yaml': `# ${'x'.repeat(1_100_000)}`, 'folder/agent.config.yaml/x': '' })
    mkdirSync(join(base.path, 'pipe'))
    execFileSync('mkfifo', [join(base.path, 'pipe/.agentrc')])
    const messages = ['large', 'folder', 'pipe'].map(async (name) => {
      const root = join(base.path, name)
      return loadConfig({ root, directory: root, environment: { HOME: base.path }, checks }).catch((error: AppError) => error.message)
    })
    expect(await Promise.all(messages)).toEqual([
      expect.stringMatching(/^agent\.config\.yaml has \d+ bytes; a configuration has at most 1048576\.$/),
      'agent.config.yaml is not a regular file.',
      '.agentrc is not a regular file.',
    ])
  })
})

describe('the search', () => {
  it('takes the nearest file, and none above the repository', async () => {
    const files = {
      'agent.config.yaml': 'engine: { seed: 9 }',
      'repository/.agentrc': 'engine: { seed: 1 }',
      'repository/a/.agentrc.json': '{"engine":{"seed":2}}',
    }
    expect([(await load({ files, in: 'a/b' })).config.engine.seed, (await load({ files })).config.engine.seed]).toEqual([2, 1])
    expect((await load({ files: { 'agent.config.yaml': 'engine: { seed: 9 }' }, in: 'a/b' })).config.engine.seed).toBe(0)
  })

  it('reads the agent key of package.json, and passes one without it', async () => {
    const files = {
      'repository/package.json': '{"name":"x","agent":{"engine":{"seed":3}}}',
      'repository/a/package.json': '{"name":"agent"}',
    }
    const { config, written } = await load({ files, in: 'a' })
    expect([config.engine.seed, written.get('engine.seed')?.origin]).toEqual([3, 'project file package.json'])
  })

  it('finds the line of a mistake in package.json', async () => {
    expect(await messageOf(inProject('{"agent": {\n"engine": {\n"seed": -1}}}', 'package.json'))).toContain(
      'package.json:3: engine.seed is -1',
    )
  })

  it('leaves a package.json that does not parse, or is a pipe or a list, to others', async () => {
    expect((await load(inProject('{"agent": {', 'package.json'))).written.size).toBe(0)
    expect((await load(inProject('["agent"]', 'package.json'))).written.size).toBe(0)
    expect((await load(inProject('{"a": "agent"}', 'package.json'))).written.size).toBe(0)
  })

  it('prefers the explicit name and says what it does not read', async () => {
    const { config, notices } = await load({
      files: {
        'repository/agent.config.json': '{"engine":{"seed":4}}',
        'repository/.agentrc': 'engine: { seed: 5 }',
        'repository/agent.config.yml': '',
      },
    })
    expect(config.engine.seed).toBe(4)
    expect(notices).toEqual([
      { code: 'CONFIG_IGNORED', message: 'agent.config.yml is not read.', hint: 'Rename or rewrite it as agent.config.yaml.' },
      { code: 'CONFIG_IGNORED', message: '.agentrc is not read.', hint: 'agent.config.json is read instead; keep one of them.' },
    ])
  })

  it('takes a file of comments, and sections whose keys are all comments, as nothing', async () => {
    expect((await load(inProject('# nothing yet'))).written.size).toBe(0)
    expect((await load(inProject('engine:\n  # model: x\nreview:\n  checks:\n'))).written.size).toBe(0)
  })

  it('goes on above an empty file', async () => {
    const files = { 'repository/a/.agentrc': ' \n', 'repository/.agentrc': 'engine: { seed: 6 }' }
    expect((await load({ files, in: 'a' })).config.engine.seed).toBe(6)
  })

  it('accepts $schema and a byte order mark', async () => {
    expect((await load(inProject('\uFEFF{"$schema": "./x.json", "engine": {"seed": 7}}', 'agent.config.json'))).config.engine.seed).toBe(7)
    expect((await load(inProject('\uFEFFengine: { seed: 8 }'))).config.engine.seed).toBe(8)
  })

  it('starts at the root where the folder lies outside of it', async () => {
    using base = temporaryFolder({ 'repository/.agentrc': 'engine: { seed: 1 }', 'other/.agentrc': 'engine: { seed: 2 }' })
    const { config } = await loadConfig({
      root: join(base.path, 'repository'),
      directory: join(base.path, 'other'),
      environment: { HOME: base.path },
      checks,
    })
    expect(config.engine.seed).toBe(1)
  })
})

describe('--config', () => {
  it('is read instead of searching', async () => {
    const files = { 'repository/.agentrc': 'engine: { seed: 1 }', 'repository/ci/strict.yaml': 'review: { failOn: note }' }
    const { config, written } = await load({ files, explicitFile: 'ci/strict.yaml' })
    expect([config.engine.seed, config.review.failOn, written.get('review.failOn')?.origin]).toEqual([
      0,
      'note',
      'project file ci/strict.yaml',
    ])
  })

  it.each([
    ['nowhere.yaml', 'nowhere.yaml does not exist.'],
    ['code.ts', 'code.ts is code; a configuration is data and never executed.'],
    ['package.json', 'package.json has no agent key.'],
    ['.', '. is not a regular file.'],
  ])('refuses %s', async (explicitFile, message) => {
    expect(await messageOf({ explicitFile, files: { 'repository/package.json': '{}', 'repository/code.ts': '' } })).toBe(message)
  })
})

describe('a repository that wants to run on the host', () => {
  const wish = { 'repository/.agentrc': 'sandbox: { use: host, memory: 1g }' }

  it('does not, and the user is told', async () => {
    const { config, written, notices } = await load({ files: wish })
    expect([config.sandbox.use, config.sandbox.memory, written.has('sandbox.use')]).toEqual(['auto', 2 ** 30, false])
    expect(notices).toMatchObject([
      { code: 'HOST_NOT_YOURS', message: expect.stringContaining('.agentrc wants commands to run without a sandbox') },
    ])
  })

  it('does where the user names the file, or says so', async () => {
    const loaded = await Promise.all([
      load({ files: wish, explicitFile: '.agentrc' }),
      load({ files: wish, flags: [{ path: 'sandbox.use', value: 'host', name: '--sandbox' }] }),
    ])
    expect(loaded.map(({ config, notices }) => [config.sandbox.use, notices])).toEqual(Array(2).fill(['host', []]))
  })
})

describe('a llama-server that the repository names', () => {
  const named = { 'repository/.agentrc': 'engine: { server: /srv/llama-server, model: m }' }

  it('is not started, and the user is told', async () => {
    const { config, written, notices } = await load({ files: named })
    expect([config.engine.server, config.engine.model, written.has('engine.server')]).toEqual(['auto', 'm', false])
    expect(notices).toMatchObject([{ code: 'SERVER_NOT_YOURS', message: expect.stringContaining('.agentrc names the program') }])
  })

  it('is started where the user says so, and a repository may do without', async () => {
    const environment = { AGENT_ENGINE_SERVER: '/opt/llama-server' }
    const mine = await load({ files: named, environment })
    expect([mine.config.engine.server, mine.notices]).toEqual(['/opt/llama-server', []])
    const never = await load({ files: { 'repository/.agentrc': 'engine: { server: never }' } })
    expect([never.config.engine.server, never.notices]).toEqual(['never', []])
  })
})

describe('an endpoint that the repository names', () => {
  const named = (baseUrl: string) => ({ 'repository/.agentrc': `engine: { baseUrl: "${baseUrl}", model: m }` })
  const foreign = named('https://ada:pass@collector.example/v1')

  it('is not used beyond this machine, and the user is told', async () => {
    const { config, written, notices } = await load({ files: foreign, environment: { AGENT_API_KEY: 'sk-own' } })
    expect([config.engine.baseUrl, config.engine.model, written.has('engine.baseUrl')]).toEqual([null, 'm', false])
    expect(notices).toMatchObject([
      {
        code: 'ENDPOINT_NOT_YOURS',
        message:
          '.agentrc names the endpoint https://***@collector.example/v1; nothing is sent there, because only you can say where your code may go.',
      },
    ])
  })

  it.each(['http://127.0.0.1:8000/v1', 'http://localhost:8000/v1', 'http://[::1]:8000/v1'])(
    'is used on this machine: %s',
    async (baseUrl) => {
      const { config, notices } = await load({ files: named(baseUrl) })
      expect({ baseUrl: config.engine.baseUrl, notices }).toEqual({ baseUrl, notices: [] })
    },
  )

  it('is used where the user names the file, or it comes from the base of a pull request', async () => {
    const text = foreign['repository/.agentrc']
    const readBase = async (path: string) => (path === '.agentrc' ? text : null)
    const loaded = await Promise.all([load({ files: foreign, explicitFile: '.agentrc' }), load({ readBase })])
    expect(loaded.map(({ config, notices }) => [config.engine.baseUrl, notices])).toEqual(
      Array(2).fill(['https://ada:pass@collector.example/v1', []]),
    )
  })

  it('neither replaces the one of the user, nor is told about then', async () => {
    const own = { 'home/config/agent/config.yaml': 'engine: { baseUrl: "https://own.example/v1" }' }
    const loaded = await Promise.all([
      load({ files: { ...foreign, ...own } }),
      load({ files: foreign, environment: { AGENT_BASE_URL: 'https://own.example/v1' } }),
      load({ files: foreign, flags: [{ path: 'engine.baseUrl', value: 'https://own.example/v1', name: '--base-url' }] }),
    ])
    expect(loaded.map(({ config, notices }) => [config.engine.baseUrl, notices])).toEqual(Array(3).fill(['https://own.example/v1', []]))
  })
})

describe('in CI on a pull request', () => {
  const base: Record<string, string> = {
    '.agentrc.yaml': 'review: { failOn: note }',
    'ci.yaml': 'review: { failOn: warning }',
    'a/.agentrc': '  ',
  }
  const readBase = async (path: string) => base[path] ?? null
  const files = { 'repository/.agentrc.yaml': 'review: { failOn: never }', 'repository/ci.yaml': 'review: { failOn: never }' }

  it('the project file comes from the base revision', async () => {
    expect((await load({ files, readBase, in: 'a' })).config.review.failOn).toBe('note')
    expect((await load({ files, readBase: async () => null })).config.review.failOn).toBe('error')
  })

  it('--config does too, when it lies in the repository', async () => {
    expect((await load({ files, readBase, explicitFile: 'ci.yaml' })).config.review.failOn).toBe('warning')
    expect(await messageOf({ files: { 'repository/new.yaml': '' }, readBase, explicitFile: 'new.yaml' })).toBe(
      'new.yaml does not exist in the base revision.',
    )
    const outside = { ...files, 'trusted.yaml': 'review: { failOn: never }' }
    expect((await load({ files: outside, readBase, explicitFile: '../trusted.yaml' })).config.review.failOn).toBe('never')
  })
})

describe('models.dir', () => {
  it('is made absolute: home, the repository for a file, the folder of the user for a variable', async () => {
    using base = temporaryFolder({ 'r/.agentrc': 'models: { dir: store }', 'r/a/.agentrc': 'models: { dir: ~/store }' })
    const [root, HOME] = [join(base.path, 'r'), join(base.path, 'home')]
    const dirOf = async (directory: string, environment = {}) =>
      (await loadConfig({ root, directory, environment: { HOME, ...environment }, checks })).config.models.dir
    expect(await dirOf(root)).toBe(join(root, 'store'))
    expect(await dirOf(join(root, 'a'))).toBe(join(HOME, 'store'))
    expect(await dirOf(join(root, 'a'), { AGENT_MODEL_DIR: './x' })).toBe(join(root, 'a/x'))
  })
})

it('follows a link to a configuration, and refuses a user file that is wrong', async () => {
  using base = temporaryFolder({ 'shared.yaml': 'engine: { seed: 5 }', 'config/agent/config.yaml': 'engine: { sed: 1 }' })
  const root = join(base.path, 'repository')
  mkdirSync(root)
  symlinkSync('../shared.yaml', join(root, 'agent.config.yaml'))
  expect((await loadConfig({ root, directory: root, environment: { HOME: base.path }, checks })).config.engine.seed).toBe(5)
  await expect(loadConfig({ root, directory: root, environment: { XDG_CONFIG_HOME: join(base.path, 'config') }, checks })).rejects.toThrow(
    /config\/agent\/config\.yaml:1: engine\.sed is not a known key\. Did you mean engine\.seed\?$/,
  )
})
