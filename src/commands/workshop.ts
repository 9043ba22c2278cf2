import { existsSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pullRequestBase } from '../config/environment.ts'
import { AppError } from '../domain/errors.ts'
import type { Notice } from '../domain/report.ts'
import type { Workshop } from '../tasks/task.ts'
import type { SandboxOptions } from '../workspace/sandbox.ts'
import type { TransactionPlace } from '../workspace/transaction.ts'
import type { Workspace } from '../workspace/workspace.ts'
import type { CommandContext } from './command.ts'
import { projectFolder } from './project-folder.ts'

interface WorkshopOptions {
  sandbox: SandboxOptions
  context: Pick<CommandContext, 'environment'>
}

/** Where tasks read, change and run things. Nothing is loaded before it is used. */
export function createWorkshop(workspace: Workspace, { sandbox, context: { environment } }: WorkshopOptions): Workshop {
  return {
    async openCheckout() {
      const { repository } = requirePlace(workspace, environment)
      const [{ openCheckout }, { createGit }] = await Promise.all([import('../workspace/open-checkout.ts'), import('../workspace/git.ts')])
      const git = createGit(repository.root, repository.environment)
      return openCheckout({ root: repository.root, git, environment, readOnly: true })
    },
    async openUserTools(signal, copy) {
      // The configuration of a linter is code, and in a pull request it is a stranger's.
      if (pullRequestBase(environment) !== undefined) return null
      // Who names a sandbox wants what changes files to run in it.
      if (copy && (sandbox.use === 'docker' || sandbox.use === 'bwrap')) return null
      const { openSandbox } = await import('../workspace/sandbox.ts')
      return openSandbox({ ...sandbox, use: 'host' }, copy ?? { root: workspace.root, readOnly: [] }, { environment, signal })
    },
    async beginTransaction(signal, from = 'working') {
      const place = requirePlace(workspace, environment)
      await requireFolder(place.folder)
      if (from === 'index') return beginOnIndex(place, { environment, signal })
      const [{ beginTransaction }, { openCheckout }] = await Promise.all([
        import('../workspace/transaction/begin-transaction.ts'),
        import('../workspace/open-checkout.ts'),
      ])
      return beginTransaction({ ...place, signal, openCheckout: ({ root, git }) => openCheckout({ root, git, environment }) })
    },
    async commitRun(applied, message, signal) {
      const { commitRun } = await import('../workspace/transaction/commit-run.ts')
      return commitRun(applied, requirePlace(workspace, environment), { message, signal })
    },
    async openSandbox(view, signal) {
      const { openSandbox } = await import('../workspace/sandbox.ts')
      return openSandbox(sandbox, view, { environment, signal })
    },
  }
}

/** Copies and journals lie outside of the repository, in a folder that somebody may have forbidden us. */
async function requireFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
  } catch (error) {
    throw new AppError('OUTPUT_UNWRITABLE', `${folder} cannot be made (${(error as NodeJS.ErrnoException).code}).`, {
      cause: error,
      hint: 'Set AGENT_HOME to a folder that can be written to.',
    })
  }
}

async function beginOnIndex(place: TransactionPlace, { environment, signal }: Pick<CommandContext, 'environment' | 'signal'>) {
  const [{ beginStaged }, { openCheckout }] = await Promise.all([
    import('../workspace/staged/begin-staged.ts'),
    import('../workspace/open-checkout.ts'),
  ])
  return beginStaged({
    ...place,
    patches: `${place.folder}-patches`,
    signal,
    openCheckout: ({ root, git }) => openCheckout({ root, git, environment }),
  })
}

/** Finishes or takes back what a killed run has left half-way, before anything looks at the tree. */
export async function finishInterruptedRuns(
  workspace: Workspace,
  { environment, signal }: Pick<CommandContext, 'environment' | 'signal'>,
): Promise<Notice[]> {
  const place = placeOf(workspace, environment)
  // Most repositories never had a run, and a hook waits for this.
  if (place === null || !existsSync(place.folder)) return []
  const [{ recoverTransactions }, { recoverStaged }] = await Promise.all([
    import('../workspace/transaction/recover-transactions.ts'),
    import('../workspace/staged/recover-staged.ts'),
  ])
  return [...(await recoverTransactions(place, { signal })), ...(await recoverStaged(place, { signal }))]
}

/** Where runs of this checkout keep their journals; each linked worktree has its own. Throws outside of a repository. */
export function requirePlace(workspace: Workspace, environment: CommandContext['environment']): TransactionPlace {
  const place = placeOf(workspace, environment)
  if (place) return place
  throw new AppError('NOT_A_REPOSITORY', `${workspace.root} is not in a git repository.`, {
    hint: 'Run this in a clone, or start one: git init',
  })
}

function placeOf({ repository }: Workspace, environment: CommandContext['environment']): TransactionPlace | null {
  if (repository === null) return null
  const tree = createHash('sha256').update(repository.root).digest('hex').slice(0, 16)
  return { repository, folder: join(projectFolder(repository.gitDirectory, environment), 'transactions', tree) }
}
