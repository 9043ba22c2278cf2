import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, lstat, open } from 'node:fs/promises'
import { PathRefused } from './checkout.ts'
import { describeBytes } from './describe-bytes.ts'
import { codeOf, type Disk, requireInPlace, startWalk, type Walk } from './folder-walk.ts'
import { quotedName } from './path-policy.ts'

/** What a tool may read at once. */
const maxReadBytes = 8 * 2 ** 20

/** Why a path may not be used although its text allows it; null when it may. */
export type Refuse = (path: string, effect: 'read' | 'write') => string | null

export interface CheckedPlace {
  disk: Disk
  refuse: Refuse
}

// Neither waits for a pipe nor becomes a terminal's process, should the file have been exchanged for one.
const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY

/** The bytes of a regular file inside the tree; null when nothing is there. Links are followed as long as they stay inside. */
export async function readChecked({ disk, refuse }: CheckedPlace, path: string): Promise<Buffer | null> {
  requireAllowed(refuse, path)
  await using walk = await startWalk(disk, path, { links: 'follow' })
  const found = await findEnd(walk, 'follow')
  if (!found) return null
  requireAllowed(refuse, found.path, path)
  requireFile(found.stats, path)
  await using file = await open(walk.child(found.name), readFlags)
  await requireInPlace(walk, found.name, file)
  const stats = await file.stat({ bigint: true })
  requireFile(stats, path)
  if (stats.size > maxReadBytes) throw tooLarge(path, Number(stats.size))
  // Awaited here, because the file is closed with this block.
  return await readUpTo(file, path)
}

export interface Looked {
  kind: 'file' | 'folder' | 'link'
  bytes: number
  isExecutable: boolean
}

/** What a path names; a link at its end is not followed. Null for nothing. */
export async function lookChecked({ disk, refuse }: CheckedPlace, path: string): Promise<Looked | null> {
  requireAllowed(refuse, path)
  await using walk = await startWalk(disk, path, { links: 'follow' })
  const found = await findEnd(walk, 'stop')
  if (!found) return null
  requireAllowed(refuse, found.path, path)
  const { stats } = found
  if (!stats.isFile() && !stats.isDirectory() && !stats.isSymbolicLink())
    throw new PathRefused(`${quotedName(path)} is ${kindOf(stats)}, which no tool may touch.`)
  await walk.confirm()
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'link'
  return { kind, bytes: Number(stats.size), isExecutable: stats.isFile() && (Number(stats.mode) & 0o111) !== 0 }
}

/** Throws `PathRefused` for a path, or for what it turned out to lead to. */
function requireAllowed(refuse: Refuse, path: string, asked = path): void {
  const reason = refuse(path, 'read')
  if (reason) throw new PathRefused(path === asked ? reason : `${quotedName(asked)} is a link. ${reason}`)
}

function requireFile(stats: BigIntStats, path: string): void {
  if (!stats.isFile()) throw new PathRefused(`${quotedName(path)} is ${kindOf(stats)}, not a file.`)
}

export function kindOf(stats: BigIntStats): string {
  if (stats.isDirectory()) return 'a folder'
  if (stats.isSymbolicLink()) return 'a link'
  if (stats.isFile()) return 'a file'
  return 'a pipe, a socket or a device'
}

/** What the last name of a path is, once links are followed; null when there is nothing. */
async function findEnd(walk: Walk, atLink: 'follow' | 'stop'): Promise<{ name: string; path: string; stats: BigIntStats } | null> {
  for (;;) {
    const name = await walk.descend()
    const stats = name === null ? null : await lstatOrNull(walk.child(name))
    if (name === null || stats === null) return null
    const path = [walk.folder(), name].filter((part) => part !== '' && part !== '.').join('/') || '.'
    if (!stats.isSymbolicLink() || atLink === 'stop') return { name, path, stats }
    await walk.follow(name)
  }
}

export async function lstatOrNull(location: Buffer): Promise<BigIntStats | null> {
  try {
    return await lstat(location, { bigint: true })
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return null
    throw error
  }
}

/** A file may grow while it is read. */
async function readUpTo(file: FileHandle, path: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for (;;) {
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(64 * 2 ** 10) })
    if (bytesRead === 0) return Buffer.concat(chunks)
    size += bytesRead
    if (size > maxReadBytes) throw tooLarge(path, size)
    chunks.push(buffer.subarray(0, bytesRead))
  }
}

function tooLarge(path: string, bytes: number): PathRefused {
  return new PathRefused(`${quotedName(path)} has ${describeBytes(bytes)}; at most ${describeBytes(maxReadBytes)} are read.`)
}
