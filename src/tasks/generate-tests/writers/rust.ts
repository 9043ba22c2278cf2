import { parse, type SyntaxNode, type SyntaxTree } from '../../../syntax/parse.ts'
import { childOf } from '../../../syntax/walk.ts'
import { byUnderscore, freshName } from './fresh-name.ts'
import { indentAt, reindented } from './indent.ts'
import { parsed } from './parsed.ts'
import { applyEdits, insertion, newFile, replacement, type TextEdit } from './text-edits.ts'
import { noTest, type Unwritable, type Writer, type Written } from './writer.ts'

const form = '#[test] fn says_what_is_true() { … }'

/** Items with their attributes and comments, and whether they are tests. */
interface Item {
  nodes: readonly SyntaxNode[]
  item: SyntaxNode
  isTest: boolean
}

/** Writes a test of Rust into its module: `mod tests` of the source, or a file below `tests/`. */
export const writeRust: Writer = async (code, site) => {
  const answer = await parsed(code, site.path)
  if ('filter' in answer) return answer
  const file = site.text === null ? null : await parse(site.text, 'rust')
  const all = itemsOf(testsModule(answer)?.body.children ?? answer.root.children, answer.text)
  const first = all.find(({ isTest }) => isTest)
  const nameNode = first && childOf(first.item, 'name')
  if (!nameNode) return noTest(form)
  const name = answer.text.slice(nameNode.startIndex, nameNode.endIndex)
  const home = file && testsModule(file)
  const there = file ? itemsOf(home?.body.children ?? file.root.children, file.text) : []
  const taken = new Set([...site.taken, ...there.map(({ item }) => nameOf(item, file?.text ?? ''))])
  const fresh = freshName(name, taken, byUnderscore)
  const renamed = fresh === name ? answer : await parsed(applyEdits(answer.text, [replacement(nameNode, fresh)]).text, site.path)
  if ('filter' in renamed) return renamed
  return inPlace(renamed, { file, name: fresh, isSource: site.path === site.target.path })
}

const nameOf = (node: SyntaxNode, text: string) => {
  const name = childOf(node, 'name')
  return name ? text.slice(name.startIndex, name.endIndex) : ''
}

function itemsOf(children: readonly SyntaxNode[], text: string): Item[] {
  const items: Item[] = []
  let lead: SyntaxNode[] = []
  for (const node of children.filter(({ isNamed }) => isNamed)) {
    if (node.type === 'attribute_item' || /comment/.test(node.type)) {
      lead.push(node)
      continue
    }
    const isTest =
      node.type === 'function_item' &&
      lead.some(({ startIndex, endIndex }) => /^#\[(?:\w+::)*(?:test|rstest)\b/.test(text.slice(startIndex, endIndex)))
    items.push({ nodes: [...lead, node], item: node, isTest })
    lead = []
  }
  return items
}

function testsModule({ root, text }: SyntaxTree): { module: SyntaxNode; body: SyntaxNode } | null {
  const module = root.children.find((node) => node.type === 'mod_item' && /^tests?$/.test(nameOf(node, text)))
  const body = module && childOf(module, 'body')
  return module && body ? { module, body } : null
}

interface Placing {
  file: SyntaxTree | null
  name: string
  /** Whether the test file is the source itself. */
  isSource: boolean
}

function inPlace(answer: SyntaxTree, { file, name, isSource }: Placing): Written | Unwritable {
  const all = itemsOf(testsModule(answer)?.body.children ?? answer.root.children, answer.text)
  const first = all.find(({ isTest }) => isTest)
  if (!first) return noTest(form)
  const uses = all
    .filter(({ item }) => item.type === 'use_declaration')
    .map(({ item }) => answer.text.slice(item.startIndex, item.endIndex))
  const parts = (indent: string, known: ReadonlySet<string>) =>
    all
      .filter(
        (part) => part === first || (!part.isTest && part.item.type !== 'use_declaration' && !known.has(nameOf(part.item, answer.text))),
      )
      .map(({ nodes }) => reindented(nodes, answer, indent))
      .join('\n\n')
  const test = reindented(first.nodes, answer, '')
  const home = file && testsModule(file)
  if (file && home) {
    const known = new Set(
      itemsOf(home.body.children, file.text)
        .map(({ item }) => nameOf(item, file.text))
        .filter((own) => own !== ''),
    )
    const indent = `${indentAt(file.text, home.module.startIndex)}    `
    const close = home.body.endIndex - 1
    const end = file.text.slice(0, close).trimEnd().length
    const body: TextEdit = {
      startIndex: end,
      endIndex: close,
      text: `\n\n${parts(indent, known)}\n${indentAt(file.text, home.module.startIndex)}`,
    }
    return { test, names: [name], ...applyEdits(file.text, [...useEdits(uses, home.body, { text: file.text, indent }), body]) }
  }
  if (!isSource) {
    const known = new Set(file ? itemsOf(file.root.children, file.text).map(({ item }) => nameOf(item, file.text)) : [])
    const body = parts('', known)
    if (file === null) return { test, names: [name], ...newFile(`${uses.join('\n')}${uses.length > 0 ? '\n\n' : ''}${body}\n`) }
    const end: TextEdit = { startIndex: file.text.trimEnd().length, endIndex: file.text.length, text: `\n\n${body}\n` }
    return { test, names: [name], ...applyEdits(file.text, [...useEdits(uses, file.root, { text: file.text, indent: '' }), end]) }
  }
  const lines = [...new Set(['use super::*;', ...uses.filter((use) => !/\b(?:crate|super)\b/.test(use))])].map((use) => `    ${use}`)
  const module = `#[cfg(test)]\nmod tests {\n${lines.join('\n')}\n\n${parts('    ', new Set())}\n}\n`
  const end = file?.text.trimEnd().length ?? 0
  return {
    test,
    names: [name],
    ...applyEdits(file?.text ?? '', [{ startIndex: end, endIndex: file?.text.length ?? 0, text: `\n\n${module}` }]),
  }
}

/** Uses that a scope does not have yet, behind the last one. */
function useEdits(uses: readonly string[], scope: SyntaxNode, { text, indent }: { text: string; indent: string }): TextEdit[] {
  const there = scope.children.filter(({ type }) => type === 'use_declaration')
  const folded = (use: string) => use.replaceAll(/\s+/g, '')
  const known = new Set(there.map(({ startIndex, endIndex }) => folded(text.slice(startIndex, endIndex))))
  const hasAll = known.has('usesuper::*;')
  const fresh = uses.filter((use) => !known.has(folded(use)) && !(hasAll && /^use\s+(?:super|crate)\b/.test(use)))
  if (fresh.length === 0) return []
  const last = there.at(-1)
  if (last) return [insertion(last.endIndex, fresh.map((use) => `\n${indent}${use}`).join(''))]
  const start = scope.children[0]?.type === '{' ? (scope.children[0]?.endIndex ?? 0) : scope.startIndex
  return [insertion(start, start === 0 ? `${fresh.join('\n')}\n\n` : fresh.map((use) => `\n${indent}${use}`).join(''))]
}
