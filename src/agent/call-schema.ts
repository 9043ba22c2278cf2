import { AppError } from '../domain/errors.ts'
import type { JsonSchema, ToolSpec } from '../engine/engine.ts'
import { isObject } from './calls/is-object.ts'

/** The name under which a model says that it is done, where every answer has to be a call. */
export const finishTool = 'finish'

const longestThought = 300
/** llama.cpp takes a hundred times as long for each token of a grammar that counts to thousands; a longer bound is left to the tool's own schema. */
const longestCount = 1_000
/** A list that a grammar does not end may never end. */
const longestList = 50

/**
 * What an answer may be where the engine takes no tools: one call, or the end. A thought comes first, because a model that has to decide with its
 * first word decides worse. Keeps to the subset that grammars know: every key required, no patterns.
 */
export function callSchema(specs: readonly ToolSpec[]): JsonSchema {
  const answer = { type: 'object', properties: { answer: { type: 'string' } }, required: ['answer'] }
  return {
    oneOf: [
      ...specs.map(({ name, inputSchema }) => option(name, grammarSchema(inputSchema, name))),
      option(finishTool, { ...answer, additionalProperties: false }),
    ],
  }
}

function option(tool: string, input: JsonSchema): JsonSchema {
  return {
    type: 'object',
    properties: { thought: { type: 'string', maxLength: longestThought }, tool: { const: tool }, input },
    required: ['thought', 'tool', 'input'],
    additionalProperties: false,
  }
}

/** The schema of an input without what a grammar cannot hold; the tool's own schema checks the rest. Throws `INTERNAL` for what no grammar can say. */
function grammarSchema(schema: unknown, path: string): JsonSchema {
  if (!isObject(schema)) throw unsayable(schema, path)
  if (Object.hasOwn(schema, 'const')) return { const: schema.const }
  if (Array.isArray(schema.enum)) return { enum: schema.enum }
  const options = schema.oneOf ?? schema.anyOf
  if (Array.isArray(options)) return { oneOf: options.map((one, index) => grammarSchema(one, `${path}.${index}`)) }
  // How zod writes a union of plain types.
  if (Array.isArray(schema.type)) return { oneOf: schema.type.map((type) => grammarSchema({ type }, path)) }
  switch (schema.type) {
    case 'string':
      return pick(
        schema,
        ['type', 'minLength', 'maxLength'].filter((key) => key === 'type' || Number(schema[key]) <= longestCount),
      )
    case 'integer':
      return { type: 'integer', ...(schema.exclusiveMinimum === 0 || schema.minimum === 1 ? { minimum: 1 } : nonNegative(schema)) }
    case 'number':
    case 'boolean':
    case 'null':
      return { type: schema.type }
    case 'array':
      return { maxItems: longestList, ...pick(schema, ['type', 'minItems', 'maxItems']), items: grammarSchema(schema.items, `${path}[]`) }
    case 'object':
      return objectSchema(schema, path)
    default:
      throw unsayable(schema, path)
  }
}

function objectSchema({ properties = {}, required }: JsonSchema, path: string): JsonSchema {
  const needed = new Set(Array.isArray(required) ? required : [])
  const members = Object.entries(isObject(properties) ? properties : {}).map(([key, value]): [string, JsonSchema] => {
    const schema = grammarSchema(value, `${path}.${key}`)
    const hasDefault = isObject(value) && value.default !== undefined
    // Without a default, only null can say that a key that must be written is left out.
    return [key, needed.has(key) || hasDefault ? schema : { oneOf: [schema, { type: 'null' }] }]
  })
  return { type: 'object', properties: Object.fromEntries(members), required: members.map(([key]) => key), additionalProperties: false }
}

const nonNegative = ({ minimum }: JsonSchema): JsonSchema => (typeof minimum === 'number' && minimum >= 0 ? { minimum: 0 } : {})

const pick = (schema: JsonSchema, keys: readonly string[]): JsonSchema =>
  Object.fromEntries(keys.flatMap((key) => (schema[key] === undefined ? [] : [[key, schema[key]]])))

const unsayable = (schema: unknown, path: string) =>
  new AppError('INTERNAL', `The input of the tool ${path} cannot be said in a grammar: ${JSON.stringify(schema)}`)
