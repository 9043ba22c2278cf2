import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { digestOf, type FileSide, type JournalEntry } from './journal.ts'
import { errorCode, groundOf, isMissing, locationIn } from './locations.ts'

/** What lies at a path of the user's tree: a file with its bytes, nothing, a folder, or what no run makes. */
export type Found = { kind: 'file'; mode: number; bytes: Buffer } | { kind: 'absent' | 'folder' | 'other' }

/** No run can make a larger file, and the bytes of both sides are kept. */
const maxBytes = 2 ** 30

// Between the look and the opening, the file may have become a link or a pipe.
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Reads a file of the user's without following a link anywhere on the way. */
export async function findFile(root: string, path: string): Promise<Found> {
  const { obstacle } = await groundOf(root, path)
  if (obstacle === 'link') return { kind: 'other' }
  if (obstacle !== 'none') return { kind: 'absent' }
  try {
    await using file = await open(locationIn(root, path), openFlags)
    const stats = await file.stat()
    if (stats.isDirectory()) return { kind: 'folder' }
    if (!stats.isFile() || stats.size > maxBytes) return { kind: 'other' }
    return { kind: 'file', mode: stats.mode & 0o777, bytes: await file.readFile() }
  } catch (error) {
    if (isMissing(error)) return { kind: 'absent' }
    // A link, a socket, or a file that its owner may not read.
    if (['ELOOP', 'EMLINK', 'ENXIO', 'EACCES', 'EPERM', 'ENODEV'].includes(errorCode(error))) return { kind: 'other' }
    throw error
  }
}

/** On which side of a change a file is. A folder counts as no file, since one may stand where a file was or will be. */
export async function sideOf(root: string, { path, before, after }: JournalEntry): Promise<'before' | 'after' | 'neither'> {
  const found = await findFile(root, path)
  if (isSide(found, after)) return 'after'
  return isSide(found, before) ? 'before' : 'neither'
}

/** Whether two sets of permissions are the same to git. */
export const isSameMode = (a: number, b: number): boolean => (a & 0o100) === (b & 0o100)

function isSide(found: Found, side: FileSide | null): boolean {
  if (side === null) return found.kind === 'absent' || found.kind === 'folder'
  return found.kind === 'file' && isSameMode(found.mode, side.mode) && digestOf(found.bytes) === side.digest
}
