export const symbolKinds = [
  'class',
  'constant',
  'enum',
  'function',
  'interface',
  'macro',
  'method',
  'module',
  'property',
  'selector',
  'struct',
  'type',
  'variable',
] as const

export type SymbolKind = (typeof symbolKinds)[number]

/** A part of a text in UTF-16 offsets, the end exclusive. */
export interface TextSpan {
  startIndex: number
  endIndex: number
}

/** A definition that a file gives a name to. */
export interface CodeSymbol extends TextSpan {
  name: string
  kind: SymbolKind
  /** Names of what it is defined in, outermost first. */
  containers: readonly string[]
  /** Lines from 1, decorators included and documentation not. */
  startLine: number
  endLine: number
  /** What documentation tools read about it; null where there is nothing. */
  documentation: TextSpan | null
  decorators: TextSpan | null
  /** Where what it consists of begins: the first statement in Python, `{` in most languages; null where everything is head. */
  bodyIndex: number | null
  /** Its head in one line. */
  signature: string
  /** Whether other files can use it; null where the language does not say so. */
  isExported: boolean | null
}
