import type { JsonSchema } from '../engine/engine.ts'
import { isObject } from './calls/is-object.ts'

/**
 * Types the values that a model wrote as text, as markup does for all of them: numbers, booleans and lists, where the schema wants those. Null
 * for what need not be given is left out. A value that should be text is never changed.
 */
export function shapeInput(input: unknown, schema: JsonSchema): unknown {
  if (!isObject(input) || !isObject(schema.properties)) return input
  const { properties, required } = schema
  const needed = new Set(Array.isArray(required) ? required : [])
  const entries = Object.entries(input)
    .filter(([key, value]) => value !== null || needed.has(key) || !Object.hasOwn(properties, key))
    .map(([key, value]) => [key, shaped(value, Object.hasOwn(properties, key) ? properties[key] : undefined)] as const)
  return Object.fromEntries(entries)
}

function shaped(value: unknown, schema: unknown): unknown {
  if (!isObject(schema) || typeof value !== 'string') return value
  const text = value.trim()
  switch (schema.type) {
    case 'integer':
    case 'number':
      return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Number(text) : value
    case 'boolean':
      return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : value
    case 'array':
      return parsed(text) ?? (isObject(schema.items) && schema.items.type === 'string' && text !== '' ? [value] : value)
    case 'object':
      return parsed(text) ?? value
    default:
      return value
  }
}

function parsed(text: string): unknown {
  if (!/^[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
