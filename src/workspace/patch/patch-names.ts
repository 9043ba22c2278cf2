import { pathText } from '../path-bytes.ts'
import { unquotePath } from '../quoted-path.ts'

/** The two names of a file in a patch, from its root; null where that side does not exist. */
export interface PatchNames {
  oldPath: string | null
  newPath: string | null
}

type Pair = readonly [old: string, new: string]

/** Reads the names of one file from its headers, one character per byte; null where they do not tell. */
export function readPatchNames(headers: readonly string[]): PatchNames | null {
  const [first = ''] = headers
  const pair = first.startsWith('diff --git ') ? gitNames(first.slice('diff --git '.length), headers) : plainNames(headers)
  if (!pair) return null
  const [oldPath, newPath] = pair.map((name) => (name === '/dev/null' ? null : pathText(Buffer.from(name, 'latin1')))) as [
    string | null,
    string | null,
  ]
  return { oldPath, newPath }
}

function gitNames(both: string, headers: readonly string[]): Pair | null {
  const moved = [headerValue(headers, /^(?:rename|copy) from /), headerValue(headers, /^(?:rename|copy) to /)] as const
  if (moved[0] !== null && moved[1] !== null) return [wholeName(moved[0]), wholeName(moved[1])]
  const halves = splitHalves(both)
  // Both halves name one file: behind prefixes of git's (a/ b/, or i/ w/ and so on), or without any.
  const same = halves && (halves[0] === halves[1] ? halves : withoutFirstFolder(halves))
  return same && same[0] === same[1] ? same : plainNames(headers)
}

function splitHalves(both: string): Pair | null {
  const quoted = unquotePath(both)
  if (quoted) return [quoted.name.toString('latin1'), wholeName(quoted.rest.slice(1))]
  const middle = (both.length - 1) / 2
  return both[middle] === ' ' ? [both.slice(0, middle), both.slice(middle + 1)] : null
}

/** `--- old` and `+++ new`: without what both have in front, when the rest of the names is the same. */
function plainNames(headers: readonly string[]): Pair | null {
  const old = headerValue(headers, /^--- /)
  const changed = headerValue(headers, /^\+\+\+ /)
  if (old === null || changed === null) return binaryNames(headers)
  const names: Pair = [beforeTab(old), beforeTab(changed)]
  // A side that does not exist has the first second of 1970 as its time.
  const [isAdded, isDeleted] = [old, changed].map((header) => /\t(1970-01-01|1969-12-31) /.test(header))
  const [oldName, newName] = commonNames(names)
  return [isAdded ? '/dev/null' : oldName, isDeleted ? '/dev/null' : newName]
}

function binaryNames(headers: readonly string[]): Pair | null {
  const match = /^Binary files (.+) and (.+) differ$/.exec(headers[0] ?? '')
  return match ? commonNames([match[1] ?? '', match[2] ?? '']) : null
}

function commonNames(names: Pair): Pair {
  const [old, changed] = names
  if (old === changed) return names
  if (old === '/dev/null') return [old, changed.replace(/^[bwico]\//, '')]
  if (changed === '/dev/null') return [old.replace(/^[awico]\//, ''), changed]
  const inner = withoutFirstFolder(names)
  // Such as `main.c.orig` beside `main.c`: the new name is the file.
  return inner && inner[0] === inner[1] ? inner : [changed, changed]
}

function withoutFirstFolder(names: Pair): Pair | null {
  const [old = null, changed = null] = names.map((name) => (name.includes('/') ? name.slice(name.indexOf('/') + 1) : null))
  return old !== null && changed !== null ? [old, changed] : null
}

function headerValue(headers: readonly string[], start: RegExp): string | null {
  const header = headers.find((line) => start.test(line))
  return header === undefined ? null : header.replace(start, '')
}

const wholeName = (text: string) => unquotePath(text)?.name.toString('latin1') ?? text
/** Behind a tab stands a time, or nothing when the name has a space. */
const beforeTab = (text: string) => unquotePath(text)?.name.toString('latin1') ?? text.split('\t', 1)[0] ?? ''
