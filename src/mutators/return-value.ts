import type { SyntaxNode } from '../syntax/parse.ts'
import { childOf } from '../syntax/walk.ts'
import { isScript, type Mutator, replaceNode, type Source, textOf } from './mutator.ts'

const statements: ReadonlySet<string> = new Set(['return_statement', 'return_expression'])
/** These have mutants of their own. */
const literals = /^(true|false|True|False|null|None|nil|undefined|0|""|'')$/

/** A function that returns nothing of what it found. */
export const returnValue: Mutator = {
  name: 'ReturnValue',
  mutate(node, source) {
    if (!statements.has(node.type)) return []
    const value = node.children.find(({ isNamed, type }) => isNamed && !/comment/.test(type))
    if (!value || literals.test(textOf(value, source))) return []
    const nothing = nothingFor(node, source)
    return nothing === null || nothing === textOf(value, source) ? [] : [replaceNode(value, nothing)]
  },
}

function nothingFor(node: SyntaxNode, source: Source): string | null {
  if (isScript(source)) return 'undefined'
  if (source.language === 'python') return 'None'
  if (source.language === 'rust') return 'Default::default()'
  const declared = declaredType(node)
  if (declared === null) return null
  return source.language === 'go' ? zeroOf(declared, source) : emptyOf(textOf(declared, source))
}

const functions: ReadonlySet<string> = new Set(['function_declaration', 'method_declaration', 'func_literal', 'lambda_expression'])

/** What the function around it is declared to return. */
function declaredType(node: SyntaxNode): SyntaxNode | null {
  for (let up = node.parent; up; up = up.parent) if (functions.has(up.type)) return childOf(up, 'result') ?? childOf(up, 'type') ?? null
  return null
}

/** Go returns as many values as it declares; those of kinds whose nothing is not known by name leave the function alone. */
function zeroOf(type: SyntaxNode, source: Source): string | null {
  const types = type.type === 'parameter_list' ? type.children.filter(({ type: kind }) => kind === 'parameter_declaration') : [type]
  const zeros = types.map((declaration) => zeroFor(textOf(childOf(declaration, 'type') ?? declaration, source)))
  return zeros.length > 0 && zeros.every((zero) => zero !== null) ? zeros.join(', ') : null
}

function zeroFor(type: string): string | null {
  if (/^(u?int(8|16|32|64)?|float(32|64)|byte|rune|uintptr)$/.test(type)) return '0'
  if (type === 'string') return '""'
  if (type === 'bool') return 'false'
  return /^(error|any|\*|\[\]|map\[|func\b|chan\b|interface\b)/.test(type) ? 'nil' : null
}

function emptyOf(type: string): string | null {
  if (/^(byte|short|int|long|float|double|char)$/.test(type)) return '0'
  if (type === 'boolean') return 'false'
  if (type === 'String') return '""'
  return type === 'void' ? null : 'null'
}
