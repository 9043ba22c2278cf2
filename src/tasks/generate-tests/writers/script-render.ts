import type { Binding, ImportStatement } from './script-bindings.ts'
import { insertion, type TextEdit } from './text-edits.ts'

/** How a file writes its imports. */
export interface ImportStyle {
  kind: 'import' | 'require'
  quote: string
  end: string
}

/** The manner of some imports; that of the language where there are none. */
export function importStyle(statements: readonly ImportStatement[], text: string): ImportStyle {
  const [first] = statements
  if (!first) return { kind: 'import', quote: "'", end: text.includes(';\n') || text === '' ? ';' : '' }
  const line = text.slice(first.node.startIndex, first.node.endIndex)
  return { kind: first.kind, quote: line.includes('"') ? '"' : "'", end: line.endsWith(';') ? ';' : '' }
}

/** Statements for some bindings, a module each, those of packages first. */
export function renderImports(bindings: readonly Binding[], style: ImportStyle): string[] {
  const isOwn = ({ module }: Binding) => module.startsWith('.')
  const ordered = bindings.toSorted((a, b) => Number(isOwn(a)) - Number(isOwn(b)))
  const groups = Map.groupBy(ordered, ({ module, isType }) => `${isType}\0${module}`)
  return [...groups.values()].flatMap((group) => renderModule(group, style))
}

function renderModule(bindings: readonly Binding[], { kind, quote, end }: ImportStyle): string[] {
  const [first] = bindings
  if (!first) return []
  const from = `${quote}${first.module}${quote}`
  const named = bindings.filter(({ imported }) => imported !== '*' && imported !== 'default' && imported !== '')
  const whole = bindings.filter(({ imported }) => imported === '*' || imported === 'default')
  if (kind === 'require' && !first.isType) {
    const names = named.map(({ imported, local }) => (imported === local ? local : `${imported}: ${local}`))
    return [
      ...whole.map(({ local }) => `const ${local} = require(${from})${end}`),
      ...(names.length > 0 ? [`const { ${names.join(', ')} } = require(${from})${end}`] : []),
      ...(named.length + whole.length === 0 ? [`require(${from})${end}`] : []),
    ]
  }
  const word = first.isType ? 'import type' : 'import'
  const braces = named.length > 0 ? [`{ ${named.map(specifierText).join(', ')} }`] : []
  const spaces = whole.filter(({ imported }) => imported === '*').map(({ local }) => `* as ${local}`)
  const [own, ...more] = whole.filter(({ imported }) => imported === 'default').map(({ local }) => local)
  // A type import has either a name of its own or braces.
  const clauses =
    own === undefined || first.isType ? [...(own === undefined ? [] : [own]), ...more, ...braces] : [[own, ...braces].join(', '), ...more]
  if (clauses.length + spaces.length === 0) return [`import ${from}${end}`]
  return [...spaces, ...clauses].map((clause) => `${word} ${clause} from ${from}${end}`)
}

const specifierText = ({ imported, local }: Binding) => (imported === local ? local : `${imported} as ${local}`)

interface Imported {
  text: string
  statements: readonly ImportStatement[]
  style: ImportStyle
}

/** Adds bindings to the imports of a file: to the braces of their module where there are some, else as new statements behind the last one. */
export function importEdits(bindings: readonly Binding[], { text, statements, style }: Imported): TextEdit[] {
  const edits: TextEdit[] = []
  const rest: Binding[] = []
  for (const [module, group] of Map.groupBy(bindings, (binding) => binding.module)) {
    const open = statements.find(({ bindings: own, named }) => named !== null && own[0]?.module === module)
    const fitting = open ? group.filter(({ imported, isType }) => !isType && !['', '*', 'default'].includes(imported)) : []
    rest.push(...group.filter((binding) => !fitting.includes(binding)))
    const last = open?.named?.children.findLast(({ isNamed }) => isNamed)
    if (open && last && fitting.length > 0) {
      const names = fitting.map((binding) => (open.kind === 'import' ? specifierText(binding) : pairText(binding)))
      edits.push(insertion(last.endIndex, `, ${names.join(', ')}`))
    } else rest.push(...fitting)
  }
  const lines = renderImports(rest, style)
  if (lines.length === 0) return edits
  const last = statements.at(-1)
  return [...edits, last ? insertion(last.node.endIndex, `\n${lines.join('\n')}`) : insertion(headEnd(text), `${lines.join('\n')}\n\n`)]
}

const pairText = ({ imported, local }: Binding) => (imported === local ? local : `${imported}: ${local}`)

/** Behind a first line that a shell reads, and behind comments for tools and people. */
function headEnd(text: string): number {
  return (
    /^(?:#![^\n]*\n)?(?:\s*(?:\/\/[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/\s*\n))*(?:\s*(['"])use strict\1;?\s*\n)?/.exec(text)?.[0].length ?? 0
  )
}
