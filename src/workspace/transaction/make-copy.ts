import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createGit, type Git } from '../git.ts'
import { records } from '../list-files.ts'
import { pathText } from '../path-bytes.ts'
import type { Refusal, TransactionPlace } from '../transaction.ts'
import { copyTree } from './copy-tree.ts'
import { everyByte, neutralEnvironment, writeGitDirectory } from './git-directory.ts'
import { listUserFiles } from './list-user-files.ts'
import { type Copy, updateIndex, writeTree } from './record-tree.ts'
import { readRepositoryState } from './repository-state.ts'

/** The copy of a user's tree, with git directories of ours beside it. */
export interface MadeCopy extends Copy {
  /** The tree as it was copied. */
  base: string
  /** Git as the user would see it, with their line endings, for questions about what is different from HEAD. */
  history: Git
  leftOut: readonly Refusal[]
  /** Git for the user's own files, with nothing of their configuration. */
  neutral: Git
}

/**
 * Copies the user's tree to `<folder>/tree`. Git's directories lie beside it, where nothing that runs in the tree can write: `git` keeps
 * every byte and is what a result is computed with, `history` answers questions.
 */
export async function makeCopy({ repository }: TransactionPlace, folder: string, signal: AbortSignal): Promise<MadeCopy> {
  const { root: userRoot, environment } = repository
  const root = join(folder, 'tree')
  const userGit = createGit(userRoot, environment)
  const [state, files] = await Promise.all([readRepositoryState(userGit, repository, signal), listUserFiles(userGit, signal), mkdir(root)])
  const [gitDirectory, historyDirectory] = [join(folder, 'git'), join(folder, 'history')]
  const { copied, leftOut } = await copyTree({ from: userRoot, to: root, paths: files.present, signal })
  await writeGitDirectory({ path: gitDirectory, state, attributes: everyByte, settings: {} })
  await writeGitDirectory({ path: historyDirectory, state, attributes: state.attributes, settings: state.conversion })
  const gitIn = (directory: string, workTree: string) =>
    createGit(workTree, neutralEnvironment(environment, { gitDirectory: directory, workTree }))
  const git = gitIn(gitDirectory, root)
  await updateIndex(git, ['--add'], copied)
  const history = gitIn(historyDirectory, root)
  const base = await writeTree(git)
  await copyFile(join(gitDirectory, 'index'), join(historyDirectory, 'index')).catch(() => {})
  await fillHistory(history, state.head, files.sparse)
  return {
    root,
    git,
    base,
    history,
    neutral: gitIn(gitDirectory, userRoot),
    leftOut: [...leftOut, ...files.nested, ...files.sparse.map((path) => ({ path, reason: 'A sparse checkout leaves it out.' }))],
  }
}

/**
 * The index that questions compare with: the commit. What is not in the copy counts as unchanged; into other repositories git would start
 * itself, with their configuration.
 */
async function fillHistory(history: Git, head: string | null, sparse: readonly string[]): Promise<void> {
  if (head === null) return void (await history.ask(['read-tree', '--empty']))
  // What is as in the commit keeps what the index knows about the file on disk, so that no question has to read it again.
  await history.ask(['read-tree', '--reset', head])
  const hidden = new Set(sparse)
  const absent = records(await history.ask(['ls-files', '--stage', '-z'])).flatMap((record) => {
    const path = pathText(record.subarray(record.indexOf(9) + 1))
    return hidden.has(path) || record.toString('latin1', 0, 7) === '160000 ' ? [path] : []
  })
  await updateIndex(history, ['--skip-worktree'], absent)
}
