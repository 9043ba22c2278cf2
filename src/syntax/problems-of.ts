import { indexLines } from './line-index.ts'
import { languageOf } from './language.ts'
import { parse, type SyntaxNode, type SyntaxTree } from './parse.ts'
import { walk } from './walk.ts'

/** A place where a text does not follow its grammar. */
export interface SyntaxProblem {
  /** From 1. */
  line: number
  /** UTF-16 units, from 1. */
  column: number
  /** What is there and not understood, or what is not there: a sentence. */
  message: string
}

/**
 * Where a text does not follow its grammar. Null where the language is not known or the text could not be parsed. A grammar may be older
 * than the language: compare the number with that of the text before a change instead of expecting none.
 */
export async function problemsOf(text: string, path: string): Promise<readonly SyntaxProblem[] | null> {
  const language = languageOf(path, text)
  const tree = language && (await parse(text, language))
  if (!tree) return null
  const { lineAt, startOf } = indexLines(text)
  return problemNodes(tree).map((node) => {
    const line = lineAt(node.startIndex)
    return { line, column: node.startIndex - startOf(line) + 1, message: messageFor(node, text) }
  })
}

/** The outermost parts that are wrong. */
export function problemNodes({ root }: SyntaxTree): readonly SyntaxNode[] {
  const problems: SyntaxNode[] = []
  walk(root, {
    enter(node) {
      const isProblem = node.isMissing || node.type === 'ERROR'
      if (isProblem) problems.push(node)
      return !isProblem
    },
  })
  return problems
}

function messageFor({ type, isMissing, startIndex, endIndex }: SyntaxNode, text: string): string {
  if (isMissing) return `${JSON.stringify(type)} is missing.`
  const excerpt = text.slice(startIndex, Math.min(endIndex, startIndex + 60)).split('\n')[0] ?? ''
  return `${JSON.stringify(excerpt)} does not fit here.`
}
