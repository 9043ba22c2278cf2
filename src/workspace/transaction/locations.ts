import type { Stats } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { posix } from 'node:path'
import { checkedPath } from '../checked-path.ts'
import { pathBytes } from '../path-bytes.ts'

/** Whether a text names a place in a tree, outside of git's directories, and in the one form that git has for it. */
export function isShortestPath(path: string): boolean {
  try {
    return checkedPath(path) === path && path !== '.'
  } catch {
    return false
  }
}

/** Where a path lies on disk, in bytes, since a name need not be UTF-8. */
export function locationIn(root: string, path: string): Buffer {
  return path === '.' ? Buffer.from(root) : Buffer.concat([Buffer.from(`${root}/`), pathBytes(path)])
}

/** The folder of a path; `.` is the root. */
export const folderOf = (path: string): string => posix.dirname(path)

/** Every folder above a path, the outermost first, without the root. */
export function foldersAbove(path: string): string[] {
  const segments = path.split('/').slice(0, -1)
  return segments.map((_, index) => segments.slice(0, index + 1).join('/'))
}

/** What lies at a path, no link followed; null for nothing. The folders above are taken as they are: ask `groundOf` about them. */
export async function lookAt(root: string, path: string): Promise<Stats | null> {
  try {
    return await lstat(locationIn(root, path))
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** How far the way to a path is made of real folders, and what is in the way where it ends early. */
export interface Ground {
  /** The last real folder on the way. */
  reaches: string
  obstacle: 'none' | 'missing' | 'file' | 'link'
}

/** Looks at every folder above a path. A link is never followed, wherever it leads. */
export async function groundOf(root: string, path: string): Promise<Ground> {
  let reaches = '.'
  for (const folder of foldersAbove(path)) {
    const stats = await lookAt(root, folder)
    if (!stats?.isDirectory()) return { reaches, obstacle: stats === null ? 'missing' : stats.isSymbolicLink() ? 'link' : 'file' }
    reaches = folder
  }
  return { reaches, obstacle: 'none' }
}

/** Whether an error of the file system says that nothing is there. */
export const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(errorCode(error))

/** The system's code of an error; empty for any other. */
export const errorCode = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')
