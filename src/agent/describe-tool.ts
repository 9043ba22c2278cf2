import type { JsonSchema, ToolSpec } from '../engine/engine.ts'
import { isObject } from './calls/is-object.ts'

/** A tool in the words of a system message: what it does, its input, and what each part of it means. */
export function describeTool({ name, description, inputSchema }: ToolSpec): string {
  const notes = propertiesOf(inputSchema).flatMap(([key, schema]) =>
    isObject(schema) && typeof schema.description === 'string' ? [`  ${key}: ${schema.description}`] : [],
  )
  return [`${name} ${describeInput(inputSchema)}`, `  ${description}`, ...notes].join('\n')
}

/** The input of a tool on one line, e.g. `{"path": string, "start_line"?: integer = 1}`. */
export function describeInput(schema: JsonSchema): string {
  const required = new Set(Array.isArray(schema.required) ? schema.required : [])
  const members = propertiesOf(schema).map(([key, value]) => `${JSON.stringify(key)}${required.has(key) ? '' : '?'}: ${typeOf(value)}`)
  return `{${members.join(', ')}}`
}

const propertiesOf = ({ properties }: JsonSchema): [string, unknown][] => (isObject(properties) ? Object.entries(properties) : [])

function typeOf(schema: unknown): string {
  if (!isObject(schema)) return 'any'
  const preset = schema.default === undefined ? '' : ` = ${JSON.stringify(schema.default)}`
  if (Array.isArray(schema.enum)) return `${schema.enum.map((value) => JSON.stringify(value)).join(' | ')}${preset}`
  if (schema.type === 'array') return `[${typeOf(schema.items)}, …]${preset}`
  return `${typeof schema.type === 'string' ? schema.type : 'any'}${preset}`
}
