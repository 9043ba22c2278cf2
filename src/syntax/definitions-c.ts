import type { Definition, Place } from './definition.ts'
import type { SyntaxNode } from './parse.ts'
import type { SymbolKind } from './symbol.ts'
import { childOf } from './walk.ts'

const withBody: Readonly<Record<string, SymbolKind>> = {
  class_specifier: 'class',
  enum_specifier: 'enum',
  namespace_definition: 'module',
  struct_specifier: 'struct',
  union_specifier: 'struct',
}

const withName: Readonly<Record<string, SymbolKind>> = {
  alias_declaration: 'type',
  concept_definition: 'type',
  preproc_def: 'macro',
  preproc_function_def: 'macro',
}

/** What a node of C or C++ defines. A declarator may wrap the name many times: `int *(*name)(void)`. */
export function definitionInC(node: SyntaxNode, place: Place): Definition | null {
  const { text } = place.tree
  const name = childOf(node, 'name')
  const plainKind = own(withName, node.type) ?? (childOf(node, 'body') ? own(withBody, node.type) : undefined)
  if (plainKind) return name ? { name: text.slice(name.startIndex, name.endIndex), kind: plainKind } : null
  if (node.type === 'type_definition') return declared(node, 'type', place)
  if (node.type === 'function_definition') return declared(node, isClass(place.holder) ? 'method' : 'function', place)
  const isMember = node.type === 'field_declaration'
  if (!isMember && (node.type !== 'declaration' || node.parent?.type === 'compound_statement')) return null
  if (hasParameters(node)) return declared(node, isClass(place.holder) ? 'method' : 'function', place)
  if (place.holder !== null && place.holder !== 'module') return isMember ? declared(node, 'property', place) : null
  const isConstant = /\bconst(?:expr)?\b/.test(text.slice(node.startIndex, node.startIndex + 200).split('=')[0] ?? '')
  return declared(node, isConstant ? 'constant' : 'variable', place)
}

function declared(node: SyntaxNode, kind: SymbolKind, { tree }: Place): Definition | null {
  const end = declaratorsOf(node).at(-1)
  if (!end) return null
  const segments = tree.text
    .slice(end.startIndex, end.endIndex)
    .split('::')
    .map((segment) => segment.replace(/<.*$/s, '').trim())
  const name = segments.pop()
  if (!name || name.length > 200 || name.includes('\n')) return null
  const owners = segments.filter((segment) => segment !== '')
  return owners.length === 0 ? { name, kind } : { name, kind: kind === 'function' ? 'method' : kind, owners }
}

const wrappers =
  /^(?:init|function|pointer|reference|array|parenthesized|attributed)_declarator$|^abstract_|^structured_binding|^bitfield|^operator_cast$/

/** From the outermost declarator to the name itself. */
function declaratorsOf(node: SyntaxNode): readonly SyntaxNode[] {
  const declarators: SyntaxNode[] = []
  let at = childOf(node, 'declarator')
  while (at && declarators.length < 50) {
    declarators.push(at)
    if (!wrappers.test(at.type)) break
    const { children }: SyntaxNode = at
    at = childOf(at, 'declarator') ?? children.find(({ type }) => /declarator$|identifier$/.test(type))
  }
  return declarators
}

function hasParameters(node: SyntaxNode): boolean {
  return declaratorsOf(node).some(({ type }) => type === 'function_declarator')
}

const isClass = (holder: SymbolKind | null) => holder === 'class' || holder === 'struct'

function own(table: Readonly<Record<string, SymbolKind>>, key: string): SymbolKind | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
