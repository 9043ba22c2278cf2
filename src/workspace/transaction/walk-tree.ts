import type { Dirent } from 'node:fs'
import { chmod, readdir } from 'node:fs/promises'
import { pathText } from '../path-bytes.ts'
import type { Refusal } from '../transaction.ts'
import { inParallel } from './in-parallel.ts'
import { errorCode, locationIn, lookAt } from './locations.ts'

/** Everything below a folder, by what it is. Nothing was opened, and no link followed. */
export interface TreeWalk {
  files: Set<string>
  links: Set<string>
  /** The outermost first. */
  folders: string[]
  /** Pipes, sockets and devices. */
  special: string[]
  /** Whatever is called `.git`, in any case of letters; not looked into. */
  repositories: string[]
  /** Where git must not be let in, because it would hang or never end. */
  traps: Refusal[]
  unreadable: Refusal[]
}

const atOnce = 16
const maxEntries = 1_000_000
const maxControlBytes = 2 ** 20

/** Looks at a copy that a hostile program may have changed, before git does. */
export async function walkTree(root: string): Promise<TreeWalk> {
  const walk: TreeWalk = { files: new Set(), links: new Set(), folders: [], special: [], repositories: [], traps: [], unreadable: [] }
  let count = 0
  for (let level = ['.']; level.length > 0 && count < maxEntries; ) {
    const next: string[] = []
    await inParallel(level, atOnce, async (folder) => {
      const entries = await entriesOf(root, folder)
      if (typeof entries === 'string') return void walk.unreadable.push({ path: folder, reason: `The folder cannot be read (${entries}).` })
      count += entries.length
      for (const entry of entries) await sort(entry, { root, folder, walk, next })
    })
    walk.folders.push(...next.toSorted())
    level = next
  }
  if (count >= maxEntries) walk.traps.push({ path: '.', reason: `The run made more than ${maxEntries} files.` })
  return walk
}

interface Visit {
  root: string
  folder: string
  walk: TreeWalk
  next: string[]
}

async function sort(entry: Dirent<Buffer>, { root, folder, walk, next }: Visit): Promise<void> {
  const name = pathText(entry.name)
  const path = folder === '.' ? name : `${folder}/${name}`
  if (name.toLowerCase() === '.git') return void walk.repositories.push(path)
  if (/^\.git(?:ignore|attributes|modules)$/i.test(name)) await checkControlFile(root, path, walk)
  if (entry.isDirectory()) next.push(path)
  else if (entry.isFile()) walk.files.add(path)
  else if (entry.isSymbolicLink()) walk.links.add(path)
  else walk.special.push(path)
}

/** Git opens such a file wherever it is: a pipe would stop it for good, and it reads the whole of a file. */
async function checkControlFile(root: string, path: string, { traps }: TreeWalk): Promise<void> {
  const stats = await lookAt(root, path)
  if (stats === null || stats.isSymbolicLink() || stats.isDirectory()) return
  if (!stats.isFile()) traps.push({ path, reason: 'It is neither a file nor a link, and git would wait for it.' })
  else if (stats.size > maxControlBytes) traps.push({ path, reason: `It has ${stats.size} bytes; git would read them all.` })
}

/** What is in a folder, or the code of the error that hides it. The copy is ours, so that rights that were taken away are given back. */
async function entriesOf(root: string, folder: string): Promise<Dirent<Buffer>[] | string> {
  const location = locationIn(root, folder)
  const read = () => readdir(location, { withFileTypes: true, encoding: 'buffer' })
  try {
    return await read().catch(async (error: unknown) => {
      if (errorCode(error) !== 'EACCES') throw error
      await chmod(location, 0o700)
      return read()
    })
  } catch (error) {
    return errorCode(error)
  }
}
