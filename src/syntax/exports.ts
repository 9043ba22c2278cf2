import type { SyntaxNode, SyntaxTree } from './parse.ts'
import type { SymbolKind } from './symbol.ts'
import { outermost } from './declaration.ts'
import { walk } from './walk.ts'

interface Named {
  name: string
  kind: SymbolKind
  containers: readonly string[]
}

/** Tells whether other files can use a definition, by the rules of the language; null where it has none. */
export function exportReader(tree: SyntaxTree): (node: SyntaxNode, named: Named) => boolean | null {
  const { language, text } = tree
  if (language === 'javascript' || language === 'typescript' || language === 'tsx') return scriptReader(tree)
  const has = (node: SyntaxNode, pattern: RegExp) => outermost(node).children.some((child) => pattern.test(wordOf(child, text)))
  if (language === 'go') return (_node, { name }) => /^\p{Lu}/u.test(name)
  if (language === 'rust') return (node) => node.children.some(({ type }) => type === 'visibility_modifier')
  if (language === 'java' || language === 'c-sharp') return (node) => has(node, /\bpublic\b/)
  if (language === 'php') return (node, { containers }) => (containers.length === 0 ? null : !has(node, /^(?:private|protected)\b/))
  return () => null
}

function wordOf({ type, startIndex, endIndex }: SyntaxNode, text: string): string {
  return /modifier/.test(type) ? text.slice(startIndex, Math.min(endIndex, startIndex + 500)) : ''
}

function scriptReader(tree: SyntaxTree): (node: SyntaxNode, named: Named) => boolean | null {
  const listed = listedNames(tree)
  return (node, { name, kind, containers }) => {
    if (kind === 'method' || kind === 'property' || containers.length > 0) return null
    const outer = outermost(node)
    if (outer.type === 'export_statement' || outer.parent?.type === 'export_statement') return true
    if (outer.parent?.parent?.type === 'export_statement') return true
    return listed.has(name) || /^(?:module\.)?exports\b/.test(tree.text.slice(outer.startIndex, outer.startIndex + 20))
  }
}

/** What `export { a, b as c }` and `export default a` name. */
function listedNames({ root, text }: SyntaxTree): ReadonlySet<string> {
  const names = new Set<string>()
  for (const statement of root.children) {
    if (statement.type !== 'export_statement') continue
    walk(statement, {
      enter(node) {
        const isListed = node.field === 'name' && node.parent?.type === 'export_specifier'
        if (isListed || (node.field === 'value' && node.parent === statement)) names.add(text.slice(node.startIndex, node.endIndex))
        return node === statement || node.type === 'export_clause' || node.type === 'export_specifier'
      },
    })
  }
  return names
}
