import type { SyntaxNode } from '../syntax/parse.ts'
import { type Mutator, type Replacement, type Source, textOf } from './mutator.ts'

const lists: ReadonlySet<string> = new Set(['arguments', 'argument_list'])
/** Named or spread, they do not mean their place. */
const unplaced = /keyword_argument|splat|spread|variadic/

/** The first two arguments of a call, in each other's place. */
export const swappedArguments: Mutator = {
  name: 'SwappedArguments',
  mutate(node, source) {
    if (!lists.has(node.type)) return []
    const [first, second] = node.children.filter(({ isNamed, type }) => isNamed && !/comment/.test(type))
    if (!first || !second || unplaced.test(first.type) || unplaced.test(second.type)) return []
    return isSwapVisible(first, second, source) ? [swap(first, second, source)] : []
  },
}

/** Two equal texts are nothing to swap, and a value with a function beside it is a mistake that anybody sees. */
function isSwapVisible(first: SyntaxNode, second: SyntaxNode, source: Source): boolean {
  const isFunction = ({ type }: SyntaxNode) => /function|lambda|closure|func_literal/.test(type)
  return textOf(first, source) !== textOf(second, source) && isFunction(first) === isFunction(second)
}

const swap = (first: SyntaxNode, second: SyntaxNode, source: Source): Replacement => ({
  startIndex: first.startIndex,
  endIndex: second.endIndex,
  text: textOf(second, source) + source.text.slice(first.endIndex, second.startIndex) + textOf(first, source),
})
