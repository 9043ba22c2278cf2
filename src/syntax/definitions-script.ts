import type { Definition, Place } from './definition.ts'
import type { SyntaxNode } from './parse.ts'
import type { SymbolKind } from './symbol.ts'
import { childOf } from './walk.ts'

const plain: Readonly<Record<string, SymbolKind>> = {
  abstract_class_declaration: 'class',
  class_declaration: 'class',
  enum_declaration: 'enum',
  function_declaration: 'function',
  function_signature: 'function',
  generator_function_declaration: 'function',
  interface_declaration: 'interface',
  internal_module: 'module',
  method_definition: 'method',
  module: 'module',
  type_alias_declaration: 'type',
}

const memberSignatures = new Set(['method_signature', 'abstract_method_signature'])
const functions = new Set(['arrow_function', 'function_expression', 'function', 'generator_function'])
const modules = new Set(['program', 'export_statement', 'ambient_declaration'])

/** What a node of JavaScript or TypeScript defines. Functions count wherever they have a name, values only at the level of the module. */
export function definitionInScript(node: SyntaxNode, place: Place): Definition | null {
  const textOf = (part: SyntaxNode | undefined) => (part ? place.tree.text.slice(part.startIndex, part.endIndex) : '')
  const name = textOf(childOf(node, 'name') ?? childOf(node, 'property')).replaceAll(/^(['"])(.*)\1$/g, '$2')
  const kind = Object.hasOwn(plain, node.type) ? plain[node.type] : undefined
  if (kind) return defined(name, kind) ?? (node.parent?.type === 'export_statement' ? { name: 'default', kind } : null)
  if (memberSignatures.has(node.type)) return node.parent?.type.endsWith('_body') ? defined(name, 'method') : null
  if (node.type === 'public_field_definition' || node.type === 'field_definition')
    return defined(name, isFunction(childOf(node, 'value')) ? 'method' : 'property')
  if (node.type === 'variable_declarator') return definedVariable(node, textOf)
  if (node.type === 'pair') return hasFunctionBody(childOf(node, 'value')) ? definedMember(childOf(node, 'key'), textOf) : null
  if (node.type === 'assignment_expression') return definedAssignment(node, textOf)
  if (node.parent?.type !== 'export_statement') return null
  if (node.type === 'class') return { name: 'default', kind: 'class' }
  return functions.has(node.type) ? { name: 'default', kind: 'function' } : null
}

type TextOf = (node: SyntaxNode | undefined) => string

function definedVariable(node: SyntaxNode, textOf: TextOf): Definition | null {
  const name = childOf(node, 'name')
  if (name?.type !== 'identifier') return null
  const value = childOf(node, 'value')
  if (isFunction(value)) return defined(textOf(name), 'function')
  const statement = node.parent
  const isInModule = statement?.parent && (modules.has(statement.parent.type) || statement.parent.parent?.type === 'internal_module')
  if (!isInModule) return null
  if (value?.type === 'class') return defined(textOf(name), 'class')
  return defined(textOf(name), statement.children[0]?.type === 'const' ? 'constant' : 'variable')
}

function definedMember(key: SyntaxNode | undefined, textOf: TextOf): Definition | null {
  return key?.type === 'property_identifier' ? defined(textOf(key), 'method') : null
}

/** `exports.name = function …`, `Type.prototype.name = () => …`: how modules without `export` and classes without `class` are written. */
function definedAssignment(node: SyntaxNode, textOf: TextOf): Definition | null {
  const left = childOf(node, 'left')
  if (left?.type !== 'member_expression' || !isFunction(childOf(node, 'right'))) return null
  const owner = /^(\w+)\.prototype\./.exec(textOf(left))?.[1]
  const name = textOf(childOf(left, 'property'))
  return owner === undefined ? defined(name, 'function') : { name, kind: 'method', owners: [owner] }
}

const isFunction = (value: SyntaxNode | undefined) => value !== undefined && value.isNamed && functions.has(value.type)

/** An arrow function in one expression is a detail of the object that it is in. */
const hasFunctionBody = (value: SyntaxNode | undefined) =>
  isFunction(value) && value !== undefined && childOf(value, 'body')?.type === 'statement_block'

const defined = (name: string, kind: SymbolKind): Definition | null => (name === '' ? null : { name, kind })
