import type { SyntaxNode } from './parse.ts'

interface Visitor {
  /** Called before the children; `false` leaves them out. */
  enter(node: SyntaxNode): boolean
  /** Called behind the children that were entered. */
  leave?(node: SyntaxNode): void
}

/** Visits a node and what is below it in the order of the text, without recursion. */
export function walk(root: SyntaxNode, { enter, leave }: Visitor): void {
  const pending: { node: SyntaxNode; isDone: boolean }[] = [{ node: root, isDone: false }]
  for (let item = pending.pop(); item; item = pending.pop()) {
    if (item.isDone) {
      leave?.(item.node)
      continue
    }
    if (!enter(item.node)) continue
    if (leave) pending.push({ node: item.node, isDone: true })
    for (const child of item.node.children.toReversed()) pending.push({ node: child, isDone: false })
  }
}

/** The first child with a role, such as `name`. */
export function childOf(node: SyntaxNode, field: string): SyntaxNode | undefined {
  return node.children.find((child) => child.field === field)
}
