import type { RunCommand } from '../../workspace/command.ts'
import { dependencyFolders, type DependencyFolder } from '../../workspace/dependency-folders.ts'
import { openProject } from '../../workspace/open-project.ts'
import type { Project } from '../../workspace/project.ts'
import type { Sandbox } from '../../workspace/sandbox.ts'
import type { Transaction } from '../../workspace/transaction.ts'
import type { Workshop } from '../task.ts'

/** A copy with what is needed to run things on it: the sandbox, opened by the first who needs it, and the packages of the user's tree. */
export interface Workbench {
  readonly transaction: Transaction
  /** Packages that are installed in the user's tree. */
  readonly dependencies: readonly DependencyFolder[]
  /** Opens the sandbox once. Throws `SANDBOX_UNAVAILABLE`. */
  open(): Promise<Sandbox>
  /** Where the project's own linters run: as the user's own tools where the code is the user's, else in the sandbox. */
  tools(): Promise<Sandbox>
  /** Runs in the sandbox. */
  readonly run: RunCommand
  /** The copy as it is now, for linters and test runners. */
  project(): Promise<Project>
  /** Lets go of the sandbox and the copy. */
  close(): Promise<void>
}

interface WorkbenchOptions {
  workshop: Workshop
  /** Absolute path of the user's tree. */
  userRoot: string
  signal: AbortSignal
  /** What the copy holds; default: the working tree. */
  from?: 'working' | 'index'
}

export async function openWorkbench({ workshop, userRoot, signal, from }: WorkbenchOptions): Promise<Workbench> {
  const transaction = await workshop.beginTransaction(signal, from)
  const dependencies = await dependencyFolders(userRoot, await transaction.checkout.list())
  let opening: Promise<Sandbox> | undefined
  const view = { root: transaction.checkout.root, readOnly: dependencies }
  const open = () => (opening ??= workshop.openSandbox(view, signal))
  let openingTools: Promise<Sandbox | null> | undefined
  return {
    transaction,
    dependencies,
    open,
    tools: async () => (await (openingTools ??= workshop.openUserTools(signal, view))) ?? open(),
    run: async (command) => (await open()).run(command),
    project: () => openProject(transaction.checkout, dependencies),
    async close() {
      for (const opened of [opening, openingTools]) {
        const sandbox = await opened?.catch(() => undefined)
        await sandbox?.close()
      }
      await transaction.close()
    },
  }
}
