import type { SyntaxNode } from '../syntax/parse.ts'
import { type Mutator, replaceNode, textOf } from './mutator.ts'

const numbers: ReadonlySet<string> = new Set(['number', 'integer', 'int_literal', 'integer_literal', 'decimal_integer_literal'])

/** Where a number says a place or a limit. */
const places: ReadonlySet<string> = new Set([
  'subscript_expression',
  'subscript',
  'index_expression',
  'array_access',
  'slice',
  'slice_expression',
  'range_expression',
  'comparison_operator',
])
const limits = /^(<|<=|>|>=|\+|-)$/

/** A place or a limit, one further; and Rust's ranges with the other kind of end. */
export const offByOne: Mutator = {
  name: 'OffByOne',
  mutate(node, source) {
    if (node.type === '..=' && node.parent?.type === 'range_expression') return [replaceNode(node, '..')]
    const text = textOf(node, source)
    if (!numbers.has(node.type) || !/^\d{1,9}$/.test(text) || !isPlace(node)) return []
    return [replaceNode(node, String(Number(text) + 1))]
  },
}

function isPlace({ parent }: SyntaxNode): boolean {
  if (parent === null) return false
  if (places.has(parent.type)) return true
  const isSum = parent.type === 'binary_expression' || parent.type === 'binary_operator'
  return isSum && parent.children.some(({ field, type }) => field === 'operator' && limits.test(type))
}
