import type { SyntaxNode, SyntaxTree } from '../../../syntax/parse.ts'
import { childOf, walk } from '../../../syntax/walk.ts'
import { argumentsOf, type Assertion, isOneTwice, textOf } from './assertion.ts'

/** `t.Errorf` and its like under a condition, and what testify has. */
export function assertionInGo(node: SyntaxNode, tree: SyntaxTree): Assertion | null {
  if (node.type !== 'call_expression') return null
  const said = textOf(childOf(node, 'function'), tree)
  const args = argumentsOf(childOf(node, 'arguments'))
  if (/^(?:assert|require|is|must)\.\w+$/.test(said)) {
    const matcher = said.split('.')[1] ?? ''
    return { node, subjects: args.slice(1), isWeak: /^(?:NoError|NotNil)f?$/.test(matcher) || isOneTwice(args.slice(1), tree) }
  }
  if (!/^\w+\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow)$/.test(said)) return null
  const deciding = ancestor(node, /^(?:if_statement|expression_case|default_case|expression_switch_statement)$/)
  if (!deciding) return { node, subjects: [node], isWeak: false }
  const subjects = [childOf(deciding, 'initializer'), childOf(deciding, 'condition')].filter((part) => part !== undefined)
  const isWeak = subjects.every((part) => /^\w*err\w*\s*!=\s*nil$/i.test(textOf(part, tree)) || part.field === 'initializer')
  return { node, subjects: subjects.length > 0 ? subjects : [deciding], isWeak: deciding.type === 'if_statement' && isWeak }
}

/** `assert!` and its like, and a test that has to panic. */
export function assertionInRust(node: SyntaxNode, tree: SyntaxTree): Assertion | null {
  if (node.type === 'function_item') {
    const before = node.parent?.children.slice(0, node.position).findLast(({ type }) => type !== 'attribute_item')
    const marks = tree.text.slice(before?.endIndex ?? node.parent?.startIndex ?? 0, node.startIndex)
    return /#\[\s*should_panic\b/.test(marks) ? { node, subjects: [node], isWeak: false } : null
  }
  if (node.type !== 'macro_invocation') return null
  const name = textOf(childOf(node, 'macro'), tree)
  const tokens = node.children.find(({ type }) => type === 'token_tree')
  if (!/^(?:\w+::)*(?:debug_)?assert\w*$|^panic$/.test(name) || !tokens) return null
  return { node, subjects: [tokens], isWeak: name.endsWith('_eq') && isOneTwice(operandsIn(tokens), tree) }
}

/** The parts of a macro's text between its outermost commas, the brackets left out. */
function operandsIn(tokens: SyntaxNode): readonly SyntaxNode[] {
  const inner = tokens.children.slice(1, -1)
  const comma = inner.findIndex(({ type }) => type === ',')
  const [first, last] = [inner[0], inner.at(-1)]
  const [behind, before] = [inner[comma + 1], inner[comma - 1]]
  if (comma < 1 || !first || !last || !behind || !before) return []
  return [
    { ...first, endIndex: before.endIndex },
    { ...behind, endIndex: last.endIndex },
  ]
}

/** The assertions of JUnit, AssertJ, Hamcrest and Mockito. */
export function assertionInJava(node: SyntaxNode, tree: SyntaxTree): Assertion | null {
  if (node.type !== 'method_invocation') return null
  const name = textOf(childOf(node, 'name'), tree)
  if (!/^(?:assert\w*|verify)$/.test(name)) return null
  const args = argumentsOf(childOf(node, 'arguments'))
  return { node, subjects: args, isWeak: name === 'assertNotNull' || (/^assert(?:Equals|Same)$/.test(name) && isOneTwice(args, tree)) }
}

/** The nearest node of a kind around another, within its function. */
function ancestor(node: SyntaxNode, kind: RegExp): SyntaxNode | null {
  for (let at = node.parent; at; at = at.parent) {
    if (kind.test(at.type)) return at
    if (/^(?:function_declaration|func_literal)$/.test(at.type)) return null
  }
  return null
}

/** The functions that a text declares, by name: helpers of a test may hold its assertions. */
export function declaredFunctions(tree: SyntaxTree): ReadonlySet<string> {
  const names = new Set<string>()
  walk(tree.root, {
    enter(node) {
      const isFunction = /^(?:function_declaration|function_definition|function_item|method_declaration)$/.test(node.type)
      const value = node.type === 'variable_declarator' ? childOf(node, 'value') : undefined
      if (isFunction || value?.type === 'arrow_function' || value?.type === 'function_expression')
        names.add(textOf(childOf(node, 'name'), tree))
      return true
    },
  })
  return names
}
