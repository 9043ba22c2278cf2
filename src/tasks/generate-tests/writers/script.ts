import { languageOf } from '../../../syntax/language.ts'
import { parse, type SyntaxNode, type SyntaxTree } from '../../../syntax/parse.ts'
import { childOf, walk } from '../../../syntax/walk.ts'
import { parsed } from './parsed.ts'
import { frameworkBindings } from './script-framework.ts'
import { type Binding, type ImportStatement, scriptExports, scriptImports } from './script-bindings.ts'
import { type Ending, endingOf, mendedSpecifier, resolveModule, specifierFor } from './script-modules.ts'
import { freeNames, renaming, topLevelNames } from './script-names.ts'
import { importEdits, type ImportStyle, importStyle, renderImports } from './script-render.ts'
import { placeIn } from './script-place.ts'
import { isInside, scriptTests, suites } from './script-tests.ts'
import { applyEdits, newFile, removal, replacement, type TextEdit } from './text-edits.ts'
import { freshName } from './fresh-name.ts'
import { noTest, type Site, type Unwritable, type Writer, type Written } from './writer.ts'

/** A file that is there, and what it has. */
interface Module {
  path: string
  tree: SyntaxTree
  statements: readonly ImportStatement[]
}

interface Surroundings {
  site: Site
  /** The test file; null: it is made. */
  file: Module | null
  example: Module | null
  style: ImportStyle
  ending: Ending
}

/** Writes a test of JavaScript or TypeScript into its file. */
export const writeScript: Writer = async (code, site) => {
  const around = await surroundingsOf(site)
  const answer = await parsed(code, site.path)
  if ('filter' in answer) return answer
  const single = await reparsed(answer, onlyOneTest(answer, { file: around.file, taken: site.taken }), site)
  if (single === null) return noTest("it('says what is true', () => { … })")
  if ('filter' in single) return single
  const { tree, needed } = await bound(single, around)
  if ('filter' in tree) return tree
  const source = await moduleOf(site.target.path, site.target.source)
  const names = source ? [...scriptExports(source.tree.root, source.tree.text).keys()] : []
  const others = new Set(names.filter((name) => !site.target.name.split('.').includes(name)))
  return inPlace(tree, needed, { ...around, others })
}

async function surroundingsOf(site: Site): Promise<Surroundings> {
  const file = site.text === null ? null : await moduleOf(site.path, site.text)
  const example = site.example && site.example.path !== site.path ? await moduleOf(site.example.path, site.example.text) : null
  const model = file ?? example
  const neighbours = [file, example].flatMap((module) => (module ? [{ path: module.path, modules: modulesOf(module) }] : []))
  const style = importStyle(model?.statements ?? [], model?.tree.text ?? '')
  return { site, file, example, style, ending: endingOf(neighbours, site) }
}

const modulesOf = ({ statements }: Module) => statements.flatMap(({ bindings }) => bindings.map(({ module }) => module))

async function moduleOf(path: string, text: string): Promise<Module | null> {
  const language = languageOf(path)
  const tree = language && (await parse(text, language))
  return tree ? { path, tree, statements: scriptImports(tree.root, text) } : null
}

/** Leaves the first test and what is around it; one whose name is there already gets another. Null: there is none. */
function onlyOneTest(
  { root, text }: SyntaxTree,
  { file, taken }: Pick<Surroundings, 'file'> & { taken: Site['taken'] },
): TextEdit[] | null {
  const all = scriptTests(root, text)
  const first = all.find(({ kind }) => kind === 'test')
  if (!first) return null
  const others = all.filter(({ statement }) => !isInside(first.statement, statement) && !isInside(statement, first.statement))
  const outermost = others.filter(
    ({ statement }) => !others.some((other) => other.statement !== statement && isInside(statement, other.statement)),
  )
  const names = new Set([...taken, ...(file ? scriptTests(file.tree.root, file.tree.text).map(({ title }) => title) : [])])
  const title = freshName(first.title, names, (name, number) => `${name} (${number})`)
  const { titleNode } = first
  return [
    ...outermost.map(({ statement }) => removal(statement, text)),
    ...(titleNode && title !== first.title
      ? [{ startIndex: titleNode.startIndex + 1, endIndex: titleNode.endIndex - 1, text: title }]
      : []),
  ]
}

