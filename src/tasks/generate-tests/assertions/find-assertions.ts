import { indexLines } from '../../../syntax/line-index.ts'
import type { Language } from '../../../syntax/language.ts'
import type { SyntaxNode, SyntaxTree } from '../../../syntax/parse.ts'
import { childOf, walk } from '../../../syntax/walk.ts'
import { argumentsOf, type Assertion, type AssertionReader, textOf } from './assertion.ts'
import { assertionInGo, assertionInJava, assertionInRust, declaredFunctions } from './compiled.ts'
import { assertionInPython } from './python.ts'
import { assertionInScript } from './script.ts'

const readers: Readonly<Partial<Record<Language, AssertionReader>>> = {
  javascript: assertionInScript,
  typescript: assertionInScript,
  tsx: assertionInScript,
  python: assertionInPython,
  go: assertionInGo,
  rust: assertionInRust,
  java: assertionInJava,
}

/** Every assertion that begins on one of these lines. Null where assertions of the language are not known. */
export function findAssertions(tree: SyntaxTree, lines: readonly number[]): readonly Assertion[] | null {
  const read = readers[tree.language]
  if (!read) return null
  const wanted = new Set(lines)
  const { lineAt } = indexLines(tree.text)
  const helpers = declaredFunctions(tree)
  const assertions: Assertion[] = []
  walk(tree.root, {
    enter(node) {
      const assertion = wanted.has(lineAt(node.startIndex)) ? (read(node, tree) ?? throughHelper(node, tree, helpers)) : null
      if (assertion) assertions.push(assertion)
      return true
    },
  })
  return assertions
}

/** A function of the same file may be what asserts. */
function throughHelper(node: SyntaxNode, tree: SyntaxTree, helpers: ReadonlySet<string>): Assertion | null {
  if (node.type !== 'call_expression' && node.type !== 'call') return null
  const callee = childOf(node, 'function')
  if (callee?.type !== 'identifier') return null
  const name = textOf(callee, tree)
  const isOne = helpers.has(name) && /^(?:_?assert|expect|check|verify|should|ensure)/i.test(name)
  return isOne ? { node, subjects: argumentsOf(childOf(node, 'arguments')), isWeak: false } : null
}
