import type { Mutator } from './mutator.ts'
import { swapOperators } from './operators.ts'

/** Boundaries and equality, as Stryker swaps them, and what other languages have in their place. */
const swaps = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '==': ['!='],
  '!=': ['=='],
  '===': ['!=='],
  '!==': ['==='],
  is: ['is not'],
  'is not': ['is'],
  in: ['not in'],
  'not in': ['in'],
}

export const equality: Mutator = {
  name: 'EqualityOperator',
  // In scripts `in` asks for a key, and has no opposite of its own.
  mutate: (node, source) =>
    node.type === 'binary_expression' || node.type === 'comparison_operator' ? swapOperators(node, source, swaps) : [],
}
