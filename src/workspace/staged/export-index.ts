import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Repository } from '../discover-repository.ts'
import { createGit, type Git } from '../git.ts'
import { records } from '../list-files.ts'
import { pathText } from '../path-bytes.ts'
import { everyByte, neutralEnvironment, writeGitDirectory } from '../transaction/git-directory.ts'
import { readIndexEntries, writeIndexEntries } from '../transaction/index-entries.ts'
import { readRepositoryState } from '../transaction/repository-state.ts'
import type { TreeEntry } from '../transaction/tree-changes.ts'

/** The files of an index, on disk. */
export interface ExportedIndex {
  /** Absolute path of the files. */
  root: string
  /** What the index held when they were written. */
  entries: ReadonlyMap<string, TreeEntry>
}

/**
 * Writes what the index holds to `<folder>/staged`, byte for byte as it is stored: no line ending is changed and no filter run. Files that
 * are only intended to be added hold nothing yet, and are not written.
 */
export async function exportIndex(repository: Repository, folder: string, signal: AbortSignal): Promise<ExportedIndex> {
  const userGit = createGit(repository.root, repository.environment)
  const [root, gitDirectory] = [join(folder, 'staged'), join(folder, 'staged.git')]
  const [state, entries] = await Promise.all([
    readRepositoryState(userGit, repository, signal),
    readStaged(userGit, repository.emptyTree),
    mkdir(root),
  ])
  await writeGitDirectory({ path: gitDirectory, state, attributes: everyByte, settings: {} })
  const git = createGit(root, neutralEnvironment(repository.environment, { gitDirectory, workTree: root }))
  await writeIndexEntries(git, entries)
  await git.ask(['checkout-index', '--all', '--force', '--quiet'], { signal })
  return { root, entries }
}

/** Files and links, without other repositories, without what is not merged, and without what is only intended to be added. */
async function readStaged(git: Git, emptyTree: string): Promise<Map<string, TreeEntry>> {
  const listed = records(await git.ask(['ls-files', '--cached', '-z'])).map(pathText)
  const entries = await readIndexEntries(git, new Set(listed))
  const intended = await intendedPaths(git, emptyTree)
  return new Map(
    [...entries].flatMap(([path, entry]) =>
      entry === 'unmerged' || entry.mode === '160000' || intended.has(path) ? [] : [[path, entry] as const],
    ),
  )
}

/** What the two ways to look at files that are only intended to be added disagree about. */
async function intendedPaths(git: Git, emptyTree: string): Promise<ReadonlySet<string>> {
  const pathsWith = async (how: string) =>
    records(
      await git.ask([
        'diff-index',
        '--cached',
        `--ita-${how}-in-index`,
        '--no-renames',
        '--ignore-submodules=none',
        '--name-only',
        '-z',
        emptyTree,
      ]),
    ).map(pathText)
  const real = new Set(await pathsWith('invisible'))
  return new Set((await pathsWith('visible')).filter((path) => !real.has(path)))
}
