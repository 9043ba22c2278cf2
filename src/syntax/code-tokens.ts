import { directiveReader, formOf, isVerbatim, textOf } from './comment.ts'
import { directivesIn, isBoundToNextLine } from './directives.ts'
import type { SyntaxNode, SyntaxTree } from './parse.ts'
import { walk } from './walk.ts'

/**
 * Everything in a text that can change what it does, in one canonical sequence: the tokens, how they belong together, the contents of
 * strings, and the comments that programs obey. Two texts with the same sequence differ in documentation and white space only.
 */
export function codeTokens(tree: SyntaxTree): readonly string[] {
  const { text, root } = tree
  const tokens: string[] = text.startsWith('\uFEFF') ? ['\uFEFF'] : []
  const push = (token: string | null) => token !== null && tokens.push(token)
  const commentToken = commentReader(tree)
  let isFirst = true

  walk(root, {
    enter(node) {
      push(gapBefore(node, tree))
      const comment = commentToken(node)
      if (comment) {
        tokens.push(...comment)
        return false
      }
      if (node.children.length > 0) {
        tokens.push(opening(node))
        return true
      }
      if (node.startIndex === node.endIndex) return false
      tokens.push(leafToken(node, tree, isFirst))
      isFirst = false
      return false
    },
    leave(node) {
      push(gapAfter(node, tree))
      // A node that holds nothing but documentation, such as the body of an empty class, is there for its sake.
      if (tokens.at(-1) === opening(node)) tokens.pop()
      else tokens.push(')')
    },
  })
  return tokens
}

const opening = ({ type, field }: SyntaxNode) => `(${field ?? ''}:${type}`

function leafToken({ type, startIndex, endIndex }: SyntaxNode, { text, language }: SyntaxTree, isFirst: boolean): string {
  // White space makes words in these two, and the tree does not always show it.
  const isApart = (language === 'css' || language === 'bash') && !isFirst && /\s/.test(text[startIndex - 1] ?? '')
  // Only the very first line can name an interpreter.
  const isMisplaced = startIndex > 0 && (type === 'hash_bang_line' || type === 'shebang')
  return `${type}${isMisplaced ? '?' : ''}${isApart ? ' ~' : ' '}${text.slice(startIndex, endIndex)}`
}

function gapBefore(node: SyntaxNode, tree: SyntaxTree): string | null {
  const { parent, position, startIndex } = node
  const start = parent === null ? 0 : (parent.children[position - 1]?.endIndex ?? parent.startIndex)
  return gapToken(tree, parent, [start, startIndex])
}

function gapAfter(node: SyntaxNode, tree: SyntaxTree): string | null {
  return gapToken(tree, node, [node.children.at(-1)?.endIndex ?? node.startIndex, node.parent ? node.endIndex : tree.text.length])
}

/** What the tree leaves out. Rare, but a part of a program all the same. */
function gapToken({ text, language }: SyntaxTree, within: SyntaxNode | null, [start, end]: [number, number]): string | null {
  if (start >= end) return null
  const gap = text.slice(start, end)
  if (within && isVerbatim(within)) return `= ${gap}`
  const rest = gap.replaceAll(language === 'bash' ? /[ \t\n]+/g : /[ \t\n\r\f\uFEFF]+/g, '')
  return rest === '' ? null : `= ${rest}`
}

/** What a comment adds to the sequence; null for a node that is no comment. */
function commentReader(tree: SyntaxTree): (node: SyntaxNode) => string[] | null {
  const directiveOf = directiveReader(tree)
  return (node) => {
    const form = formOf(node, tree)
    if (!form) return null
    const directive = directiveOf(node, form)
    return [
      ...(form === 'docstring' && isAlone(node) ? ['a body of documentation alone'] : []),
      ...(directive === null ? [] : [directiveToken(directive, node, tree)]),
      ...(endsLineInside(node, tree) ? ['\n'] : []),
    ]
  }
}

/** Without its docstring, such a body is a syntax error. */
function isAlone({ parent }: SyntaxNode): boolean {
  return parent?.type === 'block' && parent.children.filter(({ type }) => type !== 'comment').length === 1
}

function directiveToken(directive: string, node: SyntaxNode, tree: SyntaxTree): string {
  const isTrailing = isBehindCode(node, tree)
  const isAdjacent = !isTrailing && isBoundToNextLine(directive) && isAboveCode(node, tree)
  return `# ${isTrailing ? 'trailing' : ''}${isAdjacent ? 'adjacent' : ''} ${directive}`
}

function isBehindCode({ startIndex }: SyntaxNode, { text }: SyntaxTree): boolean {
  return (/[^\n]*$/.exec(text.slice(Math.max(0, startIndex - nearby), startIndex))?.[0] ?? '').trim() !== ''
}

/** UTF-16 units: as far as a look around a comment goes. */
const nearby = 500

/** Whether the next line begins with something other than plain documentation. */
function isAboveCode(node: SyntaxNode, tree: SyntaxTree): boolean {
  const end = node.startIndex + textOf(node, tree).length
  if (!/^[^\n]*\n[ \t]*\S/.test(tree.text.slice(end, end + nearby))) return false
  let at: SyntaxNode | null = node
  while (at && !at.parent?.children[at.position + 1]) at = at.parent
  const next = at?.parent?.children[at.position + 1]
  return next === undefined || formOf(next, tree) === null || directivesIn(textOf(next, tree), tree.language).length > 0
}

/** In languages that end statements at line ends, one inside a comment counts where code surrounds the comment. */
function endsLineInside(node: SyntaxNode, tree: SyntaxTree): boolean {
  const comment = textOf(node, tree)
  if (!comment.startsWith('/*') || !comment.includes('\n')) return false
  const end = node.startIndex + comment.length
  return isBehindCode(node, tree) && /^[ \t]*[^ \t\r\n]/.test(tree.text.slice(end, end + nearby))
}
