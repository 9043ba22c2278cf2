import type { SyntaxNode, SyntaxTree } from '../../../syntax/parse.ts'
import { childOf } from '../../../syntax/walk.ts'
import { argumentsOf, type Assertion, isOneTwice, textOf } from './assertion.ts'

/** `assert …`, the methods of `unittest`, what mocks are asked, and `pytest.raises`. */
export function assertionInPython(node: SyntaxNode, tree: SyntaxTree): Assertion | null {
  if (node.type === 'assert_statement') return plain(node, tree)
  if (node.type === 'with_statement') return expectsError(node, tree)
  if (node.type !== 'call') return null
  const callee = childOf(node, 'function')
  const name = callee?.type === 'attribute' ? textOf(childOf(callee, 'attribute'), tree) : textOf(callee, tree)
  const args = argumentsOf(childOf(node, 'arguments'))
  if (/^(?:raises|warns|assertRaises\w*|assertWarns\w*)$/.test(name)) {
    // Without a function to call, it is the head of a `with`.
    return args.length > 1 ? { node, subjects: args.slice(1), isWeak: false } : null
  }
  if (!/^assert(?:[A-Z_]|$)/.test(name)) return null
  const object = callee && childOf(callee, 'object')
  const isOfMock = /^assert_(?:called|any_call|has_calls|not_called|awaited)/.test(name)
  const isWeak = name === 'assertIsNotNone' || (/^assert(?:Equals?|Is|assert_equal)$/.test(name) && isOneTwice(args, tree))
  return { node, subjects: isOfMock && object ? [object, ...args] : args, isWeak }
}

function plain(node: SyntaxNode, tree: SyntaxTree): Assertion | null {
  const condition = node.children.find(({ isNamed, type }) => isNamed && type !== 'comment')
  if (!condition) return null
  const said = textOf(condition, tree)
  const operands = condition.type === 'comparison_operator' ? condition.children.filter(({ isNamed }) => isNamed) : []
  const isWeak =
    /\bis\s+not\s+None$/.test(said) ||
    /^(?:callable|hasattr)\s*\(/.test(said) ||
    (operands.length === 2 && /==|\bis\b/.test(said) && isOneTwice(operands, tree))
  return { node, subjects: [condition], isWeak }
}

function expectsError(node: SyntaxNode, tree: SyntaxTree): Assertion | null {
  const body = childOf(node, 'body')
  const head = tree.text.slice(node.startIndex, body?.startIndex ?? node.endIndex)
  return body && /\b(?:raises|warns|assertRaises\w*|assertWarns\w*|assertLogs)\s*\(/.test(head)
    ? { node, subjects: [body], isWeak: false }
    : null
}
