import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gitOn } from './hold-indexes.ts'
import type { Repository } from '../discover-repository.ts'
import { writeIndexEntries } from '../transaction/index-entries.ts'
import { folderOf, locationIn } from '../transaction/locations.ts'
import { writeTree } from '../transaction/record-tree.ts'
import { type TreeEntry, treePatch } from '../transaction/tree-changes.ts'

interface StagedDifference {
  path: string
  before: TreeEntry
  after: TreeEntry
}

interface PatchPlace {
  repository: Repository
  /** Folder of the run's patches. */
  patches: string
  /** A folder to work in. */
  scratch: string
}

/** Leaves a change that could not be made to a file on disk as `<patches>/<path>.patch`, which `git apply` takes. Returns its path. */
export async function writePatch({ path, before, after }: StagedDifference, { repository, patches, scratch }: PatchPlace): Promise<string> {
  const git = gitOn(repository, join(scratch, 'patch.index'))
  const trees: string[] = []
  for (const entry of [before, after]) {
    await git.ask(['read-tree', '--empty'])
    await writeIndexEntries(git, new Map([[path, entry]]))
    trees.push(await writeTree(git))
  }
  const [from = '', to = ''] = trees
  const name = `${path}.patch`
  await mkdir(locationIn(patches, folderOf(name)), { recursive: true, mode: 0o700 })
  await writeFile(locationIn(patches, name), await treePatch(git, from, to), { mode: 0o600 })
  return `${patches}/${name}`
}
