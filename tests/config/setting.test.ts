import { describe, expect, it } from 'vitest'
import { effectiveSettings } from '../../src/config/effective.ts'
import { publishedSchema } from '../../src/config/published-schema.ts'
import { configSchemaFor } from '../../src/config/schema.ts'
import { hideSecrets } from '../../src/config/secret.ts'
import { allowedBy, jsonSchemaOf, nodeAt, settingsOf } from '../../src/config/setting.ts'

const schema = configSchemaFor([
  { name: 'secrets', summary: 'A secret.', defaultSeverity: 'error' },
  { name: 'logic', summary: 'Wrong logic.' },
])
const settings = settingsOf(jsonSchemaOf(schema))

describe('settings', () => {
  it('all say what they are for', () => {
    expect(settings.filter(({ node }) => !node.description).map(({ path }) => path)).toEqual([])
  })

  it('all have a default that they allow themselves, but for categories', () => {
    expect(settings.filter(({ node }) => node.default === undefined).map(({ path }) => path)).toEqual(['review.checks.logic'])
    for (const { path, node } of settings)
      if (node.default !== undefined) expect(schema.safeParse(nested(path, node.default)).success).toBe(true)
  })

  it('can all be told in words', () => {
    expect(settings.filter(({ node }) => allowedBy(node) === 'another value')).toEqual([])
    expect(allowedBy({})).toBe('another value')
    expect(allowedBy({ type: 'number' })).toBe('a number')
    expect(allowedBy({ type: 'number', exclusiveMinimum: 0 })).toBe('a number above 0')
  })

  it('are found by their path, through lists too', () => {
    expect(nodeAt(jsonSchemaOf(schema), ['paths', 3, 'review', 'failOn'])?.enum).toContain('never')
    expect(nodeAt(jsonSchemaOf(schema), ['fix', 'linters', 0])?.type).toBe('string')
    expect(nodeAt(jsonSchemaOf(schema), ['review', 'toString'])).toBeUndefined()
  })
})

it('shows the value that holds with its origin, and hides secrets', () => {
  const written = new Map([
    ['engine.baseUrl', { value: 'https://ada:pass@example.com/v1?key=x#y', origin: 'flag --base-url' }],
    ['engine.apiKeyEnv', { value: 'sk_live_1', origin: 'project file a' }],
  ])
  const shown = effectiveSettings({ schema, written }).filter(({ path }) => /baseUrl|apiKeyEnv|model$|logic/.test(path))
  expect(shown.map(({ path, value, origin }) => ({ path, value, origin }))).toEqual([
    { path: 'engine.baseUrl', value: 'https://***@example.com/v1?***', origin: 'flag --base-url' },
    { path: 'engine.model', value: null, origin: 'default' },
    { path: 'engine.apiKeyEnv', value: '(hidden)', origin: 'project file a' },
    { path: 'review.checks.logic', value: undefined, origin: 'default' },
  ])
})

it('hides nothing that is no secret', () => {
  expect(hideSecrets('engine.baseUrl', 'http://127.0.0.1:8000/v1')).toBe('http://127.0.0.1:8000/v1')
  expect(hideSecrets('engine.apiKeyEnv', 'TEAM_KEY')).toBe('TEAM_KEY')
  expect(hideSecrets('engine.model', 'a@b?c')).toBe('a@b?c')
})

it('is published for editors, which accept what a file may hold and nothing else', () => {
  expect(publishedSchema([])).toMatchObject({
    title: 'Configuration of coding-agent',
    $schema: 'http://json-schema.org/draft-07/schema#',
    additionalProperties: false,
    properties: { $schema: { type: 'string' }, review: { properties: { maxTime: { type: 'string', default: '5m' } } } },
  })
})

function nested(path: string, value: unknown): unknown {
  return path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value)
}
