import type { SyntaxNode, SyntaxTree } from '../../../syntax/parse.ts'
import { childOf } from '../../../syntax/walk.ts'
import { argumentsOf, type Assertion, isOneTwice, textOf } from './assertion.ts'

/** `expect(…).matcher(…)` of Jest, Vitest and Chai, `assert…(…)` of Node and Chai, and `value.should…`. */
export function assertionInScript(node: SyntaxNode, tree: SyntaxTree): Assertion | null {
  if (node.type === 'member_expression' && textOf(childOf(node, 'property'), tree) === 'should')
    return { node, subjects: [node], isWeak: false }
  if (node.type !== 'call_expression') return null
  const callee = childOf(node, 'function')
  const args = argumentsOf(childOf(node, 'arguments'))
  if (callee?.type === 'identifier' && textOf(callee, tree) === 'expect') return expected(node, args, tree)
  const said = textOf(callee, tree)
  if (!/^(?:\w+\.)?assert(?:\.\w+)*$/.test(said)) return null
  const matcher = said.split('.').at(-1) ?? ''
  const isAbsence = /^not(?:Strict|Deep|DeepStrict)?Equal$/.test(matcher) && isNothing(args[1], tree)
  const isWeak = isAbsence || /^(?:exists|isDefined|isNotNull)$/.test(matcher) || isOneTwice(args, tree) || isPresence(args[0], tree)
  return { node, subjects: args, isWeak }
}

/** Follows the chain behind `expect(…)` to its last call. */
function expected(call: SyntaxNode, [actual]: readonly SyntaxNode[], tree: SyntaxTree): Assertion | null {
  const words: string[] = []
  let args: readonly SyntaxNode[] = []
  let at = call
  for (let next = at.parent; next; next = next.parent) {
    if (next.type === 'member_expression' && at.field === 'object') words.push(textOf(childOf(next, 'property'), tree))
    else if (next.type === 'call_expression' && at.field === 'function') args = argumentsOf(childOf(next, 'arguments'))
    else break
    at = next
  }
  const matcher = words.at(-1)
  if (matcher === undefined || actual === undefined) return null
  const isNegated = words.includes('not')
  const isWeak =
    /^(?:toBeDefined|exist|toBeFunction)$/.test(matcher) ||
    (isNegated && /^(?:toBeUndefined|toBeNull|undefined|null)$/.test(matcher)) ||
    (isNegated && isNothing(args[0], tree)) ||
    (!isNegated && isOneTwice([actual, ...args], tree)) ||
    isPresence(actual, tree)
  return { node: at, subjects: [actual, ...args], isWeak }
}

const isNothing = (node: SyntaxNode | undefined, tree: SyntaxTree) => /^(?:null|undefined)$/.test(textOf(node, tree))

/** `typeof price`, `price !== undefined`: it is there. */
function isPresence(node: SyntaxNode | undefined, tree: SyntaxTree): boolean {
  return /^typeof\s+[\w.]+(?:\s*===?\s*['"]function['"])?$|^[\w.]+\s*!==?\s*(?:null|undefined)$/.test(textOf(node, tree).trim())
}
