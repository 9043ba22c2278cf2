import type { Command } from 'commander'
import { AppError } from '../domain/errors.ts'
import type { Workspace } from '../workspace/workspace.ts'
import type { CommandContext } from './command.ts'
import { globalFlags } from './flags.ts'
import { checkFolder } from './load-settings.ts'

/** Opens the checkout that a task works on. A patch can also be looked at where there is no repository. */
export async function openTaskWorkspace(command: Command, context: CommandContext, { isPatch }: { isPatch: boolean }): Promise<Workspace> {
  const { directory } = globalFlags(command, context)
  await checkFolder(directory)
  const { openWorkspace } = await import('../workspace/open-workspace.ts')
  try {
    return await openWorkspace(directory, { environment: context.environment })
  } catch (error) {
    if (!isPatch || !(error instanceof AppError) || error.code !== 'NOT_A_REPOSITORY') throw error
    const { openDirectory } = await import('../workspace/open-directory.ts')
    return openDirectory(directory)
  }
}
