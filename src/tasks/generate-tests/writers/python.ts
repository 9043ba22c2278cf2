import { parse, type SyntaxNode, type SyntaxTree } from '../../../syntax/parse.ts'
import { symbolsOf } from '../../../syntax/symbols.ts'
import { childOf, walk } from '../../../syntax/walk.ts'
import { byUnderscore, freshName } from './fresh-name.ts'
import { indentAt, reindented } from './indent.ts'
import { parsed } from './parsed.ts'
import { mendedModule, type PythonBinding, pythonImportEdits, pythonImports, renderPythonImports, targetModule } from './python-imports.ts'
import { applyEdits, insertion, newFile, removal, replacement, type TextEdit } from './text-edits.ts'
import { noTest, type Site, type Unwritable, type Writer, type Written } from './writer.ts'

const form = 'def test_what_is_true(): …'

/** Writes a test of Python into its file. */
export const writePython: Writer = async (code, site) => {
  const answer = await parsed(code, site.path)
  if ('filter' in answer) return answer
  const file = site.text === null ? null : await parse(site.text, 'python')
  const single = onlyOneTest(answer)
  if (single === null) return noTest(form)
  const tree = single.length === 0 ? answer : await parsed(applyEdits(answer.text, single).text, site.path)
  if ('filter' in tree) return tree
  const renamed = renames(tree, { file, site })
  const needed = await bindingsOf(tree, { file, site })
  const imports = pythonImports(tree.root, tree.text).map(({ node }) => removal(node, tree.text))
  const body = await parsed(
    applyEdits(tree.text, [...renamed.filter((edit) => !isIn(edit, imports)), ...imports]).text.trimStart(),
    site.path,
  )
  return 'filter' in body ? body : inPlace(body, needed, { file })
}

const isIn = (edit: TextEdit, parts: readonly TextEdit[]) =>
  parts.some((part) => edit.startIndex >= part.startIndex && edit.endIndex <= part.endIndex)

const nameOf = (node: SyntaxNode, text: string) => {
  const name = childOf(bare(node), 'name')
  return name ? text.slice(name.startIndex, name.endIndex) : ''
}

/** A definition without its decorators. */
const bare = (node: SyntaxNode) => (node.type === 'decorated_definition' ? (childOf(node, 'definition') ?? node) : node)

const isFunction = (node: SyntaxNode, text: string) => bare(node).type === 'function_definition' && nameOf(node, text).startsWith('test')
const membersOf = (node: SyntaxNode) => childOf(bare(node), 'body')?.children ?? []
const isClass = (node: SyntaxNode, text: string) =>
  bare(node).type === 'class_definition' && membersOf(node).some((member) => isFunction(member, text))

/** Takes away all tests but the first one, and what only a script would do. Null: there is none. */
function onlyOneTest({ root, text }: SyntaxTree): TextEdit[] | null {
  const tests = root.children.filter((node) => isFunction(node, text) || isClass(node, text))
  const [first, ...others] = tests
  if (!first) return null
  const inside = isClass(first, text) ? membersOf(first).filter((member) => isFunction(member, text)) : []
  const scripted = root.children.filter(
    ({ type, startIndex, endIndex }) => type === 'if_statement' && /__name__/.test(text.slice(startIndex, endIndex)),
  )
  return [...others, ...inside.slice(1), ...scripted].map((node) => removal(node, text))
}

/** The first test, and the class that it is in. */
function testOf({ root, text }: SyntaxTree): { test: SyntaxNode; holder: SyntaxNode | null } | null {
  const top = root.children.find((node) => isFunction(node, text) || isClass(node, text))
  if (!top) return null
  if (isFunction(top, text)) return { test: top, holder: null }
  const test = membersOf(top).find((member) => isFunction(member, text))
  return test ? { test, holder: top } : null
}

/** Names that mean something else in the file already. */
function renames(tree: SyntaxTree, { file, site }: { file: SyntaxTree | null; site: Site }): TextEdit[] {
  const { root, text } = tree
  const found = testOf(tree)
  const taken = new Set([...site.taken, ...(file ? definedIn(file) : [])])
  const edits: TextEdit[] = []
  const name = found && childOf(bare(found.test), 'name')
  if (name) {
    const own = text.slice(name.startIndex, name.endIndex)
    const fresh = freshName(own, taken, byUnderscore)
    if (fresh !== own) edits.push(replacement(name, fresh))
  }
  const helpers = new Map<string, string>()
  const tops = file ? new Set(file.root.children.flatMap((node) => topNames(node, file.text))) : new Set<string>()
  for (const node of root.children.filter((child) => child !== found?.test && child !== found?.holder))
    for (const own of topNames(node, text))
      if (tops.has(own)) helpers.set(own, freshName(own, new Set([...tops, ...helpers.values()]), byUnderscore))
  if (helpers.size === 0) return edits
  walk(root, {
    enter(node) {
      const fresh =
        node.type === 'identifier' && node.field !== 'attribute' ? helpers.get(text.slice(node.startIndex, node.endIndex)) : undefined
      if (fresh !== undefined && !(node.field === 'name' && node.parent?.type === 'keyword_argument')) edits.push(replacement(node, fresh))
      return true
    },
  })
  return edits
}

