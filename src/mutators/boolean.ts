import { type Mutator, replaceNode, textOf } from './mutator.ts'

const opposites: Readonly<Record<string, string>> = { true: 'false', false: 'true', True: 'False', False: 'True' }
const literals: ReadonlySet<string> = new Set(['true', 'false', 'boolean_literal'])
const negations: ReadonlySet<string> = new Set(['unary_expression', 'not_operator'])

/** Yes for no, and what is negated as it is. */
export const boolean: Mutator = {
  name: 'BooleanLiteral',
  mutate(node, source) {
    if (literals.has(node.type) && node.isNamed && node.parent?.type !== 'literal_type') {
      const other = opposites[textOf(node, source)]
      return other === undefined ? [] : [replaceNode(node, other)]
    }
    const [sign, inner] = node.children
    if (!negations.has(node.type) || !sign || !inner || !/^(!|not)$/.test(textOf(sign, source))) return []
    return [replaceNode(node, textOf(inner, source))]
  },
}
