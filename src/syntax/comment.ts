import { directivesIn } from './directives.ts'
import { indexLines } from './line-index.ts'
import { languageOf, type Language } from './language.ts'
import { parse, type SyntaxNode, type SyntaxTree } from './parse.ts'
import { walk } from './walk.ts'

/** A comment, or a string that stands where Python looks for documentation. */
export interface Comment {
  form: 'comment' | 'docstring'
  /** UTF-16 offsets, the end exclusive and without the end of the line. */
  startIndex: number
  endIndex: number
  /** From 1. */
  startLine: number
  endLine: number
  /** What a program obeys in it, such as `@ts-ignore`; null for what only people read. */
  directive: string | null
}

/** All comments of a text in their order; null where the language is not known or the text could not be parsed. */
export async function commentsOf(text: string, path: string): Promise<readonly Comment[] | null> {
  const language = languageOf(path, text)
  const tree = language && (await parse(text, language))
  return tree && commentsIn(tree)
}

function commentsIn(tree: SyntaxTree): readonly Comment[] {
  const comments: Comment[] = []
  const { lineAt } = indexLines(tree.text)
  const tell = directiveReader(tree)
  walk(tree.root, {
    enter(node) {
      const form = formOf(node, tree)
      if (!form) return true
      const { startIndex } = node
      const endIndex = startIndex + textOf(node, tree).length
      const lines = { startLine: lineAt(startIndex), endLine: lineAt(endIndex) }
      comments.push({ form, startIndex, endIndex, ...lines, directive: tell(node, form) })
      return false
    },
  })
  return comments
}

/** Whether a node is documentation by its form, and which one; null for code. */
export function formOf(node: SyntaxNode, tree: SyntaxTree): Comment['form'] | null {
  if (commentTypes.has(node.type)) return node.parent && isVerbatim(node.parent) ? null : 'comment'
  return tree.language === 'python' && isDocstring(node, tree) ? 'docstring' : null
}

/** Whether what stands between the children of a node is content: in strings and other texts, whose parts grammars do not all name. */
export function isVerbatim({ type }: SyntaxNode): boolean {
  return /(?:^|_)(?:string|heredoc|nowdoc|regex|text|char|character|template_string|template_literal_type|jsx_element|jsx_fragment)(?:_|$)/.test(
    type,
  )
}

const commentTypes = new Set(['comment', 'line_comment', 'block_comment'])

/** The text of a comment. Some grammars count the end of the line in, or a half of it. */
export function textOf({ startIndex, endIndex }: SyntaxNode, { text }: SyntaxTree): string {
  return text.slice(startIndex, endIndex).replace(/\r?\n?$/, '')
}

/** Python's rule: the first statement of a module, class or function, and nothing but one plain string. */
function isDocstring(node: SyntaxNode, { text }: SyntaxTree): boolean {
  const [string, ...others] = node.children
  if (node.type !== 'expression_statement' || string?.type !== 'string' || others.length > 0) return false
  if (!node.parent || !isFirstStatement(node, node.parent)) return false
  if (node.parent.type !== 'module' && !isDocumentedBody(node.parent)) return false
  const opening = string.children[0]
  return opening !== undefined && /^[ru]?['"]+$/i.test(text.slice(opening.startIndex, opening.endIndex))
}

function isFirstStatement({ position }: SyntaxNode, { children }: SyntaxNode): boolean {
  let before = position - 1
  while (children[before]?.type === 'comment') before--
  return before < 0
}

function isDocumentedBody({ type, parent }: SyntaxNode): boolean {
  return type === 'block' && (parent?.type === 'function_definition' || parent?.type === 'class_definition')
}

/** Tells what a program obeys in a comment, by its text and by where it stands. */
export function directiveReader(tree: SyntaxTree): (node: SyntaxNode, form: Comment['form']) => string | null {
  const { text, language } = tree
  const readsDocstrings = language === 'python' && /\b__doc__\b/.test(text)
  const isInBlock = blockReader(tree)
  const secondLine = text.indexOf('\n') + 1
  const cookieEnd = text.indexOf('\n', secondLine) === -1 ? text.length : text.indexOf('\n', secondLine)

  return (node, form) => {
    const comment = textOf(node, tree)
    if (form === 'docstring') return readsDocstrings || /#\s*(?:noqa|pragma|nosec|type:)/.test(comment) ? comment : null
    const isFirst = node.startIndex === (text.startsWith('\uFEFF') ? 1 : 0)
    // To a kernel, the carriage return is a part of the interpreter's name.
    if (isFirst && comment.startsWith('#!')) return text.slice(node.startIndex, node.endIndex)
    if (language === 'python' && node.startIndex < cookieEnd && /coding[:=]/.test(comment)) return comment
    if (isInBlock(node, comment) || isHidden(comment, language) || isInMacro(node)) return comment
    const found = directivesIn(comment, language)
    return found.length === 0 ? null : found.join('\n')
  }
}

/** Comments that are code to their compilers: what ends a line for them, or continues it, does not for the grammar. */
function isHidden(comment: string, language: Language): boolean {
  const isBlock = comment.startsWith('/*')
  if (language === 'java' && comment.includes('\\u')) return true
  if (language === 'cpp' && !isBlock && /\\\s*(?:\n|$)|\?\?\//.test(comment)) return true
  return !isBlock && otherLineEnds.test(comment)
}

const otherLineEnds = /\r(?!\n|$)|[\u0085\u2028\u2029]/

/** Rust hands doc comments to macros as tokens. */
function isInMacro(node: SyntaxNode): boolean {
  if (!node.children.some(({ field }) => field === 'outer' || field === 'inner')) return false
  let parent = node.parent
  for (let height = 0; parent && height < deepestCode; height++) {
    if (parent.type.startsWith('token_tree')) return true
    parent = parent.parent
  }
  return parent !== null
}

// Nobody writes deeper; for what does, the answer is the careful one.
const deepestCode = 500

/** Comments that belong to a block of them that is read by a program: C for Go, the output of Go's examples, Python's script metadata. */
function blockReader({ language, root, text }: SyntaxTree): (node: SyntaxNode, comment: string) => boolean {
  if (language === 'python') return scriptMetadataReader()
  if (language !== 'go') return () => false
  const preambles = cgoPreambles(root, text)
  let output: SyntaxNode | null = null
  return (node, comment) => {
    if (/^\/[/*]\s*(?:unordered )?output:/i.test(comment) && node.parent !== root) output = node.parent
    return preambles.has(node) || (output !== null && node.parent === output)
  }
}

function cgoPreambles({ children }: SyntaxNode, text: string): ReadonlySet<SyntaxNode> {
  const preambles = new Set<SyntaxNode>()
  let run: SyntaxNode[] = []
  for (const node of children) {
    if (node.type === 'comment') run.push(node)
    else {
      const isForC = node.type === 'import_declaration' && /^import\s*\(?\s*"C"/.test(text.slice(node.startIndex, node.endIndex))
      if (isForC) for (const comment of run) preambles.add(comment)
      run = []
    }
  }
  return preambles
}

function scriptMetadataReader(): (node: SyntaxNode, comment: string) => boolean {
  let isInside = false
  return (_node, comment) => {
    if (/^# \/\/\/ [\w-]+\s*$/.test(comment)) return (isInside = true)
    const wasInside = isInside
    if (/^# \/\/\/\s*$/.test(comment)) isInside = false
    return wasInside
  }
}
