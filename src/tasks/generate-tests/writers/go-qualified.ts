import type { SyntaxTree } from '../../../syntax/parse.ts'
import { childOf, walk } from '../../../syntax/walk.ts'
import { insertion, type TextEdit } from './text-edits.ts'

const declarations = /^(?:function_declaration|type_spec|type_alias|var_spec|const_spec)$/

/** What a package offers to others, of one of its files. */
function exportedBy({ root, text }: SyntaxTree): ReadonlySet<string> {
  const names = new Set<string>()
  walk(root, {
    enter(node) {
      if (declarations.test(node.type))
        for (const { field, startIndex, endIndex } of node.children) if (field === 'name') names.add(text.slice(startIndex, endIndex))
      return node.type !== 'block'
    },
  })
  return new Set([...names].filter((name) => /^\p{Lu}/u.test(name)))
}

/** From outside of a package, what it offers is called by its name. */
export function qualified({ root, text }: SyntaxTree, source: SyntaxTree, local: string): TextEdit[] {
  const exported = exportedBy(source)
  const edits: TextEdit[] = []
  walk(root, {
    enter(node) {
      const { parent } = node
      if (node.type === 'qualified_type' || node.type === 'import_declaration') return false
      if (node.type !== 'identifier' && node.type !== 'type_identifier') return true
      const isField = parent?.type === 'literal_element' && parent.parent?.type === 'keyed_element' && parent.position === 0
      const isDeclared = node.field === 'name' && parent !== null && parent !== undefined && childOf(parent, 'name') === node
      if (!isField && !isDeclared && exported.has(text.slice(node.startIndex, node.endIndex)))
        edits.push(insertion(node.startIndex, `${local}.`))
      return true
    },
  })
  return edits
}
