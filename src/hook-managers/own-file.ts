import { lstat, readFile, realpath } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../domain/errors.ts'
import type { FileEdit } from './hook-manager.ts'
import { isWithin, type Place, shownPath } from './place.ts'

/** A file as it is; each of its bytes is one character, so that what is not ours stays as it is whatever its encoding. */
export interface OwnFile {
  path: string
  /** Null: it is not there. */
  text: string | null
  mode: number
}

/** Reads a file that may be written to afterwards: a link, and a folder elsewhere, belong to somebody else. */
export async function readOwnFile(place: Place, path: string): Promise<OwnFile> {
  const stats = await lstat(path).catch(() => null)
  await refuseForeignFolder(place, path)
  if (stats === null) return { path, text: null, mode: 0o644 }
  if (stats.isFile()) return { path, text: (await readFile(path)).toString('latin1'), mode: stats.mode & 0o777 }
  const kind = stats.isSymbolicLink() ? 'a link, and what it points to is not written to' : 'not a file'
  throw new AppError('HOOKS_CONFLICT', `${shownPath(place, path)} is ${kind}.`, {
    hint: 'Put a file in its place, or name another --manager.',
  })
}

async function refuseForeignFolder(place: Place, path: string): Promise<void> {
  const folder = await realpath(dirname(path)).catch(() => null)
  if (folder === null || isWithin(place.root, folder) || isWithin(place.commonDirectory, folder)) return
  throw new AppError('HOOKS_CONFLICT', `${shownPath(place, path)} lies in ${folder}, which is outside of this repository.`, {
    hint: 'Nothing is written there. Name another --manager.',
  })
}

/** What has to be done so that the file has this text; nothing where it has it. Null takes it away. */
export function editOf(file: OwnFile, text: string | null, mode = file.mode): FileEdit[] {
  if (text === file.text) return []
  if (text === null) return [{ kind: 'remove', path: file.path }]
  return [{ kind: 'write', path: file.path, bytes: Buffer.from(text, 'latin1'), mode }]
}

/** Our text among characters that are bytes. */
export function asBytes(lines: readonly string[]): string[] {
  return lines.map((line) => Buffer.from(line, 'utf8').toString('latin1'))
}

/** The text of a file of bytes. Throws where it is no UTF-8, which no configuration may be. */
export function decoded(place: Place, { path, text }: OwnFile): string | null {
  if (text === null) return null
  const bytes = Buffer.from(text, 'latin1')
  const characters = bytes.toString('utf8')
  if (Buffer.from(characters, 'utf8').equals(bytes)) return characters
  throw new AppError('HOOKS_CONFLICT', `${shownPath(place, path)} is not UTF-8.`, { hint: 'Save it as UTF-8, and run it again.' })
}

/** Like `editOf`, of a text in characters. */
export function editOfDecoded(file: OwnFile, text: string | null): FileEdit[] {
  return editOf(file, text === null ? null : Buffer.from(text, 'utf8').toString('latin1'))
}
