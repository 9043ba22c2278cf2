import { mkdtemp, realpath, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import type { Tree } from '../../../domain/change.ts'
import { AppError } from '../../../domain/errors.ts'
import { type DependencyFolder, dependencyFolders } from '../../../workspace/dependency-folders.ts'
import type { Repository } from '../../../workspace/discover-repository.ts'
import { exportTree, linkIgnored } from '../../../workspace/export-tree.ts'
import type { Project } from '../../../workspace/project.ts'
import type { Sandbox, SandboxView } from '../../../workspace/sandbox.ts'
import { isCheckedOut } from '../../../workspace/tree-state.ts'
import type { TaskContext } from '../../task.ts'

/** One tree of the repository with what linters need to run on it. */
export interface LintTree {
  readonly project: Project
  /** Packages that are installed in the user's tree. */
  readonly dependencies: readonly DependencyFolder[]
  /** Where linters run on exactly these files; opened by the first who needs it. Throws `SANDBOX_UNAVAILABLE`. */
  sandbox(): Promise<Sandbox>
  /** Whether they run as the user's own tools; false as long as nothing was opened. */
  isUsersOwn(): boolean
  close(): Promise<void>
}

interface Opening {
  context: Pick<TaskContext, 'workspace' | 'workshop'>
  /** Files that must be on disk as the tree has them, before it is looked at in place. */
  concerned: readonly string[]
  signal: AbortSignal
}

type Closing = () => Promise<unknown>

/** Nothing is written, copied or started before a linter has something to do. */
export async function openLintTree(tree: Tree, opening: Opening): Promise<LintTree> {
  const { workspace } = opening.context
  const files = await workspace.listFiles(tree)
  const dependencies = await dependencyFolders(workspace.root, files)
  const closings: Closing[] = []
  let opened: Promise<{ sandbox: Sandbox; isUsersOwn: boolean }> | undefined
  let isUsersOwn = false
  return {
    project: projectOf(tree, files, opening),
    dependencies,
    async sandbox() {
      const found = await (opened ??= openTools(tree, { ...opening, dependencies, closings }))
      isUsersOwn = found.isUsersOwn
      return found.sandbox
    },
    isUsersOwn: () => isUsersOwn,
    async close() {
      await opened?.catch(() => {})
      for (const close of closings.toReversed()) await close()
    },
  }
}

/** Read from the tree itself; only what git ignores is looked for on disk. */
function projectOf(tree: Tree, files: readonly string[], { context: { workspace } }: Opening): Project {
  const texts = new Map<string, Promise<string | null>>()
  const readText = async (path: string) => (await workspace.readFile(tree, path).catch(() => null))?.toString('utf8') ?? null
  return {
    root: workspace.root,
    files,
    read(path) {
      const text = texts.get(path) ?? readText(path)
      texts.set(path, text)
      return text
    },
    exists: (path) =>
      stat(join(workspace.root, posix.normalize(path))).then(
        () => true,
        () => false,
      ),
  }
}

interface Copying extends Opening {
  dependencies: readonly DependencyFolder[]
  closings: Closing[]
}

/** In place where the files on disk are those of the tree and the code is the user's; else on a copy. */
async function openTools(tree: Tree, copying: Copying): Promise<{ sandbox: Sandbox; isUsersOwn: boolean }> {
  const { context, dependencies, closings, signal } = copying
  const repository = requireRepository(context)
  if (await isInPlace(tree, repository, copying)) {
    const tools = await context.workshop.openUserTools(signal)
    if (tools !== null) {
      closings.push(() => tools.close())
      return { sandbox: tools, isUsersOwn: true }
    }
  }
  const root = await copyOf(tree, repository, copying)
  const view: SandboxView = { root, readOnly: dependencies }
  const tools = await context.workshop.openUserTools(signal, view)
  if (tools !== null) await linkIgnored(repository, root, { except: dependencies.map(({ target }) => target), signal })
  const sandbox = tools ?? (await context.workshop.openSandbox(view, signal))
  closings.push(() => sandbox.close())
  return { sandbox, isUsersOwn: tools !== null }
}

function requireRepository({ workspace: { repository, root } }: Opening['context']): Repository {
  if (repository) return repository
  throw new AppError('NOT_A_REPOSITORY', `${root} is not in a git repository.`)
}

async function isInPlace(tree: Tree, repository: Repository, { context: { workspace }, concerned, signal }: Opening): Promise<boolean> {
  if (tree.kind === 'working') return true
  if (!(await isCheckedOut(repository, tree, signal))) return false
  // Line ends and filters make other bytes of the same content.
  const same = concerned.map(async (path) => {
    const [meant, onDisk] = await Promise.all([workspace.readFile(tree, path), workspace.readFile({ kind: 'working' }, path)])
    return meant !== null && onDisk !== null && meant.equals(onDisk)
  })
  return (await Promise.all(same)).every(Boolean)
}

async function copyOf(tree: Tree, repository: Repository, { context: { workshop }, closings, signal }: Copying): Promise<string> {
  if (tree.kind === 'index' || tree.kind === 'commit') {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'agent-review-')))
    closings.push(() => rm(folder, { recursive: true, force: true }))
    return exportTree(repository, tree, { folder, signal })
  }
  const transaction = await workshop.beginTransaction(signal)
  closings.push(() => transaction.close())
  return transaction.checkout.root
}
