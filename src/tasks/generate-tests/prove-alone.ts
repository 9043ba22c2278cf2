import { languageOf } from '../../syntax/language.ts'
import { parse, type SyntaxNode, type SyntaxTree } from '../../syntax/parse.ts'
import { indexLines } from '../../syntax/line-index.ts'
import { childOf, walk } from '../../syntax/walk.ts'

interface Edit {
  at: number
  remove: number
  insert: string
}

/**
 * A test file in which only the tests on these lines are left to be executed: the others are skipped, or are no tests any more, and all that
 * they share stays. So many files can be run at once, and each new test is still on its own. Unchanged where the text cannot be read.
 */
export async function onlyTestsOn(lines: readonly number[], text: string, path: string): Promise<string> {
  const language = languageOf(path, text)
  const tree = language && (await parse(text, language))
  if (!tree) return text
  const added = new Set(lines)
  const { lineAt } = indexLines(text)
  const holdsAdded = ({ startIndex, endIndex }: SyntaxNode) => {
    for (let line = lineAt(startIndex); line <= lineAt(Math.max(startIndex, endIndex - 1)); line++) if (added.has(line)) return true
    return false
  }
  const edits = new Map<number, Edit>()
  walk(tree.root, {
    enter(node) {
      const edit = switchOff(node, tree, holdsAdded)
      if (edit) edits.set(edit.at, edit)
      return true
    },
  })
  const inOrder = [...edits.values()].toSorted((a, b) => b.at - a.at)
  return inOrder.reduce((now, { at, remove, insert }) => now.slice(0, at) + insert + now.slice(at + remove), text)
}

type HoldsAdded = (node: SyntaxNode) => boolean

function switchOff(node: SyntaxNode, tree: SyntaxTree, holdsAdded: HoldsAdded): Edit | null {
  const { language } = tree
  if (node.type === 'call_expression' && isScript(language)) return skipCall(node, tree, holdsAdded)
  if (node.type === 'function_definition' && language === 'python') return renamed(node, tree, { holdsAdded, isTest: /^test/ })
  if (node.type === 'function_declaration' && language === 'go')
    return renamed(node, tree, { holdsAdded, isTest: /^(?:Test(?!Main$)|Example|Fuzz|Benchmark)/ })
  if (language === 'rust')
    return withoutMark(node, tree, { holdsAdded, isMark: /^#\[\s*(?:\w+\s*::\s*)*test\b/, instead: '#[allow(dead_code)]' })
  if (language === 'java')
    return withoutMark(node, tree, { holdsAdded, isMark: /^@(?:\w+\.)*(?:Test|ParameterizedTest|RepeatedTest)\b/, instead: '' })
  return null
}

const isScript = (language: SyntaxTree['language']) => language === 'javascript' || language === 'typescript' || language === 'tsx'

const textOf = (node: SyntaxNode | undefined, { text }: SyntaxTree) => (node ? text.slice(node.startIndex, node.endIndex) : '')

/** `it('…')`, `test.each(…)('…')`: `.skip` behind the name, which every runner knows there. */
function skipCall(node: SyntaxNode, tree: SyntaxTree, holdsAdded: HoldsAdded): Edit | null {
  if (holdsAdded(node)) return null
  let callee = childOf(node, 'function')
  let member = ''
  while (callee && (callee.type === 'member_expression' || callee.type === 'call_expression')) {
    if (callee.type === 'member_expression') member = textOf(childOf(callee, 'property'), tree)
    callee = childOf(callee, callee.type === 'member_expression' ? 'object' : 'function')
  }
  if (callee?.type !== 'identifier' || !/^(?:it|test|specify)$/.test(textOf(callee, tree))) return null
  return /^(?:skip|todo|only)$/.test(member) ? null : { at: callee.endIndex, remove: 0, insert: '.skip' }
}

/** Pytest and Go find tests by their names. A fixture may have such a name, too. */
function renamed(node: SyntaxNode, tree: SyntaxTree, { holdsAdded, isTest }: { holdsAdded: HoldsAdded; isTest: RegExp }): Edit | null {
  const name = childOf(node, 'name')
  if (!name || !isTest.test(textOf(name, tree)) || holdsAdded(node)) return null
  const decorated = node.parent?.type === 'decorated_definition' ? node.parent : null
  const isFixture = decorated?.children.some((child) => child.type === 'decorator' && /\bfixture\b/.test(textOf(child, tree)))
  return isFixture ? null : { at: name.startIndex, remove: 0, insert: 'off' }
}

interface Mark {
  holdsAdded: HoldsAdded
  isMark: RegExp
  instead: string
}

function withoutMark(node: SyntaxNode, tree: SyntaxTree, { holdsAdded, isMark, instead }: Mark): Edit | null {
  const isAttribute = node.type === 'attribute_item' || node.type === 'marker_annotation' || node.type === 'annotation'
  if (!isAttribute || !isMark.test(textOf(node, tree))) return null
  const marked = node.type === 'attribute_item' ? followingItem(node) : node.parent?.parent
  if (!marked || holdsAdded(marked)) return null
  return { at: node.startIndex, remove: node.endIndex - node.startIndex, insert: instead }
}

/** In Rust, attributes stand before what they are for. */
function followingItem({ parent, position }: SyntaxNode): SyntaxNode | undefined {
  return parent?.children.slice(position + 1).find(({ type }) => type === 'function_item' || type === 'mod_item')
}
