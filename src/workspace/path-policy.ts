import { posix } from 'node:path'
import { protectedFromReading, protectedFromWriting } from './protected-paths.ts'

export type PathEffect = 'read' | 'write'

const maxPathLength = 4096
const maxSegmentBytes = 255

/**
 * Why no tool may use a path, as a sentence; null when it may. Looks at nothing but the text: links are `openCheckout`'s to find.
 * A name counts as every name that some file system takes it for: other case, compatibility characters, invisible ones, Windows' spellings.
 */
export function refusalOf(path: string, effect: PathEffect): string | null {
  const problem = shapeProblem(path) ?? (effect === 'write' ? writtenNameProblem(path) : null)
  if (problem) return `${quotedName(path)} ${problem}`
  const spelled = posix.normalize(path).split('/').map(asFileSystemsReadIt)
  const rules = effect === 'write' ? [...protectedFromReading, ...protectedFromWriting] : protectedFromReading
  // A short name says nothing about the file behind it, on a disk that makes short names.
  const short = spelled.find((segment) => /^[^.]{1,6}~\d{1,6}(\.[^.]{0,3})?$/.test(segment))
  if (short) return `${quotedName(path)} may be a short name of Windows for another file. Use the full name.`
  const rule = rules.find(({ names }) => names.test(spelled.join('/')))
  return rule ? `${quotedName(path)} ${rule.reason}` : null
}

/** A path as it stands in messages: quoted, nothing hidden, not endless. */
export function quotedName(path: string): string {
  const text = path.length > 200 ? `${path.slice(0, 200)}…` : path
  return JSON.stringify(text).replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/gu, codePointOf)
}

const codePointOf = (character: string) => `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`

function shapeProblem(path: string): string | null {
  if (path.trim() === '') return 'is not a path. Give one relative to the root of the repository.'
  if (path.length > maxPathLength) return `is longer than ${maxPathLength} characters.`
  if (/\p{Cc}/u.test(path)) return 'contains a control character.'
  if (path.startsWith('/') || /^[a-z]:/i.test(path)) return 'is absolute. Give a path relative to the root of the repository.'
  if (path.startsWith('~')) return 'begins in a home folder. Give a path relative to the root of the repository.'
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(path)) return 'is an address, not a path in the repository.'
  if (path.includes('\\')) return 'contains a backslash. Separate folders with "/".'
  if (/%(?:2e|2f|5c|00)/i.test(path)) return 'is percent-encoded. Write the name as it is.'
  if (leavesRoot(path)) return 'leads out of the repository.'
  return segmentProblem(path)
}

const leavesRoot = (path: string) => posix.normalize(path).split('/')[0] === '..'

function segmentProblem(path: string): string | null {
  const segments = posix.normalize(path).split('/')
  if (segments.some((segment) => Buffer.byteLength(segment) > maxSegmentBytes))
    return `has a name of more than ${maxSegmentBytes} bytes in it.`
  const dots = segments.some((segment) => segment !== '.' && /^[.\s]+$/.test(plainCharacters(segment)))
  if (dots) return 'has a name in it that is only dots and spaces.'
  if (segments.some((segment) => /[\\/]/.test(plainCharacters(segment)))) return 'contains a character that looks like a slash.'
  return null
}

/** What Windows, an editor or a reader of a patch would take for something else. */
function writtenNameProblem(path: string): string | null {
  if (!path.isWellFormed()) return 'is not valid Unicode.'
  if (/[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/u.test(path)) return 'contains an invisible character.'
  const segments = posix.normalize(path).replace(/\/$/, '').split('/')
  if (segments.some((segment) => segment !== '.' && /[. ]$/.test(segment))) return 'has a name in it that ends with a dot or a space.'
  if (segments.some((segment) => /^(?:con|prn|aux|nul|com\d|lpt\d)$/i.test(segment))) return 'has the name of a device of Windows in it.'
  return null
}

/** Compatibility characters as the plain ones they stand for, invisible ones gone. */
function plainCharacters(segment: string): string {
  return segment.replaceAll(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '').normalize('NFKC')
}

/** Without streams (`::$DATA`), trailing dots and spaces, and case; upper case first, because `ı` and `ſ` have plain capitals. */
function asFileSystemsReadIt(segment: string): string {
  return plainCharacters(segment)
    .replace(/:.*$/s, '')
    .replace(/[. ]+$/, '')
    .toUpperCase()
    .toLowerCase()
}
