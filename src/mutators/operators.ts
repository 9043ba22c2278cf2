import type { SyntaxNode } from '../syntax/parse.ts'
import { type Replacement, replaceNode, type Source, textOf } from './mutator.ts'

/** Expressions with an operator between two sides. */
const binary: ReadonlySet<string> = new Set(['binary_expression', 'comparison_operator', 'boolean_operator', 'binary_operator'])

/** The operators of an expression: one, or several in Python's `1 < a <= 5`. */
export function operatorsOf(node: SyntaxNode): readonly SyntaxNode[] {
  return binary.has(node.type) ? node.children.filter(({ field }) => field === 'operator' || field === 'operators') : []
}

/** Every operator that the table knows, replaced by each of what it says. */
export function swapOperators(node: SyntaxNode, source: Source, table: Readonly<Record<string, readonly string[]>>): Replacement[] {
  return operatorsOf(node).flatMap((operator) => {
    const text = textOf(operator, source).replaceAll(/\s+/g, ' ')
    return (Object.hasOwn(table, text) ? (table[text] ?? []) : []).map((other) => replaceNode(operator, other))
  })
}

const strings: ReadonlySet<string> = new Set([
  'string',
  'template_string',
  'string_literal',
  'interpreted_string_literal',
  'raw_string_literal',
  'concatenated_string',
  'text_block',
])

/** Whether a text literal is on one of its sides, however deep in a chain of the same operator: then `+` joins texts. */
export function joinsText(node: SyntaxNode): boolean {
  return node.children.some((child) => strings.has(child.type) || (child.type === node.type && joinsText(child)))
}

/** Whether an expression gives yes or no by its form. */
export function isYesOrNo(node: SyntaxNode, source: Source): boolean {
  if (node.type === 'comparison_operator' || node.type === 'boolean_operator' || node.type === 'not_operator') return true
  return operatorsOf(node).some((operator) => yesOrNo.has(textOf(operator, source)))
}

const yesOrNo: ReadonlySet<string> = new Set(['<', '<=', '>', '>=', '==', '!=', '===', '!==', '&&', '||'])
