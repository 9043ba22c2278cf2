import type { SyntaxNode } from '../syntax/parse.ts'
import { type Mutator, type Replacement, replaceNode, type Source, textOf } from './mutator.ts'
import { isYesOrNo, operatorsOf } from './operators.ts'

const loops: ReadonlySet<string> = new Set(['while_statement', 'do_statement', 'for_statement', 'while_expression', 'for_clause'])
const choices: ReadonlySet<string> = new Set([
  'if_statement',
  'elif_clause',
  'if_expression',
  'ternary_expression',
  'conditional_expression',
  'while_statement',
  'do_statement',
  'for_statement',
  'for_clause',
  'while_expression',
])

/** What is decided, decided beforehand: always, and never. */
export const conditional: Mutator = {
  name: 'ConditionalExpression',
  mutate(node, source) {
    if (isCondition(node)) return always(node, source)
    // A comparison that is no condition is an answer; one inside of `&&` is half a condition.
    return isYesOrNo(node, source) && !isInsideNegation(node) ? half(node, source) : []
  },
}

function isCondition(node: SyntaxNode): boolean {
  const { parent, field, type, isNamed } = node
  if (parent === null || !isNamed || type === 'let_condition' || type === 'let_chain') return false
  if (choices.has(parent.type) && field === 'condition') return type !== 'parenthesized_expression'
  if (parent.type === 'parenthesized_expression')
    return parent.field === 'condition' && parent.parent !== null && choices.has(parent.parent.type)
  // Python names no condition of `a if b else c`: it is the one in the middle.
  return parent.type === 'conditional_expression' && node.position === 2
}

const isInsideNegation = ({ parent }: SyntaxNode) => parent?.type === 'unary_expression' || parent?.type === 'not_operator'

/** As half of an `&&` that never holds, or of an `||` that always does, it would decide the whole, which has mutants of its own. */
function half(node: SyntaxNode, source: Source): Replacement[] {
  const outer = node.parent ? operatorsOf(node.parent).map((operator) => textOf(operator, source))[0] : undefined
  if (outer === '&&' || outer === 'and') return [replaceNode(node, yes(source))]
  if (outer === '||' || outer === 'or') return [replaceNode(node, no(source))]
  return decided(node, source)
}

/** A loop that never ends tells nothing: it is only never begun. */
function always(node: SyntaxNode, source: Source): Replacement[] {
  const owner = node.parent?.type === 'parenthesized_expression' ? node.parent.parent : node.parent
  return owner && loops.has(owner.type) ? [replaceNode(node, no(source))] : decided(node, source)
}

const decided = (node: SyntaxNode, source: Source) => [replaceNode(node, yes(source)), replaceNode(node, no(source))]
const yes = ({ language }: Source) => (language === 'python' ? 'True' : 'true')
const no = ({ language }: Source) => (language === 'python' ? 'False' : 'false')
