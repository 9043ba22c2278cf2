import type { SyntaxNode, SyntaxTree } from '../../../syntax/parse.ts'

/** A place where a test decides whether it passes. */
export interface Assertion {
  node: SyntaxNode
  /** What it looks at: the values that it compares, or what is expected to fail. */
  subjects: readonly SyntaxNode[]
  /** It holds for nearly every value, such as one that is only asked to be there. */
  isWeak: boolean
}

/** The assertion that a node is; null where it is none. Of nested ones, each is asked about. */
export type AssertionReader = (node: SyntaxNode, tree: SyntaxTree) => Assertion | null

export const textOf = (node: SyntaxNode | undefined, { text }: Pick<SyntaxTree, 'text'>): string =>
  node ? text.slice(node.startIndex, node.endIndex) : ''

/** The arguments of a call, without brackets and commas. */
export const argumentsOf = (list: SyntaxNode | undefined): readonly SyntaxNode[] =>
  (list?.children ?? []).filter(({ isNamed, type }) => isNamed && !type.endsWith('comment'))

/** Whether two of the values are written the same, so that comparing them says nothing. */
export function isOneTwice([first, second]: readonly SyntaxNode[], tree: Pick<SyntaxTree, 'text'>): boolean {
  if (!first || !second) return false
  return textOf(first, tree).replaceAll(/\s+/g, '') === textOf(second, tree).replaceAll(/\s+/g, '')
}
