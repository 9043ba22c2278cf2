import { z } from 'zod'
import { AppError } from '../../../domain/errors.ts'
import type { JsonSchema } from '../../engine.ts'

const count = z.int().nonnegative()
const literal = z.union([z.string(), z.number(), z.boolean(), z.null()])
const annotations = { title: z.string().optional(), description: z.string().optional(), $schema: z.string().optional() }

/** The bounds zod writes for integers. Any other range is an enumeration, or checked after parsing. */
const integerBounds = {
  minimum: z.literal([Number.MIN_SAFE_INTEGER, 0, 1]).optional(),
  exclusiveMinimum: z.literal(0).optional(),
  maximum: z.literal(Number.MAX_SAFE_INTEGER).optional(),
}

/** The subset of JSON Schema that both engines keep to: no patterns, no `anyOf`, all keys required. */
const nodeSchema = z.union([
  z.strictObject({ ...annotations, const: literal }),
  z.strictObject({ ...annotations, type: z.enum(['string', 'integer', 'number', 'boolean']).optional(), enum: z.array(literal).min(1) }),
  z.strictObject({ ...annotations, oneOf: z.array(z.unknown()).min(1) }),
  z.strictObject({ ...annotations, type: z.literal('string'), minLength: count.optional(), maxLength: count.optional() }),
  z.strictObject({ ...annotations, type: z.literal('integer'), ...integerBounds }),
  z.strictObject({ ...annotations, type: z.enum(['number', 'boolean', 'null']) }),
  z.strictObject({ ...annotations, type: z.literal('array'), items: z.unknown(), minItems: count.optional(), maxItems: count.optional() }),
  z.strictObject({
    ...annotations,
    type: z.literal('object'),
    properties: z.record(z.string(), z.unknown()),
    required: z.array(z.string()),
    additionalProperties: z.literal(false).optional(),
  }),
])

type Node = z.infer<typeof nodeSchema>

/** llama.cpp refuses to repeat something 2000 times in one rule; more is several rules. */
const maxRepetitions = 1000

/** Unlike JSON's own, an integer has no exponent, because 8E31 is none for whoever parses it; fifteen digits are always exact. */
const digits = '("0" | [1-9] [0-9]{0,14})'
const sharedRules = {
  // Counted in code points, as JSON Schema has it; one beyond U+FFFF counts twice in JavaScript. Said by what it may be, and not
  // by what it may not, so that byte sequences that are no character at all are left out too.
  character: String.raw`[ !#-\[\]-~\u0080-\uD7FF\uE000-\uFFFF\U00010000-\U0010FFFF] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4})`,
  space: '" "?',
  integer: `"-"? ${digits}`,
  natural: digits,
  positive: '[1-9] [0-9]{0,14}',
  number: `"-"? ${digits} ("." [0-9]{1,15})?`,
  boolean: '"true" | "false"',
  null: '"null"',
  anything: 'string | number | boolean | null | list | object',
  string: '"\\"" character* "\\""',
  list: '"[" space (anything space ("," space anything space)*)? "]"',
  object: '"{" space (member ("," space member)*)? "}"',
  member: 'string space ":" space anything space',
}

/**
 * A grammar (GBNF) under which a model can only write JSON of this schema, with the keys in the order the schema has them, and must stop after it.
 * Throws `INTERNAL` for what the subset does not have: every schema is one of ours.
 */
export function jsonGrammar(schema: JsonSchema): string {
  return writeGrammar(({ visit }) => visit(schema, '$'))
}

/** A grammar whose root is an expression over JSON of one schema or several. With `optionalKeys`, what a schema does not require may be left out. */
export function writeGrammar(write: (context: GrammarContext) => string, { optionalKeys = false } = {}): string {
  const rules = new Map<string, string>()
  /** The same expression is one rule, however often it occurs. */
  const rule = (expression: string): string => {
    const known = rules.get(expression)
    if (known !== undefined) return known
    rules.set(expression, `rule${rules.size}`)
    return `rule${rules.size - 1}`
  }
  const visit = (raw: unknown, path: string): string => {
    const node = nodeSchema.safeParse(raw)
    if (!node.success)
      throw new AppError('INTERNAL', `The schema at ${path} cannot be made a grammar: ${JSON.stringify(raw)}`, { cause: node.error })
    return rule(expressionOf(node.data, path, context))
  }
  const defined = new Map<string, string>()
  const context: GrammarContext = { visit, rule, define: (name, expression) => void defined.set(name, expression), optionalKeys }
  const root = write(context)
  const named = [...Object.entries(sharedRules), ...defined, ...[...rules].map(([expression, name]) => [name, expression])]
  return [`root ::= ${root}`, ...named.map(([name, expression]) => `${name} ::= ${expression}`)].join('\n')
}

