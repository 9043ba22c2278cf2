import type { SyntaxNode } from '../syntax/parse.ts'
import type { Source } from './mutator.ts'

/** Types, imports and annotations decide nothing while the program runs. */
const typeOnly =
  /^(import_|type_annotation|type_arguments|type_parameters|type_alias_declaration|interface_declaration|decorator|annotation|marker_annotation|attribute_item|package_|use_declaration|ambient_declaration|generic_type)/
const calls: ReadonlySet<string> = new Set(['call_expression', 'call', 'method_invocation', 'macro_invocation'])
/** What is only written for people to read: no test should be asked to guard it. */
const logs =
  /^((console|logger|logging|log|slog|tracing|System\.(out|err))\b\s*[.:!(]|(self|this)\.(logger|log)\.|(debug|trace|info|warn|error|print|println|eprintln)!|fmt\.(Fprint|Print)|print\()/

/** Whether nothing in a node is worth breaking. */
export function isSilent(node: SyntaxNode, source: Source): boolean {
  if (typeOnly.test(node.type) || /comment/.test(node.type)) return true
  const inner = node.type === 'expression_statement' ? node.children[0] : node
  return (
    inner !== undefined &&
    calls.has(inner.type) &&
    logs.test(source.text.slice(inner.startIndex, inner.startIndex + 60)) &&
    isStatement(node)
  )
}

const isStatement = (node: SyntaxNode) => node.type === 'expression_statement' || node.parent?.type === 'expression_statement'