async function reparsed(tree: SyntaxTree, edits: readonly TextEdit[] | null, site: Site): Promise<SyntaxTree | Unwritable | null> {
  if (edits === null) return null
  return edits.length === 0 ? tree : parsed(applyEdits(tree.text, edits).text, site.path)
}

/** Gives the test its imports: those of the answer, mended, and those that were forgotten. What is left of the answer has none. */
async function bound(answer: SyntaxTree, around: Surroundings): Promise<{ tree: SyntaxTree | Unwritable; needed: readonly Binding[] }> {
  const { site, file, ending } = around
  const statements = scriptImports(answer.root, answer.text)
  const mended = statements
    .flatMap(({ bindings }) => bindings)
    .filter(({ local }) => local === '' || local === 'React' || uses(answer, local, statements))
    .map((binding) => ({ ...binding, module: mendedSpecifier(binding.module, site, ending) }))
  const wanted = [...mended, ...(await forgotten(answer, mended, around))]
  const { needed, renamed } = file ? besides(wanted, file, { site, answer }) : { needed: wanted, renamed: new Map<string, string>() }
  const imports = statements.map(({ node }) => node)
  const outside = (edit: TextEdit) => !imports.some((node) => edit.startIndex >= node.startIndex && edit.endIndex <= node.endIndex)
  const edits = [
    ...imports.map((node) => replacement(node, '')),
    ...[...renaming(answer.root, answer.text, renamed), ...specifierEdits(answer, { site, ending })].filter(outside),
  ]
  return { tree: await parsed(applyEdits(answer.text, edits).text, site.path), needed }
}

/** What only the tests used that were left out is not imported. */
function uses({ root, text }: SyntaxTree, name: string, statements: readonly ImportStatement[]): boolean {
  let found = false
  walk(root, {
    enter(node) {
      if (statements.some((statement) => statement.node === node)) return false
      if (/identifier/.test(node.type) && text.slice(node.startIndex, node.endIndex) === name) found = true
      return !found
    },
  })
  return found
}

/** What the test uses and nobody brings: functions of the framework, and what the module under test exports. */
async function forgotten({ root, text }: SyntaxTree, known: readonly Binding[], { site, file, example, ending, style }: Surroundings) {
  const there = new Set([...known.map(({ local }) => local), ...(file ? topLevelNames(file.tree.root, file.tree.text) : [])])
  const free = [...freeNames(root, text)].filter((name) => !there.has(name))
  const source = await moduleOf(site.target.path, site.target.source)
  const exported = source ? scriptExports(source.tree.root, source.tree.text) : new Map<string, string>()
  const module = known.find((binding) => resolveModule(binding.module, site) === site.target.path)?.module
  const own = free.flatMap((name): Binding[] => {
    const imported = exported.get(name)
    if (imported === undefined) return []
    return [{ module: module ?? specifierFor(site.target.path, site.path, ending), imported, local: name, isType: false }]
  })
  const neighbours = [file, example].flatMap((one) => one ?? [])
  const brought = frameworkBindings(
    free.filter((name) => !exported.has(name)),
    {
      runner: site.runner,
      kind: style.kind,
      neighbours: neighbours.map(({ statements }) => statements.flatMap(({ bindings }) => bindings)),
    },
  )
  return [...brought, ...own]
}

