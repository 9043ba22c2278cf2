import { constants, type Stats } from 'node:fs'
import { lstat, open, readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { AppError } from '../domain/errors.ts'
import { describeBytes } from './describe-bytes.ts'
import { checkedPath, gitDirectoryRefused } from './checked-path.ts'
import { maxObjectBytes } from './object-reader.ts'
import { pathBytes } from './path-bytes.ts'

/** A file or a link on disk. */
export interface WorkingFile {
  path: string
  location: Buffer
  stats: Stats
}

/** Finds what a path names on disk; null for nothing, and for what git would not keep: a folder, a pipe, a device. */
export async function findWorkingFile(root: string, path: string): Promise<WorkingFile | null> {
  const location = await locate(root, path)
  const stats = location && (await missingAsNull(lstat(location)))
  return stats && (stats.isFile() || stats.isSymbolicLink()) ? { path, location, stats } : null
}

/**
 * The bytes of a file on disk; null when it is gone by now. A link is read as git keeps it: as the text of its target.
 * The bytes are those of the disk; git's view of them (`eol`, `working-tree-encoding`, filters) has the same line numbers.
 */
export async function readWorkingFile({ path, location, stats }: WorkingFile): Promise<Buffer | null> {
  if (stats.isSymbolicLink()) return missingAsNull(readlink(location, { encoding: 'buffer' }))
  if (stats.size > maxObjectBytes)
    throw new AppError('GIT_FAILED', `${path} has ${stats.size} bytes; at most ${describeBytes(maxObjectBytes)} are read.`)
  return missingAsNull(readRegularFile(location))
}

/** Streams a file that may be too large to be read at once. */
export async function* streamWorkingFile({ location }: WorkingFile): AsyncGenerator<Buffer> {
  await using file = await open(location, openFlags)
  for await (const chunk of file.createReadStream({ autoClose: false })) yield chunk as Buffer
}

// Between the look and the opening, the file may have become a link or a pipe.
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

async function readRegularFile(location: Buffer): Promise<Buffer> {
  await using file = await open(location, openFlags)
  return await file.readFile()
}

/** Where a path leads with every link but the last followed; null when a folder on the way does not exist. */
async function locate(root: string, path: string): Promise<Buffer | null> {
  const normal = checkedPath(path)
  const parent = pathBytes(join(root, dirname(normal)))
  const folder = await missingAsNull(realpath(parent, { encoding: 'buffer' }))
  if (folder === null) return null
  const inside = relative(root, folder.toString('utf8'))
  if (inside === '..' || inside.startsWith(`..${sep}`)) {
    throw new AppError('PATH_OUTSIDE_WORKSPACE', `${JSON.stringify(path)} leads out of the repository through a link.`)
  }
  if (inside.split(sep).some((segment) => segment.toLowerCase() === '.git')) throw gitDirectoryRefused(path)
  return Buffer.concat([folder, Buffer.from(sep), pathBytes(basename(normal))])
}

async function missingAsNull<Result>(reading: Promise<Result>): Promise<Result | null> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(String(error.code))) return null
    throw error
  }
}
