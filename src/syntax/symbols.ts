import { formOf } from './comment.ts'
import { bodyOf, leadOf, outermost, signatureOf } from './declaration.ts'
import type { Definition } from './definition.ts'
import { definitionOf } from './definitions.ts'
import { exportReader } from './exports.ts'
import { languageOf } from './language.ts'
import { indexLines } from './line-index.ts'
import { parse, type SyntaxNode, type SyntaxTree } from './parse.ts'
import type { CodeSymbol, TextSpan } from './symbol.ts'
import { walk } from './walk.ts'

/** All definitions of a file, in their order. Empty where the language is not known or the text could not be parsed. */
export async function symbolsOf(text: string, path: string): Promise<readonly CodeSymbol[]> {
  const language = languageOf(path, text)
  const tree = language && (await parse(text, language))
  return tree ? symbolsIn(tree) : []
}

// Nobody writes deeper, and the names of all that is around it are told with every symbol.
const deepest = 50

function symbolsIn(tree: SyntaxTree): readonly CodeSymbol[] {
  const symbols: CodeSymbol[] = []
  const around: { node: SyntaxNode; definition: Definition }[] = []
  const describe = describer(tree)
  walk(tree.root, {
    enter(node) {
      const definition = definitionOf(node, { tree, holder: around.at(-1)?.definition.kind ?? null })
      if (!definition) return true
      const containers = around.map((outer) => outer.definition.name)
      if (!definition.isOwnerOnly) symbols.push(describe(node, definition, containers))
      if (around.length >= deepest) return false
      around.push({ node, definition })
      return true
    },
    leave(node) {
      if (around.at(-1)?.node === node) around.pop()
    },
  })
  return symbols
}

function describer(tree: SyntaxTree): (node: SyntaxNode, definition: Definition, containers: readonly string[]) => CodeSymbol {
  const { text } = tree
  const lines = indexLines(text)
  const isExported = exportReader(tree)
  return (node, { name, kind, owners = [] }, containers) => {
    const outer = outermost(node)
    const { startIndex, headIndex, decorators, documentation } = leadOf(outer, tree, lines)
    const body = bodyOf(node)
    const endIndex = outer.startIndex + text.slice(outer.startIndex, outer.endIndex).trimEnd().length
    return {
      name,
      kind,
      containers: [...containers, ...owners],
      startLine: lines.lineAt(startIndex),
      endLine: lines.lineAt(endIndex),
      startIndex,
      endIndex,
      documentation: docstringOf(body, tree) ?? documentation,
      decorators,
      bodyIndex: body?.startIndex ?? null,
      signature: signatureOf(tree, headIndex, body && body.startIndex > headIndex ? body.startIndex : endIndex),
      isExported: isExported(node, { name, kind, containers }),
    }
  }
}

function docstringOf(body: SyntaxNode | undefined, tree: SyntaxTree): TextSpan | null {
  if (tree.language !== 'python' || !body) return null
  const first = body.children.find(({ type }) => type !== 'comment')
  return first && formOf(first, tree) === 'docstring' ? { startIndex: first.startIndex, endIndex: first.endIndex } : null
}

/** The innermost definition that a line belongs to; the lines of its documentation do. Lines are numbered from 1. */
export function enclosingSymbol(symbols: readonly CodeSymbol[], line: number): CodeSymbol | undefined {
  return symbols.findLast((symbol) => symbol.startLine <= line && line <= symbol.endLine)
}