/** What a file has already is not brought again, and a name that means something else there gets another one here. */
function besides(wanted: readonly Binding[], { tree, statements }: Module, { site, answer }: { site: Site; answer: SyntaxTree }) {
  const existing = statements.flatMap(({ bindings }) => bindings)
  const names = topLevelNames(tree.root, tree.text)
  const same = (one: Binding, other: Binding) =>
    one.imported === other.imported && (one.module === other.module || isSameModule(one.module, other.module, site))
  const renamed = new Map<string, string>()
  const needed: Binding[] = []
  const taken = new Set([...names, ...wanted.map(({ local }) => local)])
  for (const binding of wanted) {
    const known = existing.find((other) => same(binding, other))
    if (known) {
      if (known.local !== binding.local) renamed.set(binding.local, known.local)
      continue
    }
    const local =
      binding.local !== '' && names.has(binding.local)
        ? freshName(binding.local, taken, (name, number) => `${name}${number}`)
        : binding.local
    if (local !== binding.local) renamed.set(binding.local, local)
    taken.add(local)
    const alike = existing.find(({ module }) => isSameModule(module, binding.module, site))
    needed.push({ ...binding, local, module: alike?.module ?? binding.module })
  }
  for (const name of helperNames(answer))
    if (names.has(name) && !renamed.has(name))
      renamed.set(
        name,
        freshName(name, taken, (own, number) => `${own}${number}`),
      )
  return { needed, renamed }
}

/** Values and functions beside the test. Imports are no business of theirs. */
function helperNames({ root, text }: SyntaxTree): string[] {
  const statements = root.children.filter(({ type }) => type.endsWith('declaration'))
  const imports = new Set(scriptImports(root, text).map(({ node }) => node))
  return statements
    .filter((node) => !imports.has(node))
    .flatMap((node) => [node, ...node.children])
    .flatMap((node) => childOf(node, 'name') ?? [])
    .map((name) => text.slice(name.startIndex, name.endIndex))
}

function isSameModule(one: string, other: string, site: Site): boolean {
  if (one.replace(/^node:/, '') === other.replace(/^node:/, '')) return true
  const file = resolveModule(one, site)
  return file !== null && file === resolveModule(other, site)
}

const loading = new Set([
  'import',
  'require',
  'vi.mock',
  'vi.doMock',
  'vi.importActual',
  'jest.mock',
  'jest.doMock',
  'jest.requireActual',
  'vi.unmock',
])

/** Modules that the test itself loads or replaces. */
function specifierEdits({ root, text }: SyntaxTree, { site, ending }: Pick<Surroundings, 'site' | 'ending'>): TextEdit[] {
  const edits: TextEdit[] = []
  walk(root, {
    enter(node) {
      if (node.type !== 'call_expression') return true
      const name = childOf(node, 'function')
      const literal = childOf(node, 'arguments')?.children.find(({ type }) => type === 'string')
      if (!name || !literal || !loading.has(text.slice(name.startIndex, name.endIndex))) return true
      const inner = { startIndex: literal.startIndex + 1, endIndex: literal.endIndex - 1 }
      const specifier = text.slice(inner.startIndex, inner.endIndex)
      const mended = mendedSpecifier(specifier, site, ending)
      if (mended !== specifier) edits.push({ ...inner, text: mended })
      return true
    },
  })
  return edits
}

function inPlace(
  tree: SyntaxTree,
  needed: readonly Binding[],
  { site, file, style, others }: Surroundings & { others: ReadonlySet<string> },
): Written | Unwritable {
  const first = scriptTests(tree.root, tree.text).find(({ kind }) => kind === 'test')
  if (!first) return noTest("it('says what is true', () => { … })")
  const test = tree.text.slice(bodyStart(tree.root), tree.root.endIndex).trim()
  const imports = renderImports(needed, style).join('\n')
  if (file === null) {
    const text = `${imports}${imports === '' ? '' : '\n\n'}${test}\n`
    return { test, names: [first.title], ...newFile(text) }
  }
  const placed = placeIn(file.tree, { answer: tree, about: site.target.name, others, end: style.end })
  // A suite that the file has already is not brought again.
  const inserted = placed.map((edit) => edit.text).join('')
  const used = needed.filter(({ local }) => !suites.has(local) || inserted.includes(`${local}(`))
  const edits = [...importEdits(used, { text: file.tree.text, statements: file.statements, style }), ...placed]
  return { test, names: [first.title], ...applyEdits(file.tree.text, edits) }
}

const bodyStart = ({ children }: SyntaxNode) => children[0]?.startIndex ?? 0
