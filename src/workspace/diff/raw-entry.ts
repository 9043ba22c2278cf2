import type { ChangedFile } from '../../domain/change.ts'
import { AppError } from '../../domain/errors.ts'
import { pathBytes, pathText } from '../path-bytes.ts'
import { quotePath } from '../quoted-path.ts'

/** One file of `git diff --raw -z`: what changed, without how. */
export interface RawEntry {
  path: string
  oldPath: string | null
  status: ChangedFile['status']
  oldMode: string | null
  newMode: string | null
  /** Object id of the new side; null when it does not exist or has not been written, as in the working tree. */
  newId: string | null
}

const statuses: Readonly<Record<string, ChangedFile['status']>> = {
  A: 'added',
  M: 'modified',
  D: 'deleted',
  R: 'renamed',
  C: 'copied',
  T: 'type-changed',
  U: 'unmerged',
}

/** Reads the list that comes before the patch in `git diff --raw -z --patch`. */
export function parseRawEntries(bytes: Buffer): RawEntry[] {
  const entries: RawEntry[] = []
  let at = 0
  const nextField = () => {
    const end = bytes.indexOf(0, at)
    if (end === -1) throw new AppError('GIT_FAILED', 'git diff ended in the middle of its list of files.')
    const field = bytes.subarray(at, end)
    at = end + 1
    return field
  }
  while (at < bytes.length) entries.push(parseEntry(nextField().toString('latin1'), () => pathText(nextField())))
  return entries
}

function parseEntry(meta: string, nextPath: () => string): RawEntry {
  const match = /^:(?<oldMode>\d{6}) (?<newMode>\d{6}) [0-9a-f]+ (?<newId>[0-9a-f]+) (?<letter>[A-Z])\d*$/.exec(meta)
  const { oldMode = '', newMode = '', newId = '', letter = '' } = match?.groups ?? {}
  const status = statuses[letter]
  if (!status) throw new AppError('GIT_FAILED', `git diff listed a file in a way that is not known here: ${meta}`)
  const first = nextPath()
  const isMoved = status === 'renamed' || status === 'copied'
  return {
    path: isMoved ? nextPath() : first,
    oldPath: isMoved ? first : null,
    status,
    oldMode: oldMode === '000000' ? null : oldMode,
    newMode: newMode === '000000' ? null : newMode,
    newId: /^0+$/.test(newId) ? null : newId,
  }
}

/** The line with which the patch of this file begins; git's quoting makes it unambiguous. */
export function sectionHeader({ path, oldPath }: Pick<RawEntry, 'path' | 'oldPath'>): string {
  const quoted = (prefix: string, name: string) => quotePath(Buffer.concat([Buffer.from(prefix), pathBytes(name)]))
  return `diff --git ${quoted('a/', oldPath ?? path)} ${quoted('b/', path)}`
}
