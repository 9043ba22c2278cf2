import { chmod, mkdir, rm, rmdir } from 'node:fs/promises'
import { AppError } from '../../domain/errors.ts'
import { errorCode, locationIn, lookAt } from './locations.ts'
import { type ChangeSizes, type Copy, type RecordedTree, recordTree } from './record-tree.ts'
import { treeChanges } from './tree-changes.ts'
import { type TreeWalk, walkTree } from './walk-tree.ts'

/** States of a copy that it can be put back to, for as long as this process lives. */
export interface Snapshots {
  take(): Promise<string>
  restore(id: string): Promise<void>
}

interface Snapshot {
  tree: string
  /** Git knows no folders without files. */
  folders: readonly string[]
  /** Too large to be remembered: left as they are. */
  kept: ReadonlySet<string>
}

const maxRounds = 4

/** Snapshots are trees of the copy's own git directory. */
export function createSnapshots(copy: Copy, sizes: ChangeSizes): Snapshots {
  const taken = new Map<string, Snapshot>()
  return {
    async take() {
      const { id: tree, walk, refused } = await recordTree(copy, sizes)
      const whole = refused.find(({ path }) => path === '.')
      if (whole) throw new AppError('CHANGES_REFUSED', `The copy cannot be remembered. ${whole.reason}`)
      const id = `${taken.size + 1}-${tree}`
      taken.set(id, { tree, folders: walk.folders, kept: new Set(refused.map(({ path }) => path)) })
      return id
    },
    async restore(id) {
      const snapshot = taken.get(id)
      if (!snapshot) throw new AppError('INTERNAL', `${id} is not a snapshot of this copy.`)
      await putBack(copy, snapshot, { ...sizes, files: Infinity, totalBytes: Infinity })
    },
  }
}

async function putBack(copy: Copy, snapshot: Snapshot, sizes: ChangeSizes): Promise<void> {
  await clear(copy.root, snapshot)
  // What an ignore rule of the changed copy hid is seen only once the rules are as they were.
  for (let round = 0; round < maxRounds; round++) {
    const now = await recordTree(copy, sizes)
    const strangers = unwanted(now, snapshot)
    for (const path of strangers) await rm(locationIn(copy.root, path), { recursive: true, force: true })
    if (now.id === snapshot.tree && strangers.length === 0) return restoreFolders(copy.root, snapshot)
    await copy.git.ask(['read-tree', '--reset', '-u', snapshot.tree])
  }
  const paths = (await treeChanges(copy.git, snapshot.tree, (await recordTree(copy, sizes)).id)).map(({ path }) => path)
  throw new AppError('INTERNAL', `The copy cannot be put back as it was: ${paths.slice(0, 3).join(', ')}.`)
}

const unwanted = ({ refused }: RecordedTree, { kept }: Snapshot) =>
  refused.map(({ path }) => path).filter((path) => path !== '.' && !kept.has(path))

/** Takes away what git must not see, and gives back the rights that it needs. */
async function clear(root: string, { kept }: Snapshot): Promise<void> {
  const walk: TreeWalk = await walkTree(root)
  const strange = [...walk.repositories, ...walk.special, ...walk.traps.map(({ path }) => path)]
  for (const path of strange.filter((path) => path !== '.' && !kept.has(path)))
    await rm(locationIn(root, path), { recursive: true, force: true })
  for (const folder of walk.folders) {
    const stats = await lookAt(root, folder)
    if (stats && (stats.mode & 0o700) !== 0o700) await chmod(locationIn(root, folder), (stats.mode & 0o777) | 0o700)
  }
}

async function restoreFolders(root: string, { folders }: Snapshot): Promise<void> {
  const known = new Set(folders)
  for (const folder of (await walkTree(root)).folders.toReversed()) if (!known.has(folder)) await removeIfEmpty(locationIn(root, folder))
  for (const folder of folders) await mkdir(locationIn(root, folder), { recursive: true })
}

/** It may hold what git ignores. */
async function removeIfEmpty(location: Buffer): Promise<void> {
  await rmdir(location).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOTEMPTY') throw error
  })
}
