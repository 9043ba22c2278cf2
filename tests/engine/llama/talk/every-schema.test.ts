import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getLlama, type Llama, LlamaLogLevel } from 'node-llama-cpp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonSchema } from '../../../../src/engine/engine.ts'
import { jsonGrammar } from '../../../../src/engine/llama/talk/json-grammar.ts'
import { everySchema } from './every-schema.ts'

let llama: Llama
beforeAll(async () => {
  llama = await getLlama({ gpu: false, build: 'never', maxThreads: 1, progressLogs: false, logLevel: LlamaLogLevel.disabled })
})
afterAll(() => llama.dispose())

const source = join(import.meta.dirname, '../../../../src')

it('is listed for this test wherever one is made', () => {
  const made = globSync('{tasks,agent,commands,daemon}/**/*.ts', { cwd: source }).flatMap((file) =>
    [...readFileSync(join(source, file), 'utf8').matchAll(/^export (?:function|const) (\w+)[^\n]*\): JsonSchema\b/gm)].map(
      ([, name]) => `${file} ${name}`,
    ),
  )
  expect(made.filter((from) => !everySchema.some((schema) => schema.from === from))).toEqual([])
  expect(made.length).toBeGreaterThan(3)
})

describe.each(everySchema)('the schema of $name', ({ schema, isBounded }) => {
  it('can be made a grammar, by us and by llama.cpp', async () => {
    await expect(llama.createGrammar({ grammar: jsonGrammar(schema) })).resolves.toBeDefined()
  })

  it('keeps to what all engines know', () => {
    expect(nodesOf(schema).flatMap((node) => foreign(node, isBounded))).toEqual([])
  })
})

/** A schema and all that are in it. */
function nodesOf(schema: JsonSchema): JsonSchema[] {
  const {
    properties = {},
    items,
    oneOf = [],
  } = schema as { properties?: Record<string, JsonSchema>; items?: JsonSchema; oneOf?: JsonSchema[] }
  return [schema, ...[...Object.values(properties), ...(items ? [items] : []), ...oneOf].flatMap(nodesOf)]
}

/** What some engine would not take: patterns, keys that may be missing or are not named, and what a random model would never end. */
function foreign(node: JsonSchema, isBounded: boolean): string[] {
  const problems = ['pattern', 'anyOf', 'allOf', 'format', '$ref', 'not'].filter((key) => Object.hasOwn(node, key))
  const isEnumerated = node.enum !== undefined || node.const !== undefined
  if (node.type === 'object') {
    const keys = Object.keys(node.properties as object)
    if (JSON.stringify(node.required) !== JSON.stringify(keys)) problems.push(`keys that may be missing among ${keys.join()}`)
    if (node.additionalProperties !== false) problems.push(`open keys beside ${keys.join()}`)
  }
  if (node.type === 'array' && node.maxItems === undefined) problems.push('a list without an end')
  if (isBounded && node.type === 'string' && !isEnumerated && node.maxLength === undefined) problems.push('a text without an end')
  return problems
}
