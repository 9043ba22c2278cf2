import type { SyntaxNode } from '../../../syntax/parse.ts'
import { walk } from '../../../syntax/walk.ts'
import { replacement, type TextEdit } from './text-edits.ts'

const used = new Set(['identifier', 'shorthand_property_identifier', 'type_identifier'])
const declaring = new Set(['formal_parameters', 'object_pattern', 'array_pattern', 'catch_clause', 'rest_pattern', 'for_in_statement'])
const patterns = new Set(['shorthand_property_identifier_pattern', 'object_assignment_pattern'])

/** Names that a text uses and does not declare anywhere: what it expects of others. */
export function freeNames(root: SyntaxNode, text: string): ReadonlySet<string> {
  const [uses, declared] = [new Set<string>(), new Set<string>()]
  walk(root, {
    enter(node) {
      const name = text.slice(node.startIndex, node.endIndex)
      if (patterns.has(node.type)) declared.add(name)
      else if (used.has(node.type)) (isDeclared(node) ? declared : uses).add(name)
      return true
    },
  })
  return new Set([...uses].filter((name) => !declared.has(name)))
}

function isDeclared({ field, parent, type }: SyntaxNode): boolean {
  if (!parent || type === 'shorthand_property_identifier') return false
  if (parent.type === 'import_clause' || parent.type === 'import_specifier' || parent.type === 'namespace_import') return true
  if (field === 'name') return true
  if (field === 'parameter' || field === 'alias') return true
  if (field === 'pattern' || (field === 'left' && parent.type === 'for_in_statement')) return true
  return declaring.has(parent.type) && field !== 'right' && field !== 'body' && parent.type !== 'for_in_statement'
}

/** Names that a module has at its top level, imports included. */
export function topLevelNames(root: SyntaxNode, text: string): ReadonlySet<string> {
  const names = new Set<string>()
  walk(root, {
    enter(node) {
      const isName = node.type === 'identifier' || node.type === 'type_identifier' || patterns.has(node.type)
      if (isName && (isDeclared(node) || patterns.has(node.type))) names.add(text.slice(node.startIndex, node.endIndex))
      return !node.type.endsWith('statement_block') && !node.type.endsWith('_body') && node.type !== 'formal_parameters'
    },
  })
  return names
}

/** Every place where a name stands for a binding, renamed. */
export function renaming(root: SyntaxNode, text: string, names: ReadonlyMap<string, string>): TextEdit[] {
  const edits: TextEdit[] = []
  walk(root, {
    enter(node) {
      const name = text.slice(node.startIndex, node.endIndex)
      const renamed = names.get(name)
      if (renamed === undefined) return true
      if (node.type === 'identifier' || node.type === 'type_identifier') edits.push(replacement(node, renamed))
      if (node.type.startsWith('shorthand_property_identifier')) edits.push(replacement(node, `${name}: ${renamed}`))
      return true
    },
  })
  return edits
}
