import type { SyntaxNode, SyntaxTree } from './parse.ts'
import type { SymbolKind } from './symbol.ts'

/** What a node gives a name to. */
export interface Definition {
  name: string
  kind: SymbolKind
  /** What it belongs to beyond what stands around it, such as the receiver of a Go method. */
  owners?: readonly string[]
  /** What is inside of it belongs to it, and it is no symbol of its own: an `impl`. */
  isOwnerOnly?: true
}

/** Where a node stands. */
export interface Place {
  tree: SyntaxTree
  /** What the innermost definition around it is; null at the level of the module. */
  holder: SymbolKind | null
}

/** Reads what a node of one language defines; null for the many that define nothing. */
export type ReadDefinition = (node: SyntaxNode, place: Place) => Definition | null
