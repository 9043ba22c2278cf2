import type { SyntaxNode, SyntaxTree } from '../../../syntax/parse.ts'
import { indentAt, reindented } from './indent.ts'
import { calledIn, hooks, type ScriptTest, scriptTests } from './script-tests.ts'
import { insertion, type TextEdit } from './text-edits.ts'

interface Placing {
  /** The answer without its imports. */
  answer: SyntaxTree
  /** The name of the target, with its containers. */
  about: string
  /** What else the source has: a suite that is called so is about something else. */
  others: ReadonlySet<string>
  /** What ends a statement. */
  end: string
}

/** Puts a test where the file has those of the same thing: into the suite that is about it, else behind everything. */
export function placeIn(file: SyntaxTree, placing: Placing): TextEdit[] {
  const body = placing.answer.root.children
  const wrapper = soleSuite(body, placing.answer)
  const suite = suiteFor(file, { wrapper, ...placing })
  const isBare = wrapper?.block && unwraps(wrapper, { suite, file, answer: placing.answer })
  const inner = isBare && wrapper.block ? [body.slice(0, body.indexOf(wrapper.statement)), statements(wrapper.block)] : [body]
  if (!suite?.block) {
    const isApart = wrapper === null && isInSuites(file)
    return [insertion(file.text.trimEnd().length, `\n\n${standing(inner, { ...placing, isApart }, '')}`), ...finalNewline(file.text)]
  }
  const last = statements(suite.block).at(-1)
  const outer = indentAt(file.text, suite.statement.startIndex)
  const indent = last ? indentAt(file.text, last.startIndex) : `${outer}  `
  const text = standing(inner, { ...placing, isApart: false }, indent)
  // Before the brace, so that a comment behind the last test stays there.
  const close = suite.block.endIndex - 1
  const end = file.text.slice(0, close).trimEnd().length
  return [{ startIndex: end, endIndex: close, text: `${last ? '\n\n' : '\n'}${text}\n${outer}` }]
}

const finalNewline = (text: string) => (text.endsWith('\n') ? [] : [insertion(text.length, '\n')])

const statements = (block: SyntaxNode) => block.children.filter(({ isNamed }) => isNamed)

/** The one suite that an answer consists of, apart from comments and declarations before it. */
function soleSuite(body: readonly SyntaxNode[], { root, text }: SyntaxTree): ScriptTest | null {
  const [only, ...more] = body.filter(({ type }) => !/comment|empty_statement|declaration/.test(type))
  if (only !== body.findLast(({ type }) => !/comment|empty_statement/.test(type))) return null
  if (!only || more.length > 0) return null
  return scriptTests(root, text).find(({ kind, statement }) => kind === 'suite' && statement === only) ?? null
}

function suiteFor(
  file: SyntaxTree,
  { wrapper, about, others }: Pick<Placing, 'about' | 'others'> & { wrapper: ScriptTest | null },
): ScriptTest | null {
  const suites = scriptTests(file.root, file.text).filter(({ kind, block }) => kind === 'suite' && block !== null)
  const names = about.split('.').toReversed()
  const named = (title: string) => names.findIndex((name) => title === name || title.startsWith(`${name}(`) || title.endsWith(`.${name}`))
  const [best] = suites
    .map((suite) => ({ suite, rank: suite.title === wrapper?.title ? -1 : named(suite.title) }))
    .filter(({ suite, rank }) => rank >= 0 || suite.title === wrapper?.title)
    .toSorted((a, b) => a.rank - b.rank)
  if (best) return best.suite
  const top = scriptTests(file.root, file.text).filter(({ statement }) => statement.parent === file.root)
  const [only] = top
  return top.length === 1 && only?.kind === 'suite' && only.block && !others.has(only.title.replace(/\(.*$/s, '')) ? only : null
}

/** A suite around a single test says nothing that the file does not say already. */
function unwraps(
  wrapper: ScriptTest,
  { suite, file, answer }: { suite: ScriptTest | null; file: SyntaxTree; answer: SyntaxTree },
): boolean {
  const inner = wrapper.block ? statements(wrapper.block) : []
  if (inner.some((statement) => hooks.has(calledIn(statement, answer.text)))) return false
  if (suite) return suite.title === wrapper.title || inner.length === 1
  const isFlat = scriptTests(file.root, file.text).some(({ kind, statement }) => kind === 'test' && statement.parent === file.root)
  return isFlat && inner.length === 1
}

/** Whether every test of a file is in a suite. */
function isInSuites({ root, text }: SyntaxTree): boolean {
  const top = scriptTests(root, text).filter(({ statement }) => statement.parent === root)
  return top.length > 0 && top.every(({ kind }) => kind === 'suite')
}

/** Set-up of a test must not be that of all the others, and where each has its suite, this one gets one. */
function standing(
  parts: readonly (readonly SyntaxNode[])[],
  { answer, about, end, isApart }: Placing & { isApart: boolean },
  indent: string,
): string {
  const filled = parts.filter((part) => part.length > 0)
  const at = (depth: string) => filled.map((part) => reindented(part, answer, depth)).join('\n')
  if (!isApart && !filled.flat().some((node) => hooks.has(calledIn(node, answer.text)))) return at(indent)
  const inner = at(`${indent}  `)
  const quote = answer.text.includes('"') && !answer.text.includes("'") ? '"' : "'"
  return `${indent}describe(${quote}${about}${quote}, () => {\n${inner}\n${indent}})${end}`
}
