import {
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Document,
  type Node,
  type Pair,
  parseAllDocuments,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { pastEnds } from './part.ts'

/** A place in the text of a YAML file where lines can be put, with the indentation that they need there. */
export interface YamlPlace {
  at: number
  indent: string
}

/** The one document of a text whose top is a block of keys; null for anything else. */
export function onlyDocument(text: string): Document.Parsed | null {
  const documents = parseAllDocuments(text, { keepSourceTokens: true })
  const [document] = Array.isArray(documents) ? documents : []
  if (!document || documents.length !== 1 || document.errors.length > 0) return null
  // Whatever comes after it would be no part of it.
  if (/^(?:\.\.\.|---)[ \t]*$/m.test(text.slice(document.contents?.range?.[1] ?? 0))) return null
  return document
}

/** Whether a document has nothing but comments. */
export function isBlank(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(?:#.*)?$/.test(line.replace('\uFEFF', '')))
}

/** What stands below a key, or undefined without the key. */
export function below(map: YAMLMap, key: string): Node | null | undefined {
  const pair = map.items.find((item) => isScalar(item.key) && item.key.value === key)
  return pair === undefined ? undefined : ((pair.value as Node | null) ?? null)
}

export const isBlockMap = (node: unknown): node is YAMLMap => isMap(node) && node.flow !== true && node.items.length > 0
export const isBlockSeq = (node: unknown): node is YAMLSeq => isSeq(node) && node.flow !== true && node.items.length > 0

/** Below the last entry of a block, and below the comments that end a part of ours there: a part is never put into another. */
export function afterLast(text: string, block: YAMLMap | YAMLSeq): YamlPlace {
  const [first, last] = [block.items[0], block.items.at(-1)]
  const end = endOf(last) ?? block.range?.[1] ?? text.length
  const lineEnd = text.indexOf('\n', end)
  const at = end > 0 && text[end - 1] === '\n' ? end : lineEnd === -1 ? text.length : lineEnd + 1
  return { at: pastEnds(text, at), indent: indentAt(text, startOf(first) ?? 0) }
}

function endOf(item: unknown): number | undefined {
  const node = isPair(item) ? ((item.value as Node | null) ?? (item.key as Node)) : (item as Node | null)
  // The end of a collection takes in the comments below it, which belong to what follows.
  if (isCollection(node) && node.flow !== true && node.items.length > 0) return endOf(node.items.at(-1))
  return node?.range?.[1]
}

function startOf(item: unknown): number | undefined {
  return (isPair(item) ? (item.key as Node) : (item as Node | null))?.range?.[0]
}

/** The beginning of the line up to the entry, without the dash of a list. */
function indentAt(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset)
  return /^[\uFEFF]?([ ]*)/.exec(line)?.[1] ?? ''
}

function isPair(item: unknown): item is Pair {
  return typeof item === 'object' && item !== null && 'key' in item
}

/** Whether all that was there is there still: more may have come at the end of a list, and beside a key. */
export function contains(now: unknown, before: unknown): boolean {
  if (typeof before === 'string') return typeof now === 'string' && now.trimEnd() === before.trimEnd()
  if (Array.isArray(before)) return Array.isArray(now) && before.every((item, index) => contains(now[index], item))
  if (typeof before !== 'object' || before === null) return Object.is(now, before) || before === null
  return isRecord(now) && Object.entries(before).every(([key, value]) => Object.hasOwn(now, key) && contains(now[key], value))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
