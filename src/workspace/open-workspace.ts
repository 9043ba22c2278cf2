import { realpath } from 'node:fs/promises'
import type { Tree } from '../domain/change.ts'
import { checkedPath } from './checked-path.ts'
import { discoverRepository } from './discover-repository.ts'
import { createGit, type Git } from './git.ts'
import type { Environment } from './git-environment.ts'
import { listFiles } from './list-files.ts'
import { openObjectReader } from './object-reader.ts'
import { readChange } from './read-change.ts'
import { readPatch } from './patch/read-patch.ts'
import { readTreeFile } from './read-tree-file.ts'
import { requireCommit } from './resolve-commit.ts'
import { selectPaths } from './select-paths.ts'
import type { Workspace } from './workspace.ts'

/** Opens the checkout around a directory: from any folder in it, in a linked worktree, or inside a hook. */
export async function openWorkspace(directory: string, { environment }: { environment: Environment }): Promise<Workspace> {
  const repository = await discoverRepository(directory, environment)
  const { root, gitDirectory, emptyTree, environment: located } = repository
  const git = createGit(root, located)
  const objects = openObjectReader(git)
  const place = { root, directory: await realpath(directory) }
  const readFile = (tree: Tree, path: string) => readTreeFile({ root, git, objects }, tree, path)
  return {
    root,
    gitDirectory,
    repository,
    readFile,
    async readChange(selector, options) {
      const selection = await selectPaths(options.paths, place)
      if (selector.kind === 'patch') return readPatch(selector.source, selection, { ...options, directory: place.directory })
      return readChange(selector, selection, { ...options, root, git, objects, emptyTree, readFile })
    },
    async listFiles(tree, under) {
      const paths = await listFiles(git, tree)
      const folder = under === undefined ? '.' : checkedPath(under)
      return folder === '.' ? paths : paths.filter((path) => path === folder || path.startsWith(`${folder}/`))
    },
    resolveCommit: (ref, signal) => requireCommit(git, ref, signal),
    readGitConfig: (key) => readGitConfig(git, key),
    close: () => objects.close(),
  }
}

async function readGitConfig(git: Git, key: string): Promise<string | null> {
  const { code, stdout } = await git.run(['config', '--get', key], { asConfigured: true })
  return code === 0 ? stdout.toString('utf8').replace(/\n$/, '') : null
}
