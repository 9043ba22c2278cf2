import { languageOf } from '../../../syntax/language.ts'
import { indexLines } from '../../../syntax/line-index.ts'
import { parse, type SyntaxTree } from '../../../syntax/parse.ts'
import { problemNodes } from '../../../syntax/problems-of.ts'
import type { Unwritable } from './writer.ts'

/** The tree of a text that a model wrote, in the language of a file; why there is none where it does not parse. */
export async function parsed(text: string, path: string): Promise<SyntaxTree | Unwritable> {
  const language = languageOf(path)
  const tree = language && (await parse(text, language))
  if (!tree) return { filter: 'parse', reason: 'The test cannot be parsed.', feedback: 'The code could not be parsed. Write it shorter.' }
  const [problem] = problemNodes(tree)
  if (!problem) return tree
  const line = indexLines(text).lineAt(problem.startIndex)
  const shown = text.split('\n')[line - 1]?.trim().slice(0, 100) ?? ''
  return {
    filter: 'parse',
    reason: `The test does not parse: line ${line} of it, ${JSON.stringify(shown)}.`,
    feedback: `The code is no valid ${language}: line ${line} does not parse: ${shown}`,
  }
}
