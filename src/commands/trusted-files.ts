import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { type Environment, pullRequestBase } from '../config/environment.ts'
import type { ReadBase } from '../config/find-project-file.ts'
import type { Tree } from '../domain/change.ts'
import type { Notice } from '../domain/report.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** Where configuration, rules and baseline are read from. */
export interface TrustedFiles {
  /** Paths of the files below a folder, relative to the root. */
  list(folder: string): Promise<readonly string[]>
  read(path: string): Promise<string | null>
  /** Set where a pull request must not change what it is judged by. */
  readBase: ReadBase | undefined
  notices: readonly Notice[]
}

/** The working tree; in CI on a pull request the base revision, and nothing at all where that was not fetched. */
export async function trustedFiles(workspace: Workspace, environment: Environment): Promise<TrustedFiles> {
  const branch = pullRequestBase(environment)
  if (branch === undefined)
    return {
      list: (folder) => listFolder(workspace.root, folder),
      read: readerOf(workspace, { kind: 'working' }),
      readBase: undefined,
      notices: [],
    }
  const id = await resolveBranch(workspace, branch)
  const tree: Tree = id === null ? { kind: 'empty' } : { kind: 'commit', id }
  const read = readerOf(workspace, tree)
  return {
    list: (folder) => workspace.listFiles(tree, folder === '' ? undefined : folder),
    read,
    readBase: read,
    notices: id === null ? [baseMissing(branch)] : [],
  }
}

const readerOf = (workspace: Workspace, tree: Tree) => async (path: string) =>
  (await workspace.readFile(tree, path))?.toString('utf8') ?? null

/** Without asking git, which costs more than the few files there are; a folder that is not there has none. */
async function listFolder(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => [])
  const isOurs = (path: string) => !/(^|\/)(\.git|node_modules)\//.test(path)
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)).split(sep).join('/'))
    .filter(isOurs)
}

async function resolveBranch(workspace: Workspace, branch: string): Promise<string | null> {
  // Where the pull request was read from its forge, its base is known by its commit.
  const exact = /^[\da-f]{40,64}$/.test(branch) ? [branch] : []
  for (const ref of [...exact, `refs/remotes/origin/${branch}`, `refs/heads/${branch}`]) {
    const id = await workspace.resolveCommit(ref).catch(() => null)
    if (id !== null) return id
  }
  return null
}

function baseMissing(branch: string): Notice {
  return {
    code: 'CONFIG_BASE_MISSING',
    message: `The base branch ${branch} of this pull request is not here, so its configuration, rules and baseline were not read.`,
    hint: `Fetch it before the review, e.g. with \`git fetch origin ${branch}\` or \`fetch-depth: 0\`.`,
  }
}
