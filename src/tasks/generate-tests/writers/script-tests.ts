import type { SyntaxNode } from '../../../syntax/parse.ts'
import { childOf, walk } from '../../../syntax/walk.ts'

/** A call such as `describe(…)` or `it(…)`, as a statement of its own. */
export interface ScriptTest {
  kind: 'suite' | 'test'
  statement: SyntaxNode
  /** The literal with its title; null where it is computed. */
  titleNode: SyntaxNode | null
  title: string
  /** What it consists of; null for a test without a body. */
  block: SyntaxNode | null
}

export const suites: ReadonlySet<string> = new Set(['describe', 'context', 'suite', 'fdescribe', 'xdescribe'])
const tests = new Set(['it', 'test', 'specify', 'fit', 'xit', 'xtest'])
export const hooks: ReadonlySet<string> = new Set(['beforeEach', 'afterEach', 'beforeAll', 'afterAll', 'before', 'after'])

/** All suites and tests below a node, in the order of the text, also those inside of others. */
export function scriptTests(root: SyntaxNode, text: string): ScriptTest[] {
  const found: ScriptTest[] = []
  walk(root, {
    enter(node) {
      const name = node.type === 'expression_statement' ? calledIn(node, text) : ''
      const kind = suites.has(name) ? 'suite' : tests.has(name) ? 'test' : null
      if (kind !== null) found.push(describeCall(node, kind, text))
      return true
    },
  })
  return found
}

/** `it` for `it.each([…])('…', …)` and its like; empty where the statement is no call by a name. */
export function calledIn(statement: SyntaxNode, text: string): string {
  let node: SyntaxNode | undefined = callOf(statement)
  if (node?.type !== 'call_expression') return ''
  while (node && node.type !== 'identifier') node = childOf(node, 'function') ?? childOf(node, 'object')
  return node ? text.slice(node.startIndex, node.endIndex) : ''
}

function callOf(statement: SyntaxNode): SyntaxNode | undefined {
  const [first] = statement.children
  return first?.type === 'await_expression' ? first.children.find(({ type }) => type === 'call_expression') : first
}

function describeCall(statement: SyntaxNode, kind: ScriptTest['kind'], text: string): ScriptTest {
  const call = callOf(statement)
  const given = (call && childOf(call, 'arguments')?.children.filter(({ isNamed, type }) => isNamed && type !== 'comment')) ?? []
  const [first] = given
  const titleNode = first && isPlainText(first) ? first : null
  const body = given.findLast(({ type }) => type === 'arrow_function' || type === 'function_expression')
  const block = body && childOf(body, 'body')
  return {
    kind,
    statement,
    titleNode,
    title: titleNode ? text.slice(titleNode.startIndex + 1, titleNode.endIndex - 1) : '',
    block: block?.type === 'statement_block' ? block : null,
  }
}

const isPlainText = ({ type, children }: SyntaxNode) =>
  type === 'string' || (type === 'template_string' && !children.some((child) => child.type === 'template_substitution'))

/** Whether one node lies in another. */
export const isInside = (inner: SyntaxNode, outer: SyntaxNode) => inner.startIndex >= outer.startIndex && inner.endIndex <= outer.endIndex
