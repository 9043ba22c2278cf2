import type { SyntaxNode, SyntaxTree } from '../../../syntax/parse.ts'
import { childOf, walk } from '../../../syntax/walk.ts'
import { textOf } from './assertion.ts'
import { isFamiliarImport, isFamiliarName } from './familiar-names.ts'

/**
 * Which parts of a test may depend on the code under test. A name is taken for independent only where everything that it comes from is
 * seen: a literal, the language, the framework, a mock of the test's own. What the code under test is handed depends on it from then on.
 */
export function dependenceIn(tree: SyntaxTree): (node: SyntaxNode) => boolean {
  const declared = declarationsIn(tree)
  const clean = new Set(declared.keys())
  const isDependent = (node: SyntaxNode) =>
    namesIn(node, tree).some((name) => !clean.has(name) && !isFamiliarName(name, tree.language)) || loadsModule(node, tree)
  for (const name of familiarImports(tree)) {
    if (!declared.has(name)) declared.set(name, [])
    clean.add(name)
  }
  const calls = callsIn(tree)
  for (let size = -1; size !== clean.size; ) {
    size = clean.size
    for (const [name, values] of declared) if (values.some(isDependent)) clean.delete(name)
    for (const { callee, handed } of calls) {
      if (callee && isDependent(callee)) for (const name of reachedFrom(namesIn(handed, tree), declared, tree)) clean.delete(name)
    }
  }
  return isDependent
}

/** `await import('./price.js')`, `require('./price.js')`. */
function loadsModule(root: SyntaxNode, tree: SyntaxTree): boolean {
  let isOne = false
  walk(root, {
    enter(node) {
      if (isOne || node.type !== 'call_expression') return !isOne
      const callee = childOf(node, 'function')
      if (callee?.type === 'import' || textOf(callee, tree) === 'require') isOne = !isFamiliarImport(textOf(node, tree), tree.language)
      return !isOne
    },
  })
  return isOne
}

/** Names, and those that the functions among them use. */
function reachedFrom(names: readonly string[], declared: ReadonlyMap<string, readonly SyntaxNode[]>, tree: SyntaxTree): Set<string> {
  const reached = new Set(names)
  for (const name of reached) for (const value of declared.get(name) ?? []) for (const inner of namesIn(value, tree)) reached.add(inner)
  return reached
}

const nameTypes: ReadonlySet<string> = new Set(['identifier', 'shorthand_property_identifier', 'type_identifier'])

/** Names that stand for values: not those of members, and not those of arguments. */
function namesIn(root: SyntaxNode, tree: SyntaxTree): string[] {
  const names: string[] = []
  walk(root, {
    enter(node) {
      if (nameTypes.has(node.type) && !isMemberName(node, tree)) names.push(textOf(node, tree))
      return true
    },
  })
  return names
}

function isMemberName(node: SyntaxNode, { text }: SyntaxTree): boolean {
  const { parent, field } = node
  if (parent?.type === 'attribute') return field === 'attribute'
  if (parent?.type === 'keyword_argument') return field === 'name'
  if (parent?.type === 'method_invocation') return field === 'name' && childOf(parent, 'object') !== undefined
  // The text of a macro is no tree.
  return parent?.type === 'token_tree' && text[node.startIndex - 1] === '.' && text[node.startIndex - 2] !== '.'
}

const declaringFields: Readonly<Record<string, readonly [name: string, value: string]>> = {
  variable_declarator: ['name', 'value'],
  assignment_expression: ['left', 'right'],
  assignment: ['left', 'right'],
  short_var_declaration: ['left', 'right'],
  assignment_statement: ['left', 'right'],
  var_spec: ['name', 'value'],
  const_spec: ['name', 'value'],
  let_declaration: ['pattern', 'value'],
  for_in_statement: ['left', 'right'],
  for_statement: ['left', 'right'],
  for_in_clause: ['left', 'right'],
  range_clause: ['left', 'right'],
  function_declaration: ['name', 'body'],
  function_definition: ['name', 'body'],
  function_item: ['name', 'body'],
}

/** What names are given, everywhere in the text; of several, all count. */
function declarationsIn(tree: SyntaxTree): Map<string, SyntaxNode[]> {
  const declared = new Map<string, SyntaxNode[]>()
  walk(tree.root, {
    enter(node) {
      const [nameField, valueField] = declaringFields[node.type] ?? []
      const pattern = nameField === undefined ? undefined : childOf(node, nameField)
      if (pattern && valueField !== undefined) {
        const value = childOf(node, valueField)
        for (const name of namesIn(pattern, tree)) declared.set(name, [...(declared.get(name) ?? []), ...(value ? [value] : [])])
      }
      return true
    },
  })
  return declared
}

/** Names that are imported from a framework, or from the language itself. */
function familiarImports(tree: SyntaxTree): string[] {
  const names: string[] = []
  walk(tree.root, {
    enter(node) {
      if (!/^(?:import_statement|import_from_statement|import_declaration|use_declaration)$/.test(node.type)) return true
      if (isFamiliarImport(textOf(node, tree), tree.language)) names.push(...namesIn(node, tree))
      return false
    },
  })
  return names
}

function callsIn(tree: SyntaxTree): { callee: SyntaxNode | undefined; handed: SyntaxNode }[] {
  const calls: { callee: SyntaxNode | undefined; handed: SyntaxNode }[] = []
  walk(tree.root, {
    enter(node) {
      const handed = childOf(node, 'arguments')
      const callee = childOf(node, 'function') ?? childOf(node, 'constructor') ?? childOf(node, 'name')
      // What asserts only looks at what it is handed.
      if (handed && !/(?:^|\.)(?:assert\w*|expect|verify)$/.test(textOf(callee, tree))) calls.push({ callee, handed })
      return true
    },
  })
  return calls
}
