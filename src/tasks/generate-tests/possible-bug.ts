import type { PossibleBug } from '../../domain/generated-tests.ts'
import { languageOf } from '../../syntax/language.ts'
import { indexLines } from '../../syntax/line-index.ts'
import { parse, type SyntaxTree } from '../../syntax/parse.ts'
import { childOf, walk } from '../../syntax/walk.ts'
import type { ExecutedTest } from '../../test-runners/test-runner.ts'
import { textOf } from './assertions/assertion.ts'
import { isImportFailure } from './failure.ts'
import type { Candidate } from './target.ts'

/**
 * An assertion that fails because two values differ, in a test that calls what it was written for, may be right where the code is wrong.
 * Null for every other failure: an import, a mistake of types, a call that does not exist.
 */
export async function possibleBugIn(candidate: Candidate, { failure }: Pick<ExecutedTest, 'failure'>): Promise<PossibleBug | null> {
  const values = isImportFailure(failure) ? null : differingValues(failure)
  if (!values || values.expected === values.received) return null
  const input = await callIn(candidate)
  if (input === null) return null
  const { target, test } = candidate
  return { target: target.name, path: target.path, line: target.startLine, test, input, ...values }
}

interface Values {
  expected: string
  received: string
}

/** How the runners and libraries say that one value was expected and another was there. */
const forms: readonly { pattern: RegExp; received: number; expected: number }[] = [
  { pattern: /^\s*Expected: (.+)\n\s*Received: (.+)$/m, expected: 1, received: 2 },
  {
    pattern: /AssertionError: expected (.+?) to (?:be|equal|deeply equal|strictly equal|loosely equal|have [\w ]+?of) (.+?)(?: \/\/.*)?$/m,
    received: 1,
    expected: 2,
  },
  { pattern: /Expected values to be (?:strictly |loosely )?(?:deep-)?equal:\s+(.+?) !==? (.+)$/m, received: 1, expected: 2 },
  { pattern: /^E?\s*(?:AssertionError: )?assert (.+?) == (.+)$/m, received: 1, expected: 2 },
  { pattern: /AssertionError: (.+?) != (.+?)(?: : .*)?$/m, received: 1, expected: 2 },
  { pattern: /\bexpected: (.+)\n\s*actual\s*: (.+)$/m, expected: 1, received: 2 },
  { pattern: /\bleft: (.+)\n\s*right: (.+)$/m, received: 1, expected: 2 },
  { pattern: /expected:\s*<(.*?)> but was:\s*<(.*?)>/, expected: 1, received: 2 },
  { pattern: /\bgot:? (.+?)[,;]? (?:want|wanted|expected):? (.+)$/im, received: 1, expected: 2 },
  { pattern: /\b(?:want|wanted|expected):? (.+?)[,;]? (?:but )?got:? (.+)$/im, expected: 1, received: 2 },
]

/** The two values that an assertion compared; null where it did not compare. */
export function differingValues(failure: string): Values | null {
  for (const { pattern, expected, received } of forms) {
    const match = pattern.exec(failure.slice(0, 4_000))
    const [now, wanted] = [match?.[received]?.trim(), match?.[expected]?.trim()]
    if (now !== undefined && wanted !== undefined) return { expected: wanted.slice(0, 300), received: now.slice(0, 300) }
  }
  return null
}

/** The call of the target, as the test writes it; null where it makes none. */
async function callIn({ text, placement, addedLines, target }: Candidate): Promise<string | null> {
  const language = languageOf(placement.path, text)
  const tree = language && (await parse(text, language))
  if (!tree) return null
  const symbol = target.name.split(/[.#:]/).at(-1) ?? target.name
  const added = new Set(addedLines)
  const { lineAt } = indexLines(text)
  let call: string | null = null
  walk(tree.root, {
    enter(node) {
      if (call !== null) return false
      if (!/call|invocation|new_expression|object_creation/.test(node.type) || !added.has(lineAt(node.startIndex))) return true
      if (calledName(node, tree) === symbol) call = textOf(node, tree).slice(0, 500)
      return call === null
    },
  })
  return call ?? (language === 'rust' ? callInMacro(addedLines.map((line) => text.split('\n')[line - 1] ?? '').join('\n'), symbol) : null)
}

/** What stands in a macro is no tree of the grammar: the brackets behind the name are counted. */
function callInMacro(text: string, symbol: string): string | null {
  const start = /^\w+$/.test(symbol) ? text.search(new RegExp(`\\b${symbol}\\(`)) : -1
  if (start < 0) return null
  let depth = 0
  for (let at = start + symbol.length; at < text.length; at++) {
    if (text[at] === '(') depth++
    else if (text[at] === ')' && --depth === 0) return text.slice(start, at + 1).slice(0, 500)
  }
  return null
}

function calledName(node: SyntaxTree['root'], tree: SyntaxTree): string {
  const callee = childOf(node, 'function') ?? childOf(node, 'constructor') ?? childOf(node, 'name') ?? childOf(node, 'type')
  return (
    textOf(callee, tree)
      .split(/::|[.#]/)
      .at(-1) ?? ''
  )
}
