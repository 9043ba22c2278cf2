import { type Environment, pullRequestBase } from '../config/environment.ts'
import type { ReadBase } from '../config/find-project-file.ts'
import type { Tree } from '../domain/change.ts'
import type { Notice } from '../domain/report.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** Where configuration, rules and baseline are read from. */
export interface TrustedFiles {
  list(): Promise<readonly string[]>
  read(path: string): Promise<string | null>
  /** Set where a pull request must not change what it is judged by. */
  readBase: ReadBase | undefined
  notices: readonly Notice[]
}

/** The working tree; in CI on a pull request the base revision, and nothing at all where that was not fetched. */
export async function trustedFiles(workspace: Workspace, environment: Environment): Promise<TrustedFiles> {
  const branch = pullRequestBase(environment)
  if (branch === undefined) return { ...filesOf(workspace, { kind: 'working' }), readBase: undefined, notices: [] }
  const id = await resolveBranch(workspace, branch)
  const files = filesOf(workspace, id === null ? { kind: 'empty' } : { kind: 'commit', id })
  return { ...files, readBase: files.read, notices: id === null ? [baseMissing(branch)] : [] }
}

function filesOf(workspace: Workspace, tree: Tree): Pick<TrustedFiles, 'list' | 'read'> {
  return {
    list: async () => (tree.kind === 'empty' ? [] : workspace.listFiles(tree)),
    read: async (path) => (await workspace.readFile(tree, path))?.toString('utf8') ?? null,
  }
}

async function resolveBranch(workspace: Workspace, branch: string): Promise<string | null> {
  for (const ref of [`refs/remotes/origin/${branch}`, `refs/heads/${branch}`]) {
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
