import type { JsonSchema } from '../../engine.ts'

/** llama.cpp takes a hundred times as long for each token of a grammar that counts to thousands; a longer bound is left to whoever reads the call. */
const longestCount = 1000

/** The input of a tool in what grammars can hold; the tool checks the rest. Undefined where a grammar cannot hold it at all. */
export function grammarSchema(schema: unknown): JsonSchema | undefined {
  if (!isObject(schema)) return undefined
  if (isLiteral(schema.const)) return { const: schema.const }
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return schema.enum.every(isLiteral) ? { enum: schema.enum } : undefined
  const options = schema.oneOf ?? schema.anyOf
  if (Array.isArray(options)) return oneOf(options)
  // How a union of plain types is written.
  if (Array.isArray(schema.type)) return oneOf(schema.type.map((type: unknown) => ({ type })))
  switch (schema.type) {
    case 'string':
      return { type: 'string', ...counts(schema, ['minLength', 'maxLength']) }
    case 'integer':
      return { type: 'integer', ...leastInteger(schema) }
    case 'number':
    case 'boolean':
    case 'null':
      return { type: schema.type }
    case 'array':
      return withItems(schema)
    case 'object':
      return withProperties(schema)
    default:
      return undefined
  }
}

function oneOf(options: readonly unknown[]): JsonSchema | undefined {
  const schemas = options.map(grammarSchema)
  return schemas.length === 0 || schemas.includes(undefined) ? undefined : { oneOf: schemas }
}

function withItems(schema: JsonSchema): JsonSchema | undefined {
  const items = grammarSchema(schema.items)
  return items && { type: 'array', items, ...counts(schema, ['minItems', 'maxItems']) }
}

function withProperties({ properties = {}, required, additionalProperties }: JsonSchema): JsonSchema | undefined {
  // A record has keys that no schema names.
  if (!isObject(properties) || isObject(additionalProperties)) return undefined
  const members = Object.entries(properties).map(([key, value]) => [key, grammarSchema(value)] as const)
  if (members.some(([, schema]) => schema === undefined)) return undefined
  const needed = Array.isArray(required) ? required.filter((key) => typeof key === 'string') : []
  return { type: 'object', properties: Object.fromEntries(members), required: needed, additionalProperties: false }
}

const counts = (schema: JsonSchema, keys: readonly string[]): JsonSchema =>
  Object.fromEntries(
    keys.flatMap((key) => (Number.isInteger(schema[key]) && Number(schema[key]) <= longestCount ? [[key, schema[key]]] : [])),
  )

function leastInteger({ minimum, exclusiveMinimum }: JsonSchema): JsonSchema {
  if (exclusiveMinimum === 0 || minimum === 1) return { minimum: 1 }
  return typeof minimum === 'number' && minimum >= 0 ? { minimum: 0 } : {}
}

const isObject = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value)

const isLiteral = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value)
