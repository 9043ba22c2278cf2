import type { ToolSpec } from '../../engine.ts'
import { inputGrammar } from './input-grammar.ts'
import { type GrammarContext, quoted, writeGrammar } from './json-grammar.ts'
import type { CallFormat } from './read-calls.ts'

/** More calls at once are rather a model that does not end than one that needs them. */
const maxCalls = 16

/**
 * A grammar (GBNF) of what may follow the marker of a call: names of these tools, each with an input of its schema, and the end. `said` is what already
 * followed it with the same token; null where that is no beginning of a call, or more than a grammar can be begun with.
 */
export function callGrammar(tools: readonly ToolSpec[], { format, said }: { format: CallFormat; said: string }): string | null {
  if (!format.opening.startsWith(said)) return null
  const { opening, between, end } = format
  return writeGrammar(
    (context) => {
      const call = oneCall(tools, { format, context })
      const more = between === null ? '' : `(${quoted(between)} ${call}){0,${maxCalls - 1}} `
      return `${quoted(opening.slice(said.length))} ${call} ${more}${quoted(end)}`
    },
    { optionalKeys: true },
  )
}

/** A grammar of an answer that begins by saying where it goes: all of a call, or the header of an answer to the reader. */
export const channelGrammar = (
  tools: readonly ToolSpec[],
  { format, answerHeader }: { format: CallFormat; answerHeader: string },
): string =>
  writeGrammar((context) => `${quoted(answerHeader)} | ${quoted(format.marker)} ${oneCall(tools, { format, context })}`, {
    optionalKeys: true,
  })

/** The name of a rule for a call of any of the tools, from its name to its closing. */
function oneCall(tools: readonly ToolSpec[], { format, context }: { format: CallFormat; context: GrammarContext }): string {
  const calls = tools.map(({ name, inputSchema }) => {
    const fill = (text: string) => text.replaceAll('{{functionName}}', () => name)
    const input = inputGrammar(inputSchema, { style: format.input, name, context })
    return `${numbered(name + fill(format.beforeInput))} ${input} ${quoted(fill(format.closing))}`
  })
  return context.rule(calls.join(' | '))
}

/** A literal in which numbers may stand. */
const numbered = (text: string): string => text.split('{{number}}').map(quoted).join(' [0-9]{1,4} ')
