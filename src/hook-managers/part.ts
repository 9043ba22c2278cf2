import { AppError } from '../domain/errors.ts'
import type { HookName } from './hook-manager.ts'

/** A part of a file that is ours, between two comments of its own. All numbers are offsets. */
export interface Part {
  /** Where its first comment begins. */
  begin: number
  /** Where what goes with it begins: a key that was made for it and has nothing else below it, or the line end that was added before it. */
  start: number
  end: number
  /** Whether its last line has an end. */
  isEnded: boolean
  /** The lines between the comments. */
  body: string
}

interface Insertion {
  hook: HookName
  lines: readonly string[]
  /** Where it goes: the beginning of a line, or the end of the text. */
  at: number
  indent?: string
  /** Keys that have to be there first, as whole lines. They stay when something else has come below them. */
  keys?: readonly string[]
  /** What the first comment tells beside that the part is ours. */
  note?: string
  /** By default that of the text. */
  lineEnd?: '\n' | '\r\n'
}

const opening = (hook: HookName) => `# agent hooks begin: ${hook}`
const closing = (hook: HookName) => `# agent hooks end: ${hook}`
const keyComment = '# for agent hooks'

/** Adds a part, or replaces the one that is there where it is: the same part twice is the same text. Null is a file that is not there yet. */
export function putPart(text: string | null, insertion: Insertion): string {
  const { hook, lines, indent = '', note, keys = [], lineEnd = text?.includes('\r\n') ? '\r\n' : '\n' } = insertion
  const first = note === undefined ? opening(hook) : `${opening(hook)} (${note})`
  const block = [first, ...lines, closing(hook)].map((line) => indent + line)
  const existing = text === null ? null : findPart(text, hook)
  if (text !== null && existing) {
    return text.slice(0, existing.begin) + block.join(lineEnd) + (existing.isEnded ? lineEnd : '') + text.slice(existing.end)
  }
  const added = [...keys.map((line, index) => (index === 0 ? `${line} ${keyComment}` : line)), ...block].join(lineEnd)
  if (text === null) return added + lineEnd
  const { at } = insertion
  // Where the last line has no end, none is added after ours: so it can be seen later that there was none.
  const isOpenEnd = at === text.length && !text.endsWith('\n')
  return text.slice(0, at) + (isOpenEnd ? lineEnd + added : added + lineEnd) + text.slice(at)
}

/** Takes a part out, and what came with it. Null where the file was made for it and nothing else is in it. */
export function removePart(text: string, hook: HookName): string | null {
  const part = findPart(text, hook)
  if (!part) return text
  const rest = text.slice(0, part.start) + text.slice(part.end)
  return rest === '' && part.isEnded ? null : rest
}

/** Past the last lines of parts that begin before this place, the beginning of a line: to YAML they are comments, which end no block. */
export function pastEnds(text: string, at: number): number {
  return at + (/^(?:[ \t]*# agent hooks end: [\w-]+[ \t]*(?:\r?\n|$))*/.exec(text.slice(at))?.[0].length ?? 0)
}

/** Finds our part. Throws where only one of its comments is left, because nobody can tell then what is ours. */
export function findPart(text: string, hook: HookName): Part | null {
  const [first, last] = [lineWith(text, opening(hook)), lineWith(text, closing(hook))]
  if (!first && !last) return null
  if (!first || !last || last.start < first.end) throw damaged(hook)
  const { isEnded, end } = last
  const from = keysBefore(text, first.start, end)
  const ours = text.slice(first.start, first.end).endsWith('\r\n') ? /\r\n$/ : /\n$/
  const lineEnd = isEnded ? '' : (ours.exec(text.slice(0, from))?.[0] ?? '')
  return { begin: first.start, start: from - lineEnd.length, end, isEnded, body: text.slice(first.end, last.start) }
}

/** Where the keys begin that were made for the part, if they have nothing but it below them. */
function keysBefore(text: string, begin: number, end: number): number {
  const keys = new RegExp(`^([ \\t]*)[^\\n]*${keyComment}\\r?\\n(?:[ \\t]*[\\w-]+:\\r?\\n)?$(?![^])`, 'm').exec(text.slice(0, begin))
  if (!keys) return begin
  const next = /^([ \t]*)([^\s#])/m.exec(text.slice(end))
  const depth = keys[1]?.length ?? 0
  const isBelow = next !== null && ((next[1]?.length ?? 0) > depth || (next[1]?.length === depth && next[2] === '-'))
  return isBelow ? begin : keys.index
}

function lineWith(text: string, comment: string): { start: number; end: number; isEnded: boolean } | null {
  const found = new RegExp(`^[ \\t]*${comment}(?![\\w-])[^\\n]*(\\n|$)`, 'm').exec(text)
  return found && { start: found.index, end: found.index + found[0].length, isEnded: found[1] === '\n' }
}

function damaged(hook: HookName): AppError {
  return new AppError('HOOKS_CONFLICT', `One of the two comments around agent's part for ${hook} is gone.`, {
    hint: `Take out by hand what is left between \`${opening(hook)}\` and \`${closing(hook)}\`, and run it again.`,
  })
}