/** What a grammar is written with. */
export interface GrammarContext {
  /** The name of the rule for a sub-schema. */
  visit: (raw: unknown, path: string) => string
  /** The name of the rule for an expression. */
  rule: (expression: string) => string
  /** Gives an expression a name of the caller's, by which it can refer to itself. */
  define: (name: string, expression: string) => void
  optionalKeys: boolean
}

function expressionOf(node: Node, path: string, context: GrammarContext): string {
  const { visit, rule } = context
  if ('const' in node) return quoted(JSON.stringify(node.const))
  if ('enum' in node) return node.enum.map((value) => quoted(JSON.stringify(value))).join(' | ')
  if ('oneOf' in node) return node.oneOf.map((option, index) => visit(option, `${path}.oneOf[${index}]`)).join(' | ')
  switch (node.type) {
    case 'string':
      return `"\\"" ${repeated('character', { min: node.minLength ?? 0, max: node.maxLength }, rule)} "\\""`
    case 'integer':
      if (node.exclusiveMinimum === 0 || node.minimum === 1) return 'positive'
      return node.minimum === 0 ? 'natural' : 'integer'
    case 'number':
    case 'boolean':
    case 'null':
      return node.type
    case 'array':
      return arrayOf(visit(node.items, `${path}[]`), { min: node.minItems ?? 0, max: node.maxItems }, rule)
    case 'object':
      return objectOf(node, path, context)
  }
}

interface Times {
  min: number
  /** Undefined: any number of times. */
  max: number | undefined
}

function arrayOf(item: string, { min, max }: Times, rule: GrammarContext['rule']): string {
  if (max === 0) return '"[" space "]"'
  const others = { min: Math.max(0, min - 1), max: max === undefined ? undefined : max - 1 }
  const items = `${item} space ${repeated(rule(`"," space ${item} space`), others, rule)}`
  return `"[" space ${min === 0 ? `(${items})?` : items} "]"`
}

function objectOf({ properties, required }: Extract<Node, { type: 'object' }>, path: string, context: GrammarContext): string {
  const keys = Object.keys(properties)
  const optional = keys.filter((key) => !required.includes(key))
  if (optional.length > 0 && !context.optionalKeys)
    throw new AppError('INTERNAL', `The schema at ${path} cannot be made a grammar: ${optional.join(', ')} must be required.`)
  const members = keys.map((key) => ({
    text: `${quoted(JSON.stringify(key))} space ":" space ${context.visit(properties[key], `${path}.${key}`)} space`,
    isNeeded: required.includes(key),
  }))
  return `"{" space ${membersFrom(members, context.rule)} "}"`
}

/** One key of an object and its value, as a grammar says them. */
export interface Member {
  text: string
  isNeeded: boolean
}

/** Members in their order, of which some may be missing: the first that is there has no comma before it. */
export function membersFrom([first, ...others]: readonly Member[], rule: GrammarContext['rule']): string {
  if (!first) return ''
  const rest = others.map(({ text, isNeeded }) => (isNeeded ? `"," space ${text}` : `("," space ${text})?`)).join(' ')
  if (first.isNeeded) return `${first.text} ${rest}`
  const without = membersFrom(others, rule)
  return `(${first.text} ${rest}${without === '' ? ')?' : ` | ${rule(without)})`}`
}

function repeated(item: string, { min, max }: Times, rule: GrammarContext['rule']): string {
  if (max === undefined) return `${repeated(item, { min, max: min }, rule)} ${item}*`
  const parts: string[] = []
  for (let [least, most] = [min, Math.max(min, max)]; most > 0; least -= maxRepetitions, most -= maxRepetitions)
    parts.push(`${item}{${Math.min(Math.max(least, 0), maxRepetitions)},${Math.min(most, maxRepetitions)}}`)
  return parts.length > 1 ? parts.map(rule).join(' ') : parts.join('')
}

/** A literal of the grammar; what is not plain ASCII is written by its code point. */
export function quoted(text: string): string {
  const escaped = Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0
    if (character === '"' || character === '\\') return `\\${character}`
    if (code >= 32 && code < 127) return character
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
  return `"${escaped.join('')}"`
}
