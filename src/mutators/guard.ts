import { childOf } from '../syntax/walk.ts'
import { type Mutator } from './mutator.ts'
import { isBlock, isExit, statementsOf, withoutStatement } from './statements.ts'

const choices: ReadonlySet<string> = new Set(['if_statement', 'if_expression'])

/** A check that ends early when something is wrong, taken away. */
export const guard: Mutator = {
  name: 'RemovedGuard',
  mutate(node, source) {
    if (!choices.has(node.type) || childOf(node, 'alternative')) return []
    // As a value, or behind `else`, it cannot go.
    const statement = node.parent?.type === 'expression_statement' ? node.parent : node
    if (statement.parent === null || !/^(statement_block|block|statement_list|program|module|switch_case)$/.test(statement.parent.type))
      return []
    const consequence = childOf(node, 'consequence')
    if (!consequence) return []
    const last = isBlock(consequence) ? statementsOf(consequence).at(-1) : consequence
    return last && isExit(last) ? [withoutStatement(statement, source)] : []
  },
}
