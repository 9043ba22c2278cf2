import { isScript, type Mutator, replaceNode, textOf } from './mutator.ts'

/** A promise taken for its value. In Python and Rust that does not even run, and says nothing about the tests. */
export const awaitRemoved: Mutator = {
  name: 'RemovedAwait',
  mutate(node, source) {
    const [keyword, inner] = node.children
    if (node.type !== 'await_expression' || !isScript(source) || keyword?.type !== 'await' || !inner) return []
    return [replaceNode(node, textOf(inner, source))]
  },
}
