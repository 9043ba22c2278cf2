import { realpath } from 'node:fs/promises'
import { AppError } from '../domain/errors.ts'
import { readPatch } from './patch/read-patch.ts'
import { selectPaths } from './select-paths.ts'
import { findWorkingFile, readWorkingFile } from './working-tree.ts'
import type { Workspace } from './workspace.ts'

/** A folder that is in no repository: enough to look at a patch, and at the files beside it. */
export async function openDirectory(directory: string): Promise<Workspace> {
  const root = await realpath(directory)
  const refuse = async () => {
    throw new AppError('NOT_A_REPOSITORY', `${root} is not in a git repository.`, {
      hint: 'Run this in a clone, or give a patch: --patch <file>',
    })
  }
  return {
    root,
    gitDirectory: null,
    repository: null,
    async readChange(selector, options) {
      if (selector.kind !== 'patch') return refuse()
      return readPatch(selector.source, await selectPaths(options.paths, { root, directory: root }), { ...options, directory: root })
    },
    async readFile(tree, path) {
      const file = tree.kind === 'working' ? await findWorkingFile(root, path) : null
      return file && readWorkingFile(file)
    },
    listFiles: async () => [],
    resolveCommit: refuse,
    readGitConfig: async () => null,
    close: async () => {},
  }
}
