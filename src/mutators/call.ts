import type { SyntaxNode } from '../syntax/parse.ts'
import { type Mutator, type Source, textOf } from './mutator.ts'
import { withoutStatement } from './statements.ts'

const calls: ReadonlySet<string> = new Set(['call_expression', 'call', 'method_invocation'])
const awaits: ReadonlySet<string> = new Set(['await_expression', 'await'])

/** What is called for its effect, not called. */
export const call: Mutator = {
  name: 'RemovedCall',
  mutate(node, source) {
    const inner = statementCall(node)
    return inner && !isConstructorCall(inner, source) ? [withoutStatement(node, source)] : []
  },
}

function statementCall(node: SyntaxNode): SyntaxNode | null {
  const only = node.children.find(({ isNamed }) => isNamed)
  if (node.type !== 'expression_statement' && node.type !== 'defer_statement' && node.type !== 'go_statement') return null
  // Of Rust's last expression, which is the value of its block, only what ends in a semicolon is a statement.
  if (!only || node.isMissing) return null
  const called = awaits.has(only.type) || only.type === 'try_expression' ? only.children.find(({ isNamed }) => isNamed) : only
  return called && calls.has(called.type) ? called : null
}

/** Without it, the language does not let a constructor be. */
const isConstructorCall = (node: SyntaxNode, source: Source) => /^super\s*\(/.test(textOf(node, source))
