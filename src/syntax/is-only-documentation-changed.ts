import { codeTokens } from './code-tokens.ts'
import { formOf } from './comment.ts'
import { languageOf, type Language } from './language.ts'
import { parse, type SyntaxNode, type SyntaxTree } from './parse.ts'
import { problemNodes } from './problems-of.ts'
import { walk } from './walk.ts'

/**
 * Whether two versions of a file do the same: only comments and docstrings differ, and none that a program obeys. `false` also where that
 * cannot be told: an unknown language, a text that could not be parsed, or one so broken that its comments may be something else.
 */
export async function isOnlyDocumentationChanged(before: string, after: string, path: string): Promise<boolean> {
  if (before === after) return true
  const language = languageOf(path, before)
  if (!language || languageOf(path, after) !== language) return false
  const trees = [await parse(before, language), await parse(after, language)] as const
  const [old, now] = trees
  if (!old || !now || !hasCertainComments(old) || !hasCertainComments(now)) return false
  const [oldTokens, newTokens] = [codeTokens(old), codeTokens(now)]
  return oldTokens.length === newTokens.length && oldTokens.every((token, index) => token === newTokens[index])
}

/** Languages in which any unread piece may open a text that goes on over many lines. */
const withOpenTexts: ReadonlySet<Language> = new Set(['bash', 'php', 'ruby'])

/**
 * A grammar that does not know a piece of syntax goes on behind it, and still tells comments from strings unless that piece opens or ends
 * one of them. Comments inside such a piece are never certain.
 */
function hasCertainComments(tree: SyntaxTree): boolean {
  const problems = problemNodes(tree)
  return problems.length === 0 || (!withOpenTexts.has(tree.language) && problems.every((problem) => isHarmless(problem, tree)))
}

function isHarmless(problem: SyntaxNode, tree: SyntaxTree): boolean {
  if (problem.isMissing) return !/["'`/*]/.test(problem.type)
  let loose = ''
  let hasComment = false
  walk(problem, {
    enter(node) {
      hasComment ||= formOf(node, tree) !== null
      if (/(?:^|_)(?:string|regex|char|character)(?:_|$)/.test(node.type) && node.children.length > 1) return false
      if (node.children.length === 0) loose += tree.text.slice(node.startIndex, node.endIndex)
      return true
    },
  })
  // What no node covers is in the text of the problem but not in the nodes: a lone quote is.
  return !hasComment && !/["'`/\\]/.test(loose) && !/["'`/\\]/.test(uncovered(problem, tree))
}

/** The text of a node that none of its children covers. */
function uncovered({ children, startIndex, endIndex }: SyntaxNode, { text }: SyntaxTree): string {
  let rest = ''
  let at = startIndex
  for (const child of children) {
    rest += text.slice(at, child.startIndex)
    at = Math.max(at, child.endIndex)
  }
  return rest + text.slice(at, endIndex)
}
