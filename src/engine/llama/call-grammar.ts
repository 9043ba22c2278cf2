import type { ToolSpec } from '../engine.ts'
import { grammarSchema } from './input-schema.ts'
import { quoted, writeGrammar } from './json-grammar.ts'
import type { CallFormat } from './read-calls.ts'

/** More calls at once are rather a model that does not end than one that needs them. */
const maxCalls = 16

/**
 * A grammar (GBNF) of what may follow the marker of a call: names of these tools, each with an input of its schema, and the end. `said` is what already
 * followed it with the same token; null where that is no beginning of a call, or more than a grammar can be begun with.
 */
export function callGrammar(tools: readonly ToolSpec[], { format, said }: { format: CallFormat; said: string }): string | null {
  if (!format.opening.startsWith(said)) return null
  const { opening, beforeInput, closing, between, end } = format
  return writeGrammar(
    ({ visit, rule }) => {
      const calls = tools.map(({ name, inputSchema }) => {
        const fill = (text: string) => text.replaceAll('{{functionName}}', () => name)
        const schema = grammarSchema(inputSchema)
        const input = schema?.type === 'object' ? visit(schema, name) : 'object'
        return `${quoted(name + fill(beforeInput))} ${input} ${quoted(fill(closing))}`
      })
      const call = rule(calls.join(' | '))
      const more = between === null ? '' : `(${quoted(between)} ${call}){0,${maxCalls - 1}} `
      return `${quoted(opening.slice(said.length))} ${call} ${more}${quoted(end)}`
    },
    { optionalKeys: true },
  )
}
