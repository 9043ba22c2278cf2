import { textOf } from './comment.ts'
import { directivesIn } from './directives.ts'
import type { LineIndex } from './line-index.ts'
import type { SyntaxNode, SyntaxTree } from './parse.ts'
import type { TextSpan } from './symbol.ts'
import { childOf } from './walk.ts'

const wrappers = new Set([
  'ambient_declaration',
  'const_declaration',
  'constant_declaration',
  'declaration_command',
  'decorated_definition',
  'export_statement',
  'expression_statement',
  'field_declaration',
  'global_statement',
  'lexical_declaration',
  'local_declaration_statement',
  'property_declaration',
  'template_declaration',
  'type_declaration',
  'var_declaration',
  'variable_declaration',
])

const decorations = new Set(['annotation', 'attribute_item', 'attribute_list', 'decorator', 'marker_annotation'])

/** A whole declaration: the statement that a definition stands in, unless that one holds several. */
export function outermost(node: SyntaxNode): SyntaxNode {
  let outer = node
  while (outer.parent && wrappers.has(outer.parent.type) && !hasTwin(outer, outer.parent)) outer = outer.parent
  return outer
}

function hasTwin(node: SyntaxNode, { children }: SyntaxNode): boolean {
  return children.some((sibling) => sibling !== node && sibling.type === node.type)
}

/** What stands before a declaration, and belongs to it. */
export interface Lead {
  /** UTF-16 offset of the first decorator, else of the declaration. */
  startIndex: number
  decorators: TextSpan | null
  documentation: TextSpan | null
  /** UTF-16 offset of the declaration behind its decorators. */
  headIndex: number
}

export function leadOf(outer: SyntaxNode, tree: SyntaxTree, lines: LineIndex): Lead {
  const before = decoratorsBefore(outer)
  const within = decoratorsWithin(outer)
  const [first, last] = [before[0] ?? within[0], within.at(-1) ?? before.at(-1)]
  const startIndex = before[0]?.startIndex ?? outer.startIndex
  const comments = commentsBefore(before[0] ?? outer, { tree, lines })
  return {
    startIndex,
    decorators: first && last ? { startIndex: first.startIndex, endIndex: last.endIndex } : null,
    documentation: documentationAmong(comments, tree),
    headIndex: within.length > 0 ? headBehind(outer, within) : outer.startIndex,
  }
}

function decoratorsBefore({ parent, position }: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = []
  for (let at = position - 1; found.length < mostLeading; at--) {
    const sibling = parent?.children[at]
    if (!sibling || !decorations.has(sibling.type)) break
    found.unshift(sibling)
  }
  return found
}

const mostLeading = 500

function decoratorsWithin(outer: SyntaxNode): SyntaxNode[] {
  const [first] = outer.children
  const leading = first?.type === 'modifiers' ? first.children : outer.children
  const end = leading.findIndex(({ type }) => !decorations.has(type) && !type.endsWith('comment'))
  return leading.slice(0, end === -1 ? leading.length : end).filter(({ type }) => decorations.has(type))
}

function headBehind({ children, startIndex }: SyntaxNode, decorators: readonly SyntaxNode[]): number {
  const end = decorators.at(-1)?.endIndex ?? startIndex
  const all = children[0]?.type === 'modifiers' ? [...children[0].children, ...children.slice(1)] : children
  return all.find((child) => child.startIndex >= end && !child.type.endsWith('comment'))?.startIndex ?? end
}

/** The comments right above, without an empty line between them and the declaration. */
function commentsBefore(start: SyntaxNode, { tree, lines }: { tree: SyntaxTree; lines: LineIndex }): SyntaxNode[] {
  let at = start
  // The first thing in a body has its comments before the body.
  while (at.position === 0 && at.parent?.parent && at.parent.startIndex === at.startIndex) at = at.parent
  const found: SyntaxNode[] = []
  let line = lines.lineAt(start.startIndex)
  for (let position = at.position - 1; found.length < mostLeading; position--) {
    const comment = at.parent?.children[position]
    if (!comment || !/^(?:line_|block_)?comment$/.test(comment.type)) break
    const end = lines.lineAt(comment.startIndex + textOf(comment, tree).length)
    if (end < line - 1 || isBehindCode(comment, tree, lines)) break
    found.unshift(comment)
    line = lines.lineAt(comment.startIndex)
  }
  return found
}

function isBehindCode({ startIndex }: SyntaxNode, { text }: SyntaxTree, { lineAt, startOf }: LineIndex): boolean {
  return /[^\s\uFEFF]/.test(text.slice(Math.max(startOf(lineAt(startIndex)), startIndex - 200), startIndex))
}

const blockDocumentation = /^\/\*[*!](?!\/)/

/** The part of the comments that documentation tools of the language take for documentation. */
function documentationAmong(comments: readonly SyntaxNode[], tree: SyntaxTree): TextSpan | null {
  const { language } = tree
  const block = comments.findLast((node) => blockDocumentation.test(textOf(node, tree)))
  if (block) return spanOf([block], tree)
  const isPlain = (node: SyntaxNode | undefined) => node !== undefined && directivesIn(textOf(node, tree), language).length === 0
  let end = comments.length
  while (end > 0 && !isPlain(comments[end - 1])) end--
  const run = comments.slice(0, end)
  const isLine = (node: SyntaxNode) => isPlain(node) && lineDocumentation[language]?.test(textOf(node, tree)) === true
  const start = run.findLastIndex((node) => !isLine(node)) + 1
  return spanOf(run.slice(start), tree)
}

const lineDocumentation: Readonly<Record<string, RegExp>> = {
  bash: /^#(?!!)/,
  'c-sharp': /^\/\/\//,
  cpp: /^\/\/[/!]/,
  css: /^\/\*/,
  go: /^\/[/*]/,
  ruby: /^#(?!!)|^=begin/,
  rust: /^\/\/\/(?!\/)/,
}

function spanOf(nodes: readonly SyntaxNode[], tree: SyntaxTree): TextSpan | null {
  const [first, last] = [nodes[0], nodes.at(-1)]
  return first && last ? { startIndex: first.startIndex, endIndex: last.startIndex + textOf(last, tree).length } : null
}

/** What a definition consists of beyond its head; undefined where everything is head. */
export function bodyOf(node: SyntaxNode): SyntaxNode | undefined {
  const inner = childOf(node, 'value') ?? childOf(node, 'right') ?? childOf(node, 'type')
  const own = childOf(node, 'body') ?? (inner && (childOf(inner, 'body') ?? inner.children.find(({ type }) => bodies.has(type))))
  return own ?? node.children.find(({ type }) => bodies.has(type))
}

const bodies = new Set(['{', 'end', 'block', 'field_declaration_list', 'keyframe_block_list'])

const longestSignature = 200

/** The head of a declaration in one line. */
export function signatureOf({ text, language }: SyntaxTree, headIndex: number, endIndex: number): string {
  const whole = text.slice(headIndex, Math.min(endIndex, headIndex + 2000))
  // Ruby has nothing between the head of a definition and the comments in its body but the end of the line.
  const head = (language === 'ruby' ? (whole.split('\n')[0] ?? '') : whole).replaceAll(/\s+/g, ' ')
  const line = head.replace(/(?:\s|[{:;=]|=>)+$/, '')
  return line.length > longestSignature ? `${line.slice(0, longestSignature - 1)}…` : line
}
