import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { AppError, exitCodes } from '../domain/errors.ts'
import type { CommandContext, RegisterCommand } from './command.ts'
import { globalFlags } from './flags.ts'
import { checkFolder } from './load-settings.ts'

const fileName = 'agent.config.yaml'

interface InitFlags {
  force?: boolean
  dryRun?: boolean
}

/** Adds `agent init`. */
export const registerInit: RegisterCommand = (program, context, finish) => {
  program
    .command('init')
    .description('Write a configuration file for this repository')
    .option('--force', 'replace the configuration file that is there')
    .option('--dry-run', 'print the file instead of writing it')
    .action(async (flags: InitFlags, command: Command) => {
      await init(flags, command, context)
      finish(exitCodes.clean)
    })
}

async function init({ force = false, dryRun = false }: InitFlags, command: Command, context: CommandContext): Promise<void> {
  const { directory, quiet } = globalFlags(command, context)
  await checkFolder(directory)
  const [{ repositoryRoot }, { findProjectFile }, { detectProject }, { configTemplate }, { writeFileWhole }] = await Promise.all([
    import('../config/repository-root.ts'),
    import('../config/find-project-file.ts'),
    import('./detect-project.ts'),
    import('./config-template.ts'),
    import('../system/write-file-whole.ts'),
  ])
  const root = repositoryRoot(directory)
  if (root === undefined)
    throw new AppError('NOT_A_REPOSITORY', `${directory} is not inside a git repository.`, { hint: 'Run `git init` first, or use -C.' })
  const text = configTemplate(await detectProject(root))
  if (dryRun) {
    context.stdout.write(text)
    return
  }
  const say = (sentence: string) => (quiet ? undefined : context.stdout.write(`${sentence}\n`))
  const existing = force ? undefined : (await findProjectFile({ root, directory: root })).file
  if (existing) {
    say(`${existing.name} configures this repository already; nothing was written. --force writes ${fileName} all the same.`)
    return
  }
  await refuseLink(join(root, fileName))
  await writeFileWhole(join(root, fileName), text)
  say(`Wrote ${fileName}. \`agent config show\` prints what holds now.`)
}

/** A repository can hold a link to any file of the user's, and a new configuration is not meant for what it points to. */
async function refuseLink(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined)
  if (stats?.isSymbolicLink())
    throw new AppError('OUTPUT_UNWRITABLE', `${path} is a link, and what it points to is not replaced.`, { hint: 'Remove the link.' })
}
