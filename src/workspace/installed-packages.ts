import { constants } from 'node:fs'
import { open, readdir, realpath } from 'node:fs/promises'
import { join, posix, relative, sep } from 'node:path'
import { PathRefused } from './checkout.ts'
import { quotedName, refusalOf } from './path-policy.ts'

/** What is installed for a project, beside it and ignored by git. Paths are posix and relative to the root; nothing can be changed. */
export interface InstalledPackages {
  /** The text of a regular file; null for what is not there. Throws `PathRefused` for what may not be read. */
  read(path: string): Promise<string | null>
  /** Names in a folder, sorted; empty where there is none. */
  list(folder: string): Promise<readonly string[]>
}

const maxBytes = 4 * 2 ** 20
const maxNames = 20_000

/** Folders that package managers fill. */
const installedFolders = /(?:^|\/)(?:node_modules|\.venv|venv|vendor)(?:\/|$)/

/** The packages installed in a tree of the user's: only what package managers put there, and no link out of the tree is followed. */
export function openInstalledPackages(root: string): InstalledPackages {
  const locate = (path: string) => locateIn(root, path)
  return {
    async read(path) {
      const place = await locate(path)
      return place === null ? null : readText(place)
    },
    async list(folder) {
      const place = await locate(folder)
      const names = place === null ? [] : await missingAsNull(readdir(place))
      return (names ?? []).toSorted().slice(0, maxNames)
    },
  }
}

/** Where a path really is; null for nothing. */
async function locateIn(root: string, path: string): Promise<string | null> {
  const normal = posix.normalize(path)
  const reason = refusalOf(path, 'read')
  if (reason) throw new PathRefused(reason)
  if (!installedFolders.test(normal)) throw new PathRefused(`${quotedName(path)} is not in a folder of installed packages.`)
  const top = await realpath(root)
  const place = await missingAsNull(realpath(join(top, normal)))
  if (place === null) return null
  const inside = relative(top, place).split(sep).join('/')
  if (inside === '..' || inside.startsWith('../') || refusalOf(inside, 'read') !== null)
    throw new PathRefused(`${quotedName(path)} is a link to something that may not be read.`)
  return place
}

async function readText(place: string): Promise<string | null> {
  // Between the look and the opening, the file may have become a link or a pipe.
  const file = await missingAsNull(open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK))
  if (file === null) return null
  try {
    const stats = await file.stat()
    if (!stats.isFile()) return null
    const length = Math.min(stats.size, maxBytes)
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}

async function missingAsNull<Result>(work: Promise<Result>): Promise<Result | null> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error && 'code' in error && /^(?:ENOENT|ENOTDIR|ELOOP|EACCES|EISDIR|ENXIO)$/.test(String(error.code))) return null
    throw error
  }
}
