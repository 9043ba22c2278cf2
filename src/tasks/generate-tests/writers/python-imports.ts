import { posix } from 'node:path'
import type { SyntaxNode } from '../../../syntax/parse.ts'
import { childOf } from '../../../syntax/walk.ts'
import { importsOf } from '../../../test-runners/imports.ts'
import { insertion, type TextEdit } from './text-edits.ts'
import type { Site } from './writer.ts'

/** A name that an import brings; `imported` is null for a whole module. */
export interface PythonBinding {
  module: string
  imported: string | null
  local: string
}

export interface PythonImport {
  node: SyntaxNode
  bindings: readonly PythonBinding[]
}

const textOf = (node: SyntaxNode | undefined, text: string) => (node ? text.slice(node.startIndex, node.endIndex) : '')

/** The imports at the top level of a module. */
export function pythonImports(root: SyntaxNode, text: string): PythonImport[] {
  return root.children.flatMap((node) => {
    if (node.type === 'import_statement') return [{ node, bindings: namesIn(node, text).map(plain) }]
    if (node.type !== 'import_from_statement' && node.type !== 'future_import_statement') return []
    const module = node.type === 'import_from_statement' ? textOf(childOf(node, 'module_name'), text) : '__future__'
    const named = namesIn(node, text).map(({ name, alias }) => ({ module, imported: name, local: alias ?? name }))
    const isAll = node.children.some(({ type }) => type === 'wildcard_import')
    return [{ node, bindings: isAll ? [{ module, imported: '*', local: '*' }] : named }]
  })
}

const namesIn = (node: SyntaxNode, text: string) =>
  node.children
    .filter(({ field }) => field === 'name')
    .map((item) => {
      const alias = childOf(item, 'alias')
      return { name: textOf(alias ? childOf(item, 'name') : item, text), alias: alias ? textOf(alias, text) : null }
    })

const plain = ({ name, alias }: { name: string; alias: string | null }): PythonBinding => ({
  module: name,
  imported: null,
  local: alias ?? name.split('.')[0] ?? name,
})

/** The file of a module; null for what is no part of the repository. */
function fileOfModule(module: string, { path, files }: Pick<Site, 'path' | 'files'>): string | null {
  const line = module.startsWith('.') ? `from ${module} import x` : `import ${module}`
  const found = importsOf(path, line, files)
  const name = module.replace(/^\.+/, '')
  return found.findLast((file) => name === '' || dotted(file) === name || dotted(file).endsWith(`.${name}`)) ?? null
}

const dotted = (path: string) => path.replace(/(?:\/__init__)?\.py$/, '').replaceAll('/', '.')

/** What tests of this repository call the module under test. */
export function targetModule(neighbours: readonly { path: string; modules: readonly string[] }[], { target, files }: Site): string {
  const own = dotted(target.path)
  for (const { path, modules } of neighbours) {
    for (const module of modules.filter((name) => !name.startsWith('.'))) {
      const file = fileOfModule(module, { path, files })
      if (file === null || /(?:^|\/)(?:test_[^/]*|[^/]*_test|conftest)\.py$/.test(file)) continue
      const folder = dotted(file).slice(0, dotted(file).length - module.length)
      if (own.startsWith(folder)) return own.slice(folder.length)
    }
  }
  let top = posix.dirname(target.path)
  while (top !== '.' && files.has(posix.join(top, '__init__.py'))) top = posix.dirname(top)
  return top === '.' ? own : own.slice(top.length + 1)
}

const placeholder = /^(?:your|my|the)?_?module(?:_?(?:under_?test|name))?$/

/** A module that leads somewhere: one that was guessed is that of the target. */
export function mendedModule(
  binding: PythonBinding,
  module: string,
  { site, defined }: { site: Site; defined: ReadonlySet<string> },
): PythonBinding {
  const file = fileOfModule(binding.module, site)
  if (file !== null) return { ...binding, module: withoutFolder(binding, file, { site, module }) }
  const last = binding.module.split('.').at(-1) ?? ''
  const stem = module.split('.').at(-1) ?? ''
  const isMeant =
    (last === stem || placeholder.test(last)) && (binding.imported === null || binding.imported === '*' || defined.has(binding.imported))
  if (!isMeant) return binding
  const isUnderOtherName = binding.imported === null && binding.local !== module.split('.')[0]
  // `import a as b` keeps its name; `import a.b` would bind `a`, which is used as `a.b`.
  return isUnderOtherName && module.includes('.')
    ? { module: module.slice(0, module.lastIndexOf('.')), imported: stem, local: binding.local }
    : { ...binding, module }
}

/** A module named by its path from the root, where those beside it are named from a folder such as `src`. */
function withoutFolder(
  { module, imported, local }: PythonBinding,
  file: string,
  { site, module: known }: { site: Site; module: string },
): string {
  const own = dotted(site.target.path)
  const folder = own.endsWith(`.${known}`) ? own.slice(0, own.length - known.length) : ''
  // `import src.a` is used as `src.a`, which would have to be another name everywhere.
  const isUsedByPath = imported === null && local === module.split('.')[0]
  return folder !== '' && !isUsedByPath && module.startsWith(folder) && dotted(file) === module ? module.slice(folder.length) : module
}

/** A line for each module. */
export function renderPythonImports(bindings: readonly PythonBinding[]): string[] {
  const whole = bindings.filter(({ imported }) => imported === null)
  const named = Map.groupBy(
    bindings.filter(({ imported }) => imported !== null),
    ({ module }) => module,
  )
  return [
    ...whole.map(({ module, local }) => (local === module.split('.')[0] ? `import ${module}` : `import ${module} as ${local}`)),
    ...[...named].map(([module, group]) => `from ${module} import ${group.map(nameText).join(', ')}`),
  ]
}

const nameText = ({ imported, local }: PythonBinding) => (imported === local ? local : `${imported ?? ''} as ${local}`)

/** Adds what a file does not import yet: to the line of the module where there is one, else behind the last import. */
export function pythonImportEdits(bindings: readonly PythonBinding[], root: SyntaxNode, text: string): TextEdit[] {
  const statements = pythonImports(root, text)
  const edits: TextEdit[] = []
  const rest: PythonBinding[] = []
  for (const [module, group] of Map.groupBy(bindings, (binding) => binding.module)) {
    const open = statements.find(({ bindings: own }) => own[0]?.module === module && own[0].imported !== null && own[0].imported !== '*')
    const named = open ? group.filter(({ imported }) => imported !== null && imported !== '*') : []
    rest.push(...group.filter((binding) => !named.includes(binding)))
    const last = open?.node.children.findLast(({ field }) => field === 'name')
    if (last && named.length > 0) edits.push(insertion(last.endIndex, `, ${named.map(nameText).join(', ')}`))
  }
  const lines = renderPythonImports(rest)
  if (lines.length === 0) return edits
  const [first] = root.children.filter(({ type }) => type !== 'comment')
  const isDocumented = first?.type === 'expression_statement' && first.children[0]?.type === 'string'
  const behind = statements.at(-1)?.node ?? (isDocumented ? first : undefined)
  const added = behind
    ? insertion(behind.endIndex, `${isDocumented && behind === first ? '\n\n' : '\n'}${lines.join('\n')}`)
    : insertion(first?.startIndex ?? 0, `${lines.join('\n')}\n\n\n`)
  return [...edits, added]
}