function topNames(node: SyntaxNode, text: string): string[] {
  const definition = bare(node)
  if (definition.type === 'function_definition' || definition.type === 'class_definition') return [nameOf(node, text)]
  const assigned =
    node.type === 'expression_statement' && node.children[0]?.type === 'assignment' ? childOf(node.children[0], 'left') : undefined
  return assigned?.type === 'identifier' ? [text.slice(assigned.startIndex, assigned.endIndex)] : []
}

function definedIn({ root, text }: SyntaxTree): string[] {
  const names: string[] = []
  walk(root, {
    enter(node) {
      if (node.type === 'function_definition') names.push(nameOf(node, text))
      return true
    },
  })
  return names
}

/** What the test needs and its file does not import yet. */
async function bindingsOf({ root, text }: SyntaxTree, { file, site }: { file: SyntaxTree | null; site: Site }): Promise<PythonBinding[]> {
  const example = site.example ? await parse(site.example.text, 'python') : null
  const modulesOf = (tree: SyntaxTree) =>
    pythonImports(tree.root, tree.text).flatMap(({ bindings }) => bindings.map(({ module }) => module))
  const neighbours = [
    ...(file ? [{ path: site.path, modules: modulesOf(file) }] : []),
    ...(example && site.example ? [{ path: site.example.path, modules: modulesOf(example) }] : []),
  ]
  const module = targetModule(neighbours, site)
  const defined = new Set(
    (await symbolsOf(site.target.source, site.target.path)).filter(({ containers }) => containers.length === 0).map(({ name }) => name),
  )
  const used = usedNames(root, text)
  const own = pythonImports(root, text)
    .flatMap(({ bindings }) => bindings)
    .filter(({ local, module: from }) => local === '*' || from === '__future__' || used.has(local))
    .map((binding) => mendedModule(binding, module, { site, defined }))
  const there = file ? pythonImports(file.root, file.text).flatMap(({ bindings }) => bindings) : []
  const known = new Set([...own, ...there].map(({ local }) => local))
  const hasAll = [...own, ...there].some(({ imported, module: from }) => imported === '*' && from === module)
  const forgotten = [...used]
    .filter((name) => !known.has(name) && !hasAll && defined.has(name))
    .map((name): PythonBinding => ({ module, imported: name, local: name }))
  const pytest = used.has('pytest') && !known.has('pytest') ? [{ module: 'pytest', imported: null, local: 'pytest' }] : []
  const isThere = (binding: PythonBinding) =>
    there.some((other) => other.local === binding.local && other.module === binding.module && other.imported === binding.imported)
  const all = [...pytest, ...own, ...forgotten].filter((binding) => !isThere(binding))
  return [...new Map(all.map((binding) => [`${binding.module} ${binding.imported} ${binding.local}`, binding])).values()]
}

/** Names that stand for something of a module, and are not made here. */
function usedNames(root: SyntaxNode, text: string): ReadonlySet<string> {
  const [used, made] = [new Set<string>(), new Set<string>()]
  walk(root, {
    enter(node) {
      if (node.type.startsWith('import_')) return false
      if (node.type !== 'identifier' || node.field === 'attribute') return true
      const isMade =
        node.field === 'left' ||
        node.parent?.type === 'parameters' ||
        (node.field === 'name' && (node.parent?.type ?? '').endsWith('definition'))
      ;(isMade ? made : used).add(text.slice(node.startIndex, node.endIndex))
      return true
    },
  })
  return new Set([...used].filter((name) => !made.has(name)))
}

function inPlace(body: SyntaxTree, needed: readonly PythonBinding[], { file }: { file: SyntaxTree | null }): Written | Unwritable {
  const found = testOf(body)
  if (!found) return noTest(form)
  const test = body.text.trim()
  const names = [nameOf(found.test, body.text)]
  if (file === null) {
    const lines = renderPythonImports(needed)
    return { test, names, ...newFile(`${lines.join('\n')}${lines.length > 0 ? '\n\n\n' : ''}${test}\n`) }
  }
  const edits = [...pythonImportEdits(needed, file.root, file.text), ...placed(body, found, file)]
  return { test, names, ...applyEdits(file.text, edits) }
}

/** Into the class of the same name where the file has it, else behind everything. */
function placed(body: SyntaxTree, { test, holder }: { test: SyntaxNode; holder: SyntaxNode | null }, file: SyntaxTree): TextEdit[] {
  const name = holder ? nameOf(holder, body.text) : ''
  const same = file.root.children.find((node) => bare(node).type === 'class_definition' && name !== '' && nameOf(node, file.text) === name)
  const last = same && membersOf(same).at(-1)
  if (same && last && body.root.children.every((node) => node === holder)) {
    const members = holder ? membersOf(holder) : []
    const lone = members.length === 1 ? members : [test]
    return [
      insertion(file.text.slice(0, last.endIndex).trimEnd().length, `\n\n${reindented(lone, body, indentAt(file.text, last.startIndex))}`),
    ]
  }
  const end = file.text.trimEnd().length
  return [{ startIndex: end, endIndex: file.text.length, text: `${end === 0 ? '' : '\n\n\n'}${body.text.trim()}\n` }]
}
