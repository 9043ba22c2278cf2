import { showHidden } from './trust.ts'

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/**
 * Untrusted text as the content of an XML element: nothing in it is markup, every character is one that XML 1.0 allows, and a CI runner
 * that sees the XML in its log finds no command in it.
 */
export function xmlText(text: string): string {
  return showHidden(text)
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? character)
    .replaceAll(/##(?=(?:vso|teamcity)?\[)/gi, '#&#35;')
    .replaceAll(/^([^\S\n]*):(?=:)/gm, '$1&#58;')
}

/** Untrusted text as the value of an XML attribute, in which parsers would turn a bare newline into a space. */
export function xmlAttribute(text: string): string {
  return xmlText(text).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')
}
