import type { JsonSchema } from '../../engine.ts'
import { grammarSchema } from './input-schema.ts'
import { type GrammarContext, type Member, membersFrom, quoted } from './json-grammar.ts'
import { type InputStyle, type InputTags, isText } from './read-input.ts'
import { untilRules } from './until-rules.ts'

/** An expression of a grammar for the input of a tool, in the style of a format. */
export function inputGrammar(
  inputSchema: JsonSchema,
  { style, name, context }: { style: InputStyle | undefined; name: string; context: GrammarContext },
): string {
  const schema = grammarSchema(inputSchema)
  const known = schema?.type === 'object' ? schema : null
  if (style === undefined) return known ? context.visit(known, name) : 'object'
  if (style === 'python') return known ? pythonMembers(known, { name, context }) : anyPython
  return known ? tagMembers(known, { style, name, context }) : anyTags(style, context)
}

const anyPython = '([a-z_]+ "=" anything ("," space [a-z_]+ "=" anything)*)?'

function pythonMembers(schema: JsonSchema, { name, context }: { name: string; context: GrammarContext }): string {
  const members = membersOf(schema).map(
    ({ key, value, isNeeded }): Member => ({ text: `${quoted(`${key}=`)} ${pythonValue(value, { name, context })}`, isNeeded }),
  )
  return membersFrom(members, context.rule)
}

function pythonValue(schema: JsonSchema, { name, context }: { name: string; context: GrammarContext }): string {
  if (schema.type === 'boolean') return '("True" | "False")'
  if (schema.type === 'null') return '"None"'
  return context.visit(schema, name)
}

/** Tags stand one behind the other, with nothing between them. */
function tagMembers(schema: JsonSchema, { style, name, context }: { style: InputTags; name: string; context: GrammarContext }): string {
  const members = membersOf(schema).map(({ key, value, isNeeded }) => {
    const pair = `${quoted(style.beforeKey + key + style.afterKey)} ${tagValue(value, { style, name, context })}`
    return isNeeded ? pair : `(${pair})?`
  })
  return members.join(' ')
}

function tagValue(schema: JsonSchema, { style, name, context }: { style: InputTags; name: string; context: GrammarContext }): string {
  const words = textsOf(schema)
  if (words) return `(${words.map(quoted).join(' | ')}) ${quoted(style.afterValue)}`
  if (isText(schema) || Array.isArray(schema.oneOf) || schema.enum !== undefined) return anyValue(style, context)
  return `${context.visit(schema, name)} ${quoted(style.afterValue)}`
}

/** The texts that are all that a schema allows. */
function textsOf(schema: JsonSchema): string[] | null {
  const values: unknown[] | null = schema.const === undefined ? (Array.isArray(schema.enum) ? schema.enum : null) : [schema.const]
  return values?.every((value) => typeof value === 'string') ? values : null
}

/** A text that may have anything in it but what ends it. */
function anyValue({ afterValue }: InputTags, context: GrammarContext): string {
  const terminator = afterValue.trim()
  for (const [rule, expression] of untilRules('text-until', terminator)) context.define(rule, expression)
  return `text-until ${quoted(afterValue.slice(afterValue.indexOf(terminator) + terminator.length))}`
}

const anyTags = (style: InputTags, context: GrammarContext): string =>
  `(${quoted(style.beforeKey)} [a-zA-Z0-9_-]{1,64} ${quoted(style.afterKey)} ${anyValue(style, context)})*`

function membersOf({ properties, required }: JsonSchema): { key: string; value: JsonSchema; isNeeded: boolean }[] {
  const needed = Array.isArray(required) ? required : []
  return Object.entries(properties as Record<string, JsonSchema>).map(([key, value]) => ({ key, value, isNeeded: needed.includes(key) }))
}
