import { z } from 'zod'
import type { ConfigSchema } from './schema.ts'

/** As much of a JSON Schema as the configuration uses. */
export interface SchemaNode {
  type?: string
  title?: string
  description?: string
  default?: unknown
  const?: string
  enum?: readonly unknown[]
  anyOf?: readonly SchemaNode[]
  minimum?: number
  exclusiveMinimum?: number
  maximum?: number
  properties?: Readonly<Record<string, SchemaNode>>
  items?: SchemaNode
}

/** One key of the configuration, e.g. `review.failOn`. */
export interface Setting {
  path: string
  node: SchemaNode
}

/** The schema as editors and `agent config schema` get it. */
export function jsonSchemaOf(schema: ConfigSchema): SchemaNode {
  return z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) as SchemaNode
}

/** Every key that holds a value, in the order of the schema. */
export function settingsOf(node: SchemaNode, path = ''): Setting[] {
  if (!node.properties) return [{ path, node }]
  return Object.entries(node.properties)
    .filter(([key]) => key !== '$schema')
    .flatMap(([key, child]) => settingsOf(child, path === '' ? key : `${path}.${key}`))
}

/** The part of the schema that a path of keys and list positions leads to. */
export function nodeAt(root: SchemaNode, path: readonly PropertyKey[]): SchemaNode | undefined {
  return path.reduce<SchemaNode | undefined>((node, key) => {
    if (typeof key === 'number') return node?.items ?? node?.anyOf?.find((choice) => choice.items)?.items
    const properties = node?.properties ?? {}
    return Object.hasOwn(properties, String(key)) ? properties[String(key)] : undefined
  }, root)
}

/** What a value may be, as the end of the sentence "must be …". */
export function allowedBy(node: SchemaNode): string {
  if (node.title !== undefined) return node.title
  if (node.anyOf) return joinWithOr(node.anyOf.map(allowedBy))
  if (node.enum) return joinWithOr(node.enum.map(String))
  if (node.const !== undefined) return node.const
  if (node.type === 'integer' || node.type === 'number') return numberIn(node)
  if (node.type === 'array') return `a list${node.items ? `, each ${allowedBy(node.items)}` : ''}`
  const words: Record<string, string> = {
    boolean: 'true or false',
    string: 'a text',
    object: 'a section with keys of its own',
    null: 'null',
  }
  return words[node.type ?? ''] ?? 'another value'
}

/** The words a value may be, for suggestions. */
export function wordsOf(node: SchemaNode): string[] {
  const own = [...(node.enum ?? []).map(String), ...(node.const === undefined ? [] : [node.const])]
  return [...own, ...(node.anyOf ?? []).flatMap(wordsOf)]
}

function numberIn({ type, minimum, exclusiveMinimum, maximum }: SchemaNode): string {
  const noun = type === 'integer' ? 'a whole number' : 'a number'
  if (minimum !== undefined && maximum !== undefined) return `${noun} from ${minimum} to ${maximum}`
  if (exclusiveMinimum !== undefined) return `${noun} above ${exclusiveMinimum}${maximum === undefined ? '' : ` and of at most ${maximum}`}`
  return noun
}

function joinWithOr(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
