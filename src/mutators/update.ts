import { type Mutator, replaceNode } from './mutator.ts'

const updates: ReadonlySet<string> = new Set(['update_expression', 'inc_statement', 'dec_statement'])

export const update: Mutator = {
  name: 'UpdateOperator',
  mutate(node) {
    if (!updates.has(node.type)) return []
    return node.children.flatMap((child) =>
      child.type === '++' ? [replaceNode(child, '--')] : child.type === '--' ? [replaceNode(child, '++')] : [],
    )
  },
}
