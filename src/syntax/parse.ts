import type { Language as Grammar, Tree, TreeCursor } from '@vscode/tree-sitter-wasm'
import { dropGrammars, largeMemory, loadGrammar, type LoadedGrammar } from './grammar.ts'
import type { Language } from './language.ts'
import { isProgramCrash } from './web-assembly.ts'

/** A part of a text that the grammar names. */
export interface SyntaxNode {
  /** The grammar's name of it, or the text itself for punctuation and keywords. */
  readonly type: string
  readonly isNamed: boolean
  /** What it is to its parent, such as `name` or `body`. */
  readonly field: string | null
  /** UTF-16 offset of its first unit. */
  readonly startIndex: number
  /** UTF-16 offset behind its last unit. */
  readonly endIndex: number
  /** Not in the text: the parser went on as if it were. */
  readonly isMissing: boolean
  readonly parent: SyntaxNode | null
  /** Its place among the children of its parent. */
  readonly position: number
  readonly children: readonly SyntaxNode[]
}

/** A parsed text. Plain data: nothing of the parser stays behind it. */
export interface SyntaxTree {
  readonly text: string
  readonly language: Language
  readonly root: SyntaxNode
}

interface ParseLimits {
  /** UTF-16 units. */
  length?: number
  /** Milliseconds. */
  time?: number
  nodes?: number
}

const defaultLimits = { length: 1_000_000, time: 5_000, nodes: 600_000 }

/** Parses a text, however broken. Null: it is too large, took too long or broke the parser, and nothing is known about it. */
export async function parse(text: string, language: Language, limits: ParseLimits = {}): Promise<SyntaxTree | null> {
  const { length, time, nodes } = { ...defaultLimits, ...limits }
  if (text.length > length) return null
  const loaded = await loadGrammar(language)
  const deadline = performance.now() + time
  let root: SyntaxNode | null = null
  try {
    root = parseWith(loaded, text, { nodes, isOver: () => performance.now() > deadline })
  } catch (error) {
    if (!isProgramCrash(error)) throw error
    dropGrammars()
    return null
  }
  if (loaded.memoryBytes() > largeMemory) dropGrammars()
  return root && { text, language, root }
}

interface Patience {
  nodes: number
  isOver(): boolean
}

function parseWith({ parser, grammar }: LoadedGrammar, text: string, patience: Patience): SyntaxNode | null {
  let tree: Tree | null = null
  try {
    tree = parser.parse((index) => chunkOf(text, index), null, { progressCallback: patience.isOver })
    return tree && copyOf(tree, grammar, patience)
  } finally {
    tree?.delete()
    parser.delete()
  }
}

const chunkLength = 4096

/** The parser takes its text in pieces, and reads a pair of surrogates that is cut in two as two characters. */
function chunkOf(text: string, index: number): string {
  const end = index + chunkLength
  const last = text.charCodeAt(end - 1)
  return text.slice(index, last >= 0xd800 && last <= 0xdbff ? end - 1 : end)
}

type Growing = { -readonly [Key in keyof SyntaxNode]: SyntaxNode[Key] } & { children: SyntaxNode[] }

/** Copies a tree out of the memory of the parser, without recursion: a text decides how deep its tree is. */
function copyOf(tree: Tree, grammar: Grammar, { nodes, isOver }: Patience): SyntaxNode | null {
  const cursor = tree.walk()
  const hasError = tree.rootNode.hasError
  const read = (parent: Growing | null) => readNode(cursor, { grammar, hasError, parent })
  try {
    const root = read(null)
    let parent = root
    let isInside = cursor.gotoFirstChild()
    for (let count = 1; isInside; count++) {
      if (count > nodes || (count % 4096 === 0 && isOver())) return null
      const node = read(parent)
      if (parent.children === noChildren) parent.children = [node]
      else parent.children.push(node)
      if (cursor.gotoFirstChild()) {
        parent = node
        continue
      }
      while (isInside && !cursor.gotoNextSibling()) {
        isInside = cursor.gotoParent() && parent !== root
        parent = (parent.parent as Growing | null) ?? root
      }
    }
    return root
  } finally {
    cursor.delete()
  }
}

const noChildren: SyntaxNode[] = []

function readNode(
  cursor: TreeCursor,
  { grammar, hasError, parent }: { grammar: Grammar; hasError: boolean; parent: Growing | null },
): Growing {
  const id = cursor.nodeTypeId
  const [startIndex, endIndex] = [cursor.startIndex, cursor.endIndex]
  return {
    type: grammar.types[id] ?? 'ERROR',
    isNamed: cursor.nodeIsNamed,
    field: grammar.fields[cursor.currentFieldId] ?? null,
    startIndex,
    endIndex,
    isMissing: hasError && startIndex === endIndex && cursor.nodeIsMissing,
    parent,
    position: parent?.children.length ?? 0,
    children: noChildren,
  }
}
