import { type Mutator, replaceNode } from './mutator.ts'

/** `a?.b` as `a.b`, `a?.[0]` as `a[0]`: what is missing is not expected any more. */
export const optionalChaining: Mutator = {
  name: 'OptionalChaining',
  mutate(node) {
    // The grammar wraps it, but for calls.
    const chain = node.children.find(({ type }) => type === 'optional_chain' || type === '?.')
    if (!chain || node.type === 'optional_chain') return []
    return [replaceNode(chain, node.type === 'member_expression' ? '.' : '')]
  },
}
