import { XMLParser, XMLValidator } from 'fast-xml-parser'

/** An element of a parsed report. */
export interface XmlElement {
  name: string
  attributes: Readonly<Record<string, string>>
  children: readonly XmlElement[]
  /** What stands in it directly, between its children. */
  text: string
}

/** Reads a report; null for what is no XML. Declarations of types are not followed, so that no entity can grow or reach out. */
export function readXml(text: string): XmlElement | null {
  const withoutDeclaration = text.replace(/<!DOCTYPE[^>[]*(\[[^\]]*\])?[^>]*>/, '')
  if (XMLValidator.validate(withoutDeclaration) !== true) return null
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    htmlEntities: true,
  })
  const nodes: unknown = parser.parse(withoutDeclaration)
  return elementsOf(nodes)[0] ?? null
}

/** The elements below one, however deep, that have this name. */
export function elementsNamed(element: XmlElement, name: string): XmlElement[] {
  return element.children.flatMap((child) => (child.name === name ? [child] : elementsNamed(child, name)))
}

/** The parser's own shape: a list of objects, each with its name as a key and its attributes under `:@`. */
function elementsOf(nodes: unknown): XmlElement[] {
  if (!Array.isArray(nodes)) return []
  return nodes.flatMap((node: Record<string, unknown>) => {
    const name = Object.keys(node).find((key) => key !== ':@')
    if (name === undefined || name.startsWith('#') || name.startsWith('?')) return []
    const attributes = Object.entries((node[':@'] as Record<string, unknown> | undefined) ?? {}).map(([key, value]) => [key, String(value)])
    return [
      {
        name,
        attributes: Object.fromEntries(attributes) as Record<string, string>,
        children: elementsOf(node[name]),
        text: textIn(node[name]),
      },
    ]
  })
}

function textIn(nodes: unknown): string {
  if (!Array.isArray(nodes)) return ''
  return nodes.map((node: Record<string, unknown>) => (typeof node['#text'] === 'string' ? node['#text'] : '')).join('')
}
