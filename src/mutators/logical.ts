import type { Mutator } from './mutator.ts'
import { swapOperators } from './operators.ts'

const swaps = { '&&': ['||'], '||': ['&&'], '??': ['&&'], and: ['or'], or: ['and'] }

export const logical: Mutator = { name: 'LogicalOperator', mutate: (node, source) => swapOperators(node, source, swaps) }
