import { posix } from 'node:path'
import { parse, type SyntaxNode, type SyntaxTree } from '../../../syntax/parse.ts'
import { childOf, walk } from '../../../syntax/walk.ts'
import { freshName } from './fresh-name.ts'
import { qualified } from './go-qualified.ts'
import { parsed } from './parsed.ts'
import { applyEdits, insertion, newFile, removal, replacement, type TextEdit } from './text-edits.ts'
import { noTest, type Unwritable, type Writer, type Written } from './writer.ts'

interface GoImport {
  path: string
  /** As it is written, with its name where it has one. */
  text: string
  local: string
}

/** Packages of the standard library that tests use, by the name they have in code. */
const standard = ['bytes', 'context', 'errors', 'fmt', 'io', 'math', 'os', 'reflect', 'sort', 'strconv', 'strings', 'testing', 'time']
const form = 'func TestWhatIsTrue(t *testing.T) { … }'

/** Writes a test of Go into its file. */
export const writeGo: Writer = async (code, site) => {
  const answer = await parsed(code, site.path)
  if ('filter' in answer) return answer
  const file = site.text === null ? null : await parse(site.text, 'go')
  const [first, ...others] = answer.root.children.filter((node) => isTest(node, answer.text))
  if (!first) return noTest(form)
  const taken = new Set([...site.taken, ...(file ? namesIn(file) : [])])
  const name = nameOf(first, answer.text)
  const fresh = freshName(name, taken, (own, number) => `${own}${number}`)
  const nameNode = childOf(first, 'name')
  const head = answer.root.children.filter(({ type }) => type === 'package_clause' || type === 'import_declaration')
  const source = await parse(site.target.source, 'go')
  const own = source ? packageOf(source) : null
  const example =
    site.example && posix.dirname(site.example.path) === posix.dirname(site.path) ? await parse(site.example.text, 'go') : null
  const home = (file && packageOf(file)) ?? (isInternal(site.path) ? own : null) ?? (example && packageOf(example)) ?? own ?? 'main'
  // A test in a package beside that of the source reaches it by an import.
  const reached = [answer, file, example].flatMap((tree) => (tree ? importsIn(tree) : [])).find(({ local }) => local === own)
  const edits = [
    ...[...others, ...head].map((node) => removal(node, answer.text)),
    ...(nameNode && fresh !== name ? [replacement(nameNode, fresh)] : []),
    ...(own !== null && own === home ? unqualified(answer, own) : []),
    ...(source && reached && home === `${own}_test` ? qualified(answer, source, reached.local) : []),
  ]
  const body = await parsed(applyEdits(answer.text, edits).text.trim(), site.path)
  if ('filter' in body) return body
  const given = [...importsIn(answer), ...(reached && home !== own ? [reached] : [])].filter(({ local }) => local !== own || own !== home)
  const known = new Map(given.map((one) => [one.path, one]))
  return inPlace(body, { file, home, name: fresh, needed: needed(body, [...known.values()], file) })
}

/** A file that is called so has tests of what a package keeps to itself. */
const isInternal = (path: string) => path.endsWith('_internal_test.go')

const textOf = (node: SyntaxNode | undefined, text: string) => (node ? text.slice(node.startIndex, node.endIndex) : '')
const nameOf = (node: SyntaxNode, text: string) => textOf(childOf(node, 'name'), text)
const isTest = (node: SyntaxNode, text: string) => node.type === 'function_declaration' && nameOf(node, text).startsWith('Test')
const namesIn = ({ root, text }: SyntaxTree) => root.children.map((node) => nameOf(node, text)).filter((name) => name !== '')

function packageOf({ root, text }: SyntaxTree): string | null {
  const clause = root.children.find(({ type }) => type === 'package_clause')
  return clause ? textOf(clause.children.at(-1), text) : null
}

function importsIn({ root, text }: SyntaxTree): GoImport[] {
  const found: GoImport[] = []
  for (const declaration of root.children.filter(({ type }) => type === 'import_declaration'))
    walk(declaration, {
      enter(node) {
        if (node.type !== 'import_spec') return true
        const path = textOf(childOf(node, 'path'), text).slice(1, -1)
        const local =
          nameOf(node, text) ||
          (path
            .replace(/\/v\d+$/, '')
            .split('/')
            .at(-1) ??
            path)
        found.push({ path, text: textOf(node, text), local })
        return false
      },
    })
  return found
}

/** Imports that the test uses and the file lacks; one that nothing uses would not compile. */
function needed(body: SyntaxTree, given: readonly GoImport[], file: SyntaxTree | null): GoImport[] {
  const used = new Set<string>()
  walk(body.root, {
    enter(node) {
      if (node.type === 'package_identifier' || node.field === 'operand') used.add(textOf(node, body.text))
      return true
    },
  })
  const there = file ? importsIn(file) : []
  const known = new Set([...given, ...there].map(({ local }) => local))
  const forgotten = standard
    .filter((name) => used.has(name) && !known.has(name))
    .map((name) => ({ path: name, text: JSON.stringify(name), local: name }))
  const missing = [...given.filter(({ local }) => used.has(local) || local === '.' || local === '_'), ...forgotten]
  return missing.filter(({ path }) => !there.some((other) => other.path === path)).toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

/** Inside of a package its own name is not known. */
function unqualified({ root, text }: SyntaxTree, own: string): TextEdit[] {
  const edits: TextEdit[] = []
  walk(root, {
    enter(node) {
      const isOwn = (node.field === 'operand' || node.field === 'package') && textOf(node, text) === own
      const rest = node.parent?.children[node.position + 2]
      if (isOwn && rest) edits.push({ startIndex: node.startIndex, endIndex: rest.startIndex, text: '' })
      return true
    },
  })
  return edits
}

interface Placing {
  file: SyntaxTree | null
  home: string
  name: string
  needed: readonly GoImport[]
}

function inPlace(body: SyntaxTree, { file, home, name, needed: imports }: Placing): Written | Unwritable {
  const test = body.text
  const block = imports.length === 0 ? '' : `import (\n${imports.map(({ text }) => `\t${text}\n`).join('')})\n\n`
  if (file === null) return { test, names: [name], ...newFile(`package ${home}\n\n${block}${test}\n`) }
  const end = file.text.trimEnd().length
  const edits = [...importEdits(imports, file), { startIndex: end, endIndex: file.text.length, text: `\n\n${test}\n` }]
  return { test, names: [name], ...applyEdits(file.text, edits) }
}

function importEdits(imports: readonly GoImport[], { root, text }: SyntaxTree): TextEdit[] {
  if (imports.length === 0) return []
  const last = root.children.findLast(({ type }) => type === 'import_declaration')
  const list = last?.children.find(({ type }) => type === 'import_spec_list')
  const spec = list?.children.findLast(({ type }) => type === 'import_spec')
  if (spec) return [insertion(spec.endIndex, imports.map((one) => `\n\t${one.text}`).join(''))]
  const clause = last ?? root.children.find(({ type }) => type === 'package_clause')
  if (!clause) return []
  const end = text.slice(0, clause.endIndex).trimEnd().length
  return [insertion(end, `${last ? '' : '\n'}${imports.map((one) => `\nimport ${one.text}`).join('')}`)]
}
