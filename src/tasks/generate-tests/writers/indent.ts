import { indexLines } from '../../../syntax/line-index.ts'
import type { SyntaxNode, SyntaxTree } from '../../../syntax/parse.ts'
import { walk } from '../../../syntax/walk.ts'

const literals = /string|template|char_literal|text_block/

/** Lines that begin inside of a literal: their white space is content. */
function linesInLiterals({ root, text }: SyntaxTree): ReadonlySet<number> {
  const { lineAt } = indexLines(text)
  const lines = new Set<number>()
  walk(root, {
    enter(node) {
      if (!literals.test(node.type)) return true
      for (let line = lineAt(node.startIndex) + 1; line <= lineAt(node.endIndex); line++) lines.add(line)
      return false
    },
  })
  return lines
}

/** The white space before a node on its line. */
export function indentAt(text: string, index: number): string {
  const start = text.lastIndexOf('\n', index - 1) + 1
  return /^[ \t]*/.exec(text.slice(start, index))?.[0] ?? ''
}

/** Some neighbouring nodes with what stands between them, as they look at another depth. Ends without a newline. */
export function reindented(nodes: readonly SyntaxNode[], tree: SyntaxTree, indent: string): string {
  const [first, last] = [nodes[0], nodes.at(-1)]
  if (!first || !last) return ''
  const { text } = tree
  const kept = linesInLiterals(tree)
  const old = indentAt(text, first.startIndex)
  const { lineAt } = indexLines(text)
  const firstLine = lineAt(first.startIndex)
  const lines = text.slice(first.startIndex, last.endIndex).trimEnd().split('\n')
  const bare = (line: string) => (line.startsWith(old) ? line.slice(old.length) : line.trimStart())
  const step = /^\t+$/.test(indent) ? stepOf(lines.slice(1).map(bare)) : 0
  return lines
    .map((line, index) => {
      if (index === 0) return indent + line
      if (kept.has(firstLine + index)) return line
      if (line.trim() === '') return ''
      return indent + withTabs(bare(line), step)
    })
    .join('\n')
}

/** Spaces of the least indented line; 0: none is. */
function stepOf(lines: readonly string[]): number {
  const widths = lines.map((line) => /^ +(?=\S)/.exec(line)?.[0].length ?? 0).filter((width) => width > 1)
  return widths.length === 0 ? 0 : Math.min(...widths)
}

/** Among tabs, spaces would be a depth that is neither. */
function withTabs(line: string, step: number): string {
  const spaces = /^ */.exec(line)?.[0].length ?? 0
  if (step === 0 || spaces === 0) return line
  return '\t'.repeat(Math.floor(spaces / step)) + ' '.repeat(spaces % step) + line.slice(spaces)
}
