import { mkdir, symlink } from 'node:fs/promises'
import { join, posix } from 'node:path'
import type { Tree } from '../domain/change.ts'
import type { Repository } from './discover-repository.ts'
import { createGit } from './git.ts'
import { exportIndex } from './staged/export-index.ts'
import { everyByte, neutralEnvironment, writeGitDirectory } from './transaction/git-directory.ts'
import { errorCode, groundOf, locationIn } from './transaction/locations.ts'
import { readRepositoryState } from './transaction/repository-state.ts'
import { listIgnored } from './tree-state.ts'

/** Writes the files of a tree below a folder, byte for byte as they are stored, and returns the absolute path of their root. */
export async function exportTree(
  repository: Repository,
  tree: Tree & { kind: 'index' | 'commit' },
  { folder, signal }: { folder: string; signal: AbortSignal },
): Promise<string> {
  if (tree.kind === 'index') return (await exportIndex(repository, folder, signal)).root
  const [root, gitDirectory] = [join(folder, 'tree'), join(folder, 'tree.git')]
  const [state] = await Promise.all([
    readRepositoryState(createGit(repository.root, repository.environment), repository, signal),
    mkdir(root),
  ])
  await writeGitDirectory({ path: gitDirectory, state, attributes: everyByte, settings: {} })
  const git = createGit(root, neutralEnvironment(repository.environment, { gitDirectory, workTree: root }))
  await git.ask(['read-tree', tree.id], { signal })
  await git.ask(['checkout-index', '--all', '--force', '--quiet'], { signal })
  return root
}

/** What tools write for themselves; theirs in the user's tree is not for a copy. */
const scratch =
  /(?:^|\/)(?:\.git|target|coverage|__pycache__|\.[\w-]*cache|\.nyc_output|\.turbo|\.tox|\.nox)\/?$|\.(?:log|tsbuildinfo|py[co])$/
const maxLinks = 500

/**
 * Shows in a copy what git ignores in the user's tree, such as generated sources, without which a compiler complains about every use of them. The
 * folders given are shown in another way.
 */
export async function linkIgnored(
  repository: Repository,
  copy: string,
  { except, signal }: { except: readonly string[]; signal: AbortSignal },
): Promise<void> {
  const shown = new Set(except)
  const ignored = (await listIgnored(repository, signal)).map((path) => path.replace(/\/$/, ''))
  for (const path of ignored.filter((path) => !shown.has(path) && !scratch.test(path)).slice(0, maxLinks)) {
    const { obstacle } = await groundOf(copy, path)
    // A link of the copy's own may lead anywhere.
    if (obstacle === 'link' || obstacle === 'file') continue
    await mkdir(locationIn(copy, posix.dirname(path)), { recursive: true })
    await symlink(locationIn(repository.root, path), locationIn(copy, path)).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error
    })
  }
}
