import type { Definition, Place, ReadDefinition } from './definition.ts'
import { definitionInC } from './definitions-c.ts'
import { definitionInScript } from './definitions-script.ts'
import type { Language } from './language.ts'
import type { SyntaxNode } from './parse.ts'
import type { SymbolKind } from './symbol.ts'
import { childOf } from './walk.ts'

const plain: Readonly<Record<Language, Readonly<Record<string, SymbolKind>>>> = {
  bash: { function_definition: 'function' },
  'c-sharp': {
    class_declaration: 'class',
    constructor_declaration: 'method',
    delegate_declaration: 'type',
    enum_declaration: 'enum',
    interface_declaration: 'interface',
    local_function_statement: 'function',
    method_declaration: 'method',
    namespace_declaration: 'module',
    property_declaration: 'property',
    record_declaration: 'class',
    struct_declaration: 'struct',
  },
  cpp: {},
  css: {},
  go: { function_declaration: 'function', method_elem: 'method', type_alias: 'type' },
  java: {
    annotation_type_declaration: 'interface',
    class_declaration: 'class',
    constructor_declaration: 'method',
    enum_declaration: 'enum',
    interface_declaration: 'interface',
    method_declaration: 'method',
    record_declaration: 'class',
  },
  javascript: {},
  php: {
    class_declaration: 'class',
    enum_declaration: 'enum',
    function_definition: 'function',
    interface_declaration: 'interface',
    method_declaration: 'method',
    trait_declaration: 'class',
  },
  python: { class_definition: 'class', function_definition: 'function' },
  ruby: { class: 'class', method: 'function', module: 'module', singleton_method: 'function' },
  rust: {
    const_item: 'constant',
    enum_item: 'enum',
    function_item: 'function',
    function_signature_item: 'function',
    macro_definition: 'macro',
    mod_item: 'module',
    static_item: 'constant',
    struct_item: 'struct',
    trait_item: 'interface',
    type_item: 'type',
    union_item: 'struct',
  },
  tsx: {},
  typescript: {},
}

/** What a node defines; null for the many that define nothing. */
export function definitionOf(node: SyntaxNode, place: Place): Definition | null {
  if (!node.isNamed) return null
  const { language } = place.tree
  const kind = Object.hasOwn(plain[language], node.type) ? plain[language][node.type] : undefined
  const name = kind && nameOf(node, place)
  if (!kind || !name) return special[language]?.(node, place) ?? null
  // A function that belongs to a class is called a method, whatever the grammar calls it.
  return { name, kind: kind === 'function' && isOwner(place.holder, language) ? 'method' : kind }
}

/** The text of the child that is called `name`. */
function nameOf(node: SyntaxNode, { tree }: Place): string | null {
  const name = childOf(node, 'name')
  return name ? tree.text.slice(name.startIndex, name.endIndex) || null : null
}

/** Ruby's modules have methods; those of other languages only keep names apart. */
function isOwner(holder: SymbolKind | null, language: Language): boolean {
  return holder === 'module' ? language === 'ruby' : holder !== null && ['class', 'enum', 'interface', 'struct', 'type'].includes(holder)
}

const textOf = (node: SyntaxNode | undefined, { tree }: Place) => (node ? tree.text.slice(node.startIndex, node.endIndex) : '')

const special: Readonly<Partial<Record<Language, ReadDefinition>>> = {
  javascript: definitionInScript,
  typescript: definitionInScript,
  tsx: definitionInScript,
  cpp: definitionInC,

  bash(node, place) {
    if (node.type !== 'variable_assignment') return null
    const command = node.parent?.type === 'declaration_command' ? node.parent : null
    if ((command ?? node).parent?.type !== 'program') return null
    const isConstant = command !== null && /^(?:readonly\b|(?:declare|typeset)\s+-\w*r)/.test(textOf(command, place).slice(0, 100))
    return named(nameOf(node, place), isConstant ? 'constant' : 'variable')
  },

  'c-sharp'(node, place) {
    if (node.type !== 'variable_declarator' || node.parent?.parent?.type !== 'field_declaration') return null
    const modifiers = modifiersOf(node.parent.parent, place)
    return named(nameOf(node, place), /\bconst\b|\bstatic readonly\b/.test(modifiers) ? 'constant' : 'property')
  },

  css(node, place) {
    const [first] = node.children
    if (node.type === 'rule_set') return named(textOf(first, place).replaceAll(/\s+/g, ' ').slice(0, 200), 'selector')
    if (node.type !== 'keyframes_statement') return null
    return named(
      textOf(
        node.children.find(({ type }) => type === 'keyframes_name'),
        place,
      ),
      'selector',
    )
  },

  go(node, place) {
    if (node.type === 'method_declaration') {
      const receiver = /(\w+)\s*(?:\[[^\]]*\]\s*)?\)$/.exec(textOf(childOf(node, 'receiver'), place))?.[1]
      const method = named(nameOf(node, place), 'method')
      return method && { ...method, owners: receiver === undefined ? [] : [receiver] }
    }
    if (node.type === 'type_spec') {
      const kinds: Readonly<Record<string, SymbolKind>> = { struct_type: 'struct', interface_type: 'interface' }
      return named(nameOf(node, place), kinds[childOf(node, 'type')?.type ?? ''] ?? 'type')
    }
    const isValue = node.type === 'const_spec' || node.type === 'var_spec'
    return isValue && place.holder === null ? named(nameOf(node, place), node.type === 'const_spec' ? 'constant' : 'variable') : null
  },

  java(node, place) {
    const field = node.type === 'variable_declarator' ? node.parent : null
    if (field?.type === 'constant_declaration') return named(nameOf(node, place), 'constant')
    if (field?.type !== 'field_declaration') return null
    const modifiers = modifiersOf(field, place)
    return named(nameOf(node, place), /\bstatic\b/.test(modifiers) && /\bfinal\b/.test(modifiers) ? 'constant' : 'property')
  },

  php(node, place) {
    if (node.type === 'namespace_definition' && childOf(node, 'body')) return named(nameOf(node, place), 'module')
    if (node.type === 'property_element') return named(nameOf(node, place), 'property')
    return node.type === 'const_element' ? named(textOf(node.children[0], place), 'constant') : null
  },

  python(node, place) {
    const left = childOf(node, 'left')
    if (node.type === 'type_alias_statement') return named(/^\w+/.exec(textOf(left, place))?.[0] ?? null, 'type')
    if (node.type !== 'assignment' || left?.type !== 'identifier' || node.parent?.parent?.type !== 'module') return null
    const name = textOf(left, place)
    return named(name, /^[A-Z][A-Z\d_]*$/.test(name) ? 'constant' : 'variable')
  },

  ruby(node, place) {
    const left = childOf(node, 'left')
    return node.type === 'assignment' && left?.type === 'constant' ? named(textOf(left, place), 'constant') : null
  },

  rust(node, place) {
    if (node.type !== 'impl_item') return null
    const name = /^[\w:]+/
      .exec(textOf(childOf(node, 'type'), place))?.[0]
      ?.split('::')
      .at(-1)
    return name ? { name, kind: 'class', isOwnerOnly: true } : null
  },
}

function named(name: string | null, kind: SymbolKind): Definition | null {
  return name ? { name, kind } : null
}

function modifiersOf(node: SyntaxNode, place: Place): string {
  const modifiers = node.children.filter(({ type }) => type === 'modifiers' || type === 'modifier')
  return modifiers.map((modifier) => textOf(modifier, place)).join(' ')
}
