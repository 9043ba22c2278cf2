import type { Mutator } from './mutator.ts'
import { joinsText, swapOperators } from './operators.ts'

const swaps = { '+': ['-'], '-': ['+'], '*': ['/'], '/': ['*'], '%': ['*'], '//': ['*'] }

export const arithmetic: Mutator = {
  name: 'ArithmeticOperator',
  mutate: (node, source) => (joinsText(node) ? [] : swapOperators(node, source, swaps)),
}
