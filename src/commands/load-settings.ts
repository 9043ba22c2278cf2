import { stat } from 'node:fs/promises'
import type { Command } from 'commander'
import type { Override } from '../config/environment.ts'
import type { ReadBase } from '../config/find-project-file.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { repositoryRoot } from '../config/repository-root.ts'
import { AppError } from '../domain/errors.ts'
import type { CommandContext } from './command.ts'
import { type GlobalFlags, globalFlags } from './flags.ts'

export interface CommandSettings extends LoadedConfig {
  globals: GlobalFlags
  /** Absolute path of the repository's root, or undefined outside one. */
  root: string | undefined
}

interface SettingsOptions {
  flags?: readonly Override[]
  /** Reads the project's file from the base of a pull request. */
  readBase?: ReadBase | undefined
}

/** What a command starts from: the global flags, and the configuration as it holds in the folder they name. */
export async function loadSettings(
  command: Command,
  context: CommandContext,
  { flags = [], readBase }: SettingsOptions = {},
): Promise<CommandSettings> {
  const globals = globalFlags(command, context)
  const { directory, explicitFile } = globals
  await checkFolder(directory)
  const [{ loadConfig }, { configurableChecks }] = await Promise.all([
    import('../config/load-config.ts'),
    import('../tasks/review/configurable-checks.ts'),
  ])
  const root = repositoryRoot(directory)
  const { environment } = context
  const loaded = await loadConfig({
    directory,
    root: root ?? directory,
    environment,
    checks: configurableChecks,
    flags,
    explicitFile,
    readBase,
  })
  return { ...loaded, globals, root }
}

/** Refuses a folder for `-C` that does not exist. */
export async function checkFolder(directory: string): Promise<void> {
  const stats = await stat(directory).catch(() => undefined)
  if (!stats?.isDirectory()) throw new AppError('USAGE_INVALID', `${directory} is not a folder.`, { hint: 'Correct -C.' })
}
