import type { Language } from '../syntax/language.ts'
import type { SyntaxNode } from '../syntax/parse.ts'

/** Languages whose code can be mutated. */
export const mutableLanguages = ['javascript', 'typescript', 'tsx', 'python', 'go', 'rust', 'java'] as const satisfies readonly Language[]
export type MutableLanguage = (typeof mutableLanguages)[number]

/** The text that is mutated. */
export interface Source {
  text: string
  language: MutableLanguage
}

/** One small defect: a part of the text, by UTF-16 offsets, and what stands there instead. */
export interface Replacement {
  startIndex: number
  endIndex: number
  text: string
}

/** One way to break code. Where another tool has the same, it has that tool's name, so that reports can be compared. */
export interface Mutator {
  /** As in Stryker's reports where it has such a one; PascalCase. */
  name: string
  /** The defects it can plant at a node; nothing for one it has nothing to do with. Never below the node's children's own. */
  mutate(node: SyntaxNode, source: Source): readonly Replacement[]
}

/** A node's text. */
export const textOf = ({ startIndex, endIndex }: SyntaxNode, { text }: Source) => text.slice(startIndex, endIndex)

/** The whole node replaced. */
export const replaceNode = ({ startIndex, endIndex }: Pick<SyntaxNode, 'startIndex' | 'endIndex'>, text: string): Replacement => ({
  startIndex,
  endIndex,
  text,
})

export const isScript = ({ language }: Source) => language === 'javascript' || language === 'typescript' || language === 'tsx'
