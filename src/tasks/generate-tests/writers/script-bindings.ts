import type { SyntaxNode } from '../../../syntax/parse.ts'
import { childOf, walk } from '../../../syntax/walk.ts'

/** One name that a module brings into a file. */
export interface Binding {
  module: string
  /** `default`, `*`, a name; empty: the module is only loaded. */
  imported: string
  local: string
  isType: boolean
}

export interface ImportStatement {
  node: SyntaxNode
  kind: 'import' | 'require'
  bindings: readonly Binding[]
  /** What stands between the braces, where there are some to which a name can be added. */
  named: SyntaxNode | null
}

/** The imports at the top level of a module, in their order. */
export function scriptImports(root: SyntaxNode, text: string): ImportStatement[] {
  return root.children.flatMap((node) => (node.type === 'import_statement' ? [imported(node, text)] : (required(node, text) ?? [])))
}

const textOf = (node: SyntaxNode | undefined, text: string) => (node ? text.slice(node.startIndex, node.endIndex) : '')
const unquoted = (node: SyntaxNode | undefined, text: string) => textOf(node, text).slice(1, -1)

function imported(node: SyntaxNode, text: string): ImportStatement {
  const module = unquoted(childOf(node, 'source'), text)
  const isType = node.children.some(({ type }) => type === 'type')
  const parts = node.children.find(({ type }) => type === 'import_clause')?.children ?? []
  const named = parts.find(({ type }) => type === 'named_imports') ?? null
  const bindings = parts.flatMap((part): Binding[] => {
    if (part.type === 'identifier') return [{ module, imported: 'default', local: textOf(part, text), isType }]
    if (part.type === 'namespace_import') return [{ module, imported: '*', local: textOf(part.children.at(-1), text), isType }]
    return part.type === 'named_imports' ? part.children.flatMap((item) => specifier(item, { module, isType, text })) : []
  })
  const all = bindings.length > 0 || named ? bindings : [{ module, imported: '', local: '', isType: false }]
  return { node, kind: 'import', bindings: all, named: isType ? null : named }
}

function specifier(node: SyntaxNode, { module, isType, text }: { module: string; isType: boolean; text: string }): Binding[] {
  if (node.type !== 'import_specifier') return []
  const name = textOf(childOf(node, 'name'), text)
  const local = textOf(childOf(node, 'alias'), text) || name
  return [{ module, imported: name, local, isType: isType || node.children.some(({ type }) => type === 'type') }]
}

/** `const x = require('…')` and `const { a, b: c } = require('…')`. */
function required(node: SyntaxNode, text: string): ImportStatement[] | null {
  if (node.type !== 'lexical_declaration' && node.type !== 'variable_declaration') return null
  const declarators = node.children.filter(({ type }) => type === 'variable_declarator')
  const [only] = declarators
  if (!only || declarators.length > 1) return null
  const call = childOf(only, 'value')
  const module = call?.type === 'call_expression' && textOf(childOf(call, 'function'), text) === 'require' ? stringIn(call, text) : null
  const name = childOf(only, 'name')
  if (module === null || !name) return null
  const bindings =
    name.type === 'identifier' ? [{ module, imported: 'default', local: textOf(name, text), isType: false }] : inPattern(name, module, text)
  return [{ node, kind: 'require', bindings, named: name.type === 'object_pattern' ? name : null }]
}

function stringIn(call: SyntaxNode, text: string): string | null {
  const [argument] = childOf(call, 'arguments')?.children.filter(({ isNamed }) => isNamed) ?? []
  return argument?.type === 'string' ? unquoted(argument, text) : null
}

function inPattern(pattern: SyntaxNode, module: string, text: string): Binding[] {
  return pattern.children.flatMap((item) => {
    if (item.type === 'shorthand_property_identifier_pattern') {
      const name = textOf(item, text)
      return [{ module, imported: name, local: name, isType: false }]
    }
    if (item.type !== 'pair_pattern') return []
    return [{ module, imported: textOf(childOf(item, 'key'), text), local: textOf(childOf(item, 'value'), text), isType: false }]
  })
}

/** What a module exports, by the name it has inside: the name it has outside, `default` where it has none. */
export function scriptExports(root: SyntaxNode, text: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const node of root.children) {
    if (node.type === 'export_statement') readExport(node, text, names)
    const assigned = node.type === 'expression_statement' ? node.children[0] : undefined
    if (assigned?.type !== 'assignment_expression') continue
    const left = textOf(childOf(assigned, 'left'), text)
    const right = childOf(assigned, 'right')
    if (left === 'module.exports' && right?.type === 'object') for (const name of keysOf(right, text)) names.set(name, name)
    if (left === 'module.exports' && right?.type === 'identifier') names.set(textOf(right, text), 'default')
    const member = /^(?:module\.)?exports\.(\w+)$/.exec(left)?.[1]
    if (member !== undefined) names.set(member, member)
  }
  return names
}

const keysOf = (object: SyntaxNode, text: string) =>
  object.children.flatMap((item) => {
    if (item.type === 'shorthand_property_identifier') return [textOf(item, text)]
    return item.type === 'pair' || item.type === 'method_definition' ? [textOf(childOf(item, 'key') ?? childOf(item, 'name'), text)] : []
  })

function readExport(statement: SyntaxNode, text: string, names: Map<string, string>): void {
  const isDefault = statement.children.some(({ type }) => type === 'default')
  const declaration = childOf(statement, 'declaration') ?? childOf(statement, 'value')
  if (isDefault) {
    const name = declaration && (declaration.type === 'identifier' ? declaration : childOf(declaration, 'name'))
    if (name) names.set(textOf(name, text), 'default')
    return
  }
  walk(statement, {
    enter(node) {
      if (node.type === 'export_specifier')
        names.set(textOf(childOf(node, 'name'), text), textOf(childOf(node, 'alias') ?? childOf(node, 'name'), text))
      const isNamed = node.parent === statement || node.parent?.parent === statement
      const name = isNamed && node.field !== 'source' ? childOf(node, 'name') : undefined
      if (name && node.type !== 'export_specifier') names.set(textOf(name, text), textOf(name, text))
      return (
        node === statement || node.type === 'export_clause' || node.type === 'lexical_declaration' || node.type === 'variable_declaration'
      )
    },
  })
}
