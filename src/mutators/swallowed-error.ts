import type { SyntaxNode } from '../syntax/parse.ts'
import { childOf } from '../syntax/walk.ts'
import { type Mutator, replaceNode, type Source, textOf } from './mutator.ts'
import { emptied, isBlock, statementsOf, withoutStatement } from './statements.ts'

const throwing: ReadonlySet<string> = new Set(['throw_statement', 'raise_statement'])
const catching: ReadonlySet<string> = new Set(['catch_clause', 'except_clause'])

/** What goes wrong is not told: nothing is thrown, what is caught is forgotten, and Go's errors are nil. */
export const swallowedError: Mutator = {
  name: 'SwallowedError',
  mutate(node, source) {
    if (throwing.has(node.type)) return isGuard(node) ? [] : [withoutStatement(node, source)]
    if (catching.has(node.type)) return forgotten(node, source)
    return source.language === 'go' && isReturnedError(node, source) ? [replaceNode(node, 'nil')] : []
  },
}

/** The only statement of an `if`, it goes with its guard. */
function isGuard({ parent }: SyntaxNode): boolean {
  if (parent?.type === 'if_statement') return true
  return parent !== null && isBlock(parent) && parent.parent?.type === 'if_statement' && statementsOf(parent).length === 1
}

function forgotten(node: SyntaxNode, source: Source) {
  const body = childOf(node, 'body') ?? node.children.find(isBlock)
  const statements = body ? statementsOf(body) : []
  const [only] = statements
  const isNothing =
    statements.length === 0 ||
    (statements.length === 1 && only !== undefined && (throwing.has(only.type) || only.type === 'pass_statement'))
  return body && !isNothing ? [emptied(body, source)] : []
}

function isReturnedError(node: SyntaxNode, source: Source): boolean {
  return (
    node.type === 'identifier' &&
    node.parent?.type === 'expression_list' &&
    node.parent.parent?.type === 'return_statement' &&
    /^(e|err|.*Err)$/.test(textOf(node, source))
  )
}
