import { statfs } from 'node:fs/promises'
import { AppError } from '../../domain/errors.ts'
import { formatBytes } from './format-bytes.ts'

/** Bytes that this user may still write to the file system of a directory. */
export type FreeBytes = (directory: string) => Promise<number>

export const freeBytes: FreeBytes = async (directory) => {
  const { bavail, bsize } = await statfs(directory)
  return bavail * bsize
}

export interface SpaceWatch {
  free: FreeBytes
  /** The room is looked at again each time this many bytes were written. */
  everyBytes: number
}

/** Left free on top of a download: manifests, journals and other programs need room too. */
const reserve = 64 * 2 ** 20

interface SpaceNeed {
  directory: string
  bytes: number
  free: FreeBytes
}

/** Throws `DISK_FULL` unless the directory has room for that many more bytes. */
export async function requireSpace({ directory, bytes, free }: SpaceNeed): Promise<void> {
  const available = await free(directory)
  if (available >= bytes + reserve) return
  throw diskFull(directory, `${formatBytes(bytes)} are needed and ${formatBytes(available)} are free`)
}

/** The error for a disk that has no room, or has just run out of it. */
export function diskFull(directory: string, detail: string, cause?: unknown): AppError {
  return new AppError('DISK_FULL', `Not enough room in ${directory}: ${detail}.`, {
    cause,
    hint: 'Free some space, or point AGENT_MODEL_DIR to a larger disk. A download that was begun goes on where it stopped.',
  })
}
