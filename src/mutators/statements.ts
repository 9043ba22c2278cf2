import type { SyntaxNode } from '../syntax/parse.ts'
import { type Replacement, replaceNode, type Source } from './mutator.ts'

/** Nothing, where a statement stood. */
export const withoutStatement = (node: SyntaxNode, { language }: Source): Replacement =>
  replaceNode(node, language === 'python' ? 'pass' : language === 'go' ? '' : ';')

/** A block whose statements are gone. */
export function emptied(block: SyntaxNode, { language }: Source): Replacement {
  return replaceNode(block, language === 'python' ? 'pass' : '{}')
}

/** The statements of a block, without its braces and comments. */
export function statementsOf(block: SyntaxNode): readonly SyntaxNode[] {
  const [list] = block.children.filter(({ type }) => type === 'statement_list')
  return (list ?? block).children.filter(({ isNamed, type }) => isNamed && !/comment/.test(type))
}

const exits: ReadonlySet<string> = new Set([
  'return_statement',
  'throw_statement',
  'raise_statement',
  'continue_statement',
  'break_statement',
  'return_expression',
  'continue_expression',
  'break_expression',
])

/** Whether a statement leaves the block for good. */
export function isExit(statement: SyntaxNode): boolean {
  if (exits.has(statement.type)) return true
  const [only] = statement.children
  return statement.type === 'expression_statement' && only !== undefined && (exits.has(only.type) || isPanic(only))
}

const isPanic = ({ type, children }: SyntaxNode) => type === 'macro_invocation' && children.length > 0

const blocks: ReadonlySet<string> = new Set(['statement_block', 'block', 'compound_statement'])
export const isBlock = ({ type }: SyntaxNode) => blocks.has(type)
