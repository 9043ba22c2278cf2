import { describe, expect, it } from 'vitest'
import { apiKeyFrom, overridesFromEnvironment, pullRequestBase, variableFor } from '../../src/config/environment.ts'
import { configSchemaFor } from '../../src/config/schema.ts'
import { jsonSchemaOf, settingsOf } from '../../src/config/setting.ts'

const schema = configSchemaFor([{ name: 'focused-tests', summary: 'A focused test.', defaultSeverity: 'error' }])
const valuesOf = (environment: Record<string, string>) =>
  Object.fromEntries(overridesFromEnvironment(environment, schema).overrides.map(({ path, value }) => [path, value]))

describe('variables', () => {
  it('have the names of the contract, else the name of their key', () => {
    expect(
      ['engine.baseUrl', 'engine.model', 'models.dir', 'hooks.preCommit.strict', 'review.failOn', 'review.checks.focused-tests'].map(
        variableFor,
      ),
    ).toEqual([
      'AGENT_BASE_URL',
      'AGENT_MODEL',
      'AGENT_MODEL_DIR',
      'AGENT_HOOK_STRICT',
      'AGENT_REVIEW_FAIL_ON',
      'AGENT_REVIEW_CHECKS_FOCUSED_TESTS',
    ])
  })

  it('are different for every key', () => {
    const names = settingsOf(jsonSchemaOf(schema)).map(({ path }) => variableFor(path))
    expect(new Set(names).size).toBe(names.length)
  })

  it('become text, numbers and switches as their key wants', () => {
    expect(
      valuesOf({
        AGENT_MODEL: '7',
        AGENT_ENGINE_SEED: '7',
        AGENT_ENGINE_THREADS: '4',
        AGENT_HOOK_STRICT: '1',
        AGENT_MEMORY_ENCRYPT: 'yes',
        AGENT_REVIEW_LINTERS: 'OFF',
        AGENT_REVIEW_MAX_TIME: '90s',
        AGENT_REVIEW_CHECKS_FOCUSED_TESTS: 'off',
        AGENT_SANDBOX_CPUS: '1.5',
      }),
    ).toEqual({
      'engine.model': '7',
      'engine.seed': 7,
      'engine.threads': 4,
      'hooks.preCommit.strict': true,
      'memory.encrypt': true,
      'review.linters': false,
      'review.maxTime': '90s',
      'review.checks.focused-tests': 'off',
      'sandbox.cpus': 1.5,
    })
  })

  it('count as unset when they are empty, and stay text when nothing fits', () => {
    expect(valuesOf({ AGENT_MODEL: '', AGENT_ENGINE_SEED: 'many' })).toEqual({ 'engine.seed': 'many' })
  })

  it('of other programs are passed over, and a mistyped one is told', () => {
    const environment = {
      AGENT_NAME: 'build 7',
      AGENT_TOOLSDIRECTORY: '/tools',
      AGENT_API_KEY: 'x',
      AGENT_HOME: '/a',
      AGENT_REVIEW_FAILON: 'note',
      AGENT_MEMORY_OF_ELEPHANTS: '1',
    }
    expect(overridesFromEnvironment(environment, schema)).toEqual({
      overrides: [],
      notices: [
        { code: 'CONFIG_IGNORED', message: 'AGENT_REVIEW_FAILON is not a variable of agent.', hint: 'Did you mean AGENT_REVIEW_FAIL_ON?' },
      ],
    })
  })
})

describe('the key of the endpoint', () => {
  it('comes from the variable that is named, else from AGENT_API_KEY', () => {
    const environment = { AGENT_API_KEY: 'ours', TEAM_KEY: 'theirs' }
    expect([
      apiKeyFrom({ apiKeyEnv: null }, environment),
      apiKeyFrom({ apiKeyEnv: 'TEAM_KEY' }, environment),
      apiKeyFrom({ apiKeyEnv: null }, {}),
    ]).toEqual(['ours', 'theirs', undefined])
  })

  it('must be there when its variable is named', () => {
    expect(() => apiKeyFrom({ apiKeyEnv: 'TEAM_KEY' }, { AGENT_API_KEY: 'ours', TEAM_KEY: '' })).toThrow(
      'The environment variable that engine.apiKeyEnv names is not set.',
    )
  })
})

it('knows the base of a pull request where CI tells it', () => {
  expect(pullRequestBase({ GITHUB_ACTIONS: 'true', GITHUB_BASE_REF: 'main' })).toBe('main')
  expect(pullRequestBase({ CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'develop' })).toBe('develop')
  expect(pullRequestBase({ GITHUB_ACTIONS: 'true', GITHUB_BASE_REF: '' })).toBeUndefined()
  expect(pullRequestBase({ GITHUB_BASE_REF: 'main' })).toBeUndefined()
})
