import { findNodeAtLocation, type Node, parse, type ParseError, parseTree } from 'jsonc-parser'

export type JsonPath = readonly string[]

/** What stands at a path of a JSON text; undefined where nothing does or the text is broken. */
export function jsonAt(text: string, path: JsonPath): Node | undefined {
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, { allowTrailingComma: true })
  return tree && errors.length === 0 ? findNodeAtLocation(tree, [...path]) : undefined
}

/** A text with a property more, below all others of its object; nothing else is touched. Null where the path cannot be made. */
export function withProperty(text: string, path: JsonPath, value: unknown): string | null {
  const depth = path.findIndex((_key, index) => jsonAt(text, path.slice(0, index + 1)) === undefined)
  const parent = jsonAt(text, path.slice(0, depth))
  if (depth === -1 || parent?.type !== 'object') return null
  const nested = path.slice(depth + 1).reduceRight<unknown>((inner, key) => ({ [key]: inner }), value)
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n'
  const unit = indentOf(text)
  const indent = unit.repeat(depth + 1)
  const written = JSON.stringify(nested, null, unit === '' ? '  ' : unit).replaceAll('\n', `${lineEnd}${indent}`)
  const property = `${JSON.stringify(path[depth])}: ${written}`
  const last = parent.children?.at(-1)
  // In an object that was empty ours begins on the line of the bracket: so it is known that the object was there before it.
  const [at, before] = last ? [last.offset + last.length, `,${lineEnd}${indent}`] : [parent.offset + 1, ' ']
  return text.slice(0, at) + before + property + text.slice(at)
}

/** A text without a property, and without what came with it: objects around it that were made for it, too. */
export function withoutProperty(text: string, path: JsonPath): string {
  const value = jsonAt(text, path)
  const [property, object] = [value?.parent, value?.parent?.parent]
  if (!property || !object) return text
  const siblings = object.children ?? []
  const index = siblings.indexOf(property)
  const [previous, next] = [siblings[index - 1], siblings[index + 1]]
  if (previous) return cut(text, previous.offset + previous.length, property.offset + property.length)
  if (next) return cut(text, property.offset, next.offset)
  const opened = text.slice(object.offset + 1, property.offset)
  if (opened !== ' ' && path.length > 1) return withoutProperty(text, path.slice(0, -1))
  return cut(text, object.offset + 1, property.offset + property.length)
}

/** The value of a text; undefined where it is broken. */
export function jsonValue(text: string): unknown {
  const errors: ParseError[] = []
  const value: unknown = parse(text, errors, { allowTrailingComma: true })
  return errors.length === 0 ? value : undefined
}

const cut = (text: string, from: number, to: number) => text.slice(0, from) + text.slice(to)

/** What the first line that is indented has in front. */
function indentOf(text: string): string {
  return /^([ \t]+)"/m.exec(text)?.[1] ?? '  '
}
