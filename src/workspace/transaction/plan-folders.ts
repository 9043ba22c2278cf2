import { readdir } from 'node:fs/promises'
import { pathText } from '../path-bytes.ts'
import type { Journal } from './journal.ts'
import { foldersAbove, locationIn, lookAt } from './locations.ts'

interface ChangedPaths {
  deleted: readonly string[]
  /** What is there afterwards, added or modified. */
  written: readonly string[]
}

/** The folders that a change makes, and those that it leaves empty, which go, as with git. */
export async function planFolders(root: string, { deleted, written }: ChangedPaths): Promise<Journal['folders']> {
  const needed = new Set(written.flatMap(foldersAbove))
  const gone = new Set(deleted)
  const removed: string[] = []
  // The innermost first, so that a folder knows whether those in it stay.
  for (const folder of byDepth(new Set(deleted.flatMap(foldersAbove))).toReversed()) {
    if (needed.has(folder) || !(await holdsOnly(root, folder, gone))) continue
    gone.add(folder)
    removed.push(folder)
  }
  const made: string[] = []
  for (const folder of byDepth(needed)) if (!(await lookAt(root, folder))?.isDirectory()) made.push(folder)
  return { made, removed }
}

const byDepth = (folders: ReadonlySet<string>) => [...folders].toSorted((a, b) => a.split('/').length - b.split('/').length)

async function holdsOnly(root: string, folder: string, gone: ReadonlySet<string>): Promise<boolean> {
  const names = await readdir(locationIn(root, folder), { encoding: 'buffer' })
  return names.every((name) => gone.has(`${folder}/${pathText(name)}`))
}

/** Whether a folder stands where a file is to be, and does not go. */
export async function isBlockedByFolder(root: string, path: string, { removed }: Journal['folders']): Promise<boolean> {
  return !removed.includes(path) && ((await lookAt(root, path))?.isDirectory() ?? false)
}

/** Whether a folder on the way is another repository, whose files are not this one's. */
export async function isInOtherRepository(root: string, path: string): Promise<boolean> {
  for (const folder of foldersAbove(path)) if (await lookAt(root, `${folder}/.git`)) return true
  return false
}
