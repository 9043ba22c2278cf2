import { type Mutator, replaceNode, textOf } from './mutator.ts'
import { joinsText } from './operators.ts'

const assignments: ReadonlySet<string> = new Set([
  'augmented_assignment_expression',
  'augmented_assignment',
  'assignment_statement',
  'assignment_expression',
  'compound_assignment_expr',
])

const swaps: Readonly<Record<string, string>> = {
  '+=': '-=',
  '-=': '+=',
  '*=': '/=',
  '/=': '*=',
  '%=': '*=',
  '&&=': '||=',
  '||=': '&&=',
  '??=': '&&=',
}

/** What a variable is changed by, in the opposite direction. */
export const assignment: Mutator = {
  name: 'AssignmentOperator',
  mutate(node, source) {
    if (!assignments.has(node.type) || joinsText(node)) return []
    const operator = node.children.find(({ type }) => Object.hasOwn(swaps, type))
    const other = operator && swaps[textOf(operator, source)]
    return operator && other !== undefined ? [replaceNode(operator, other)] : []
  },
}
