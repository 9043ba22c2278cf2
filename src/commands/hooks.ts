import { type Command, Argument, InvalidArgumentError, Option } from 'commander'
import { closest } from '../domain/closest.ts'
import { type HookName, hookNames, type ManagerName, managerNames } from '../hook-managers/hook-manager.ts'
import type { CommandContext, RegisterCommand } from './command.ts'

export interface InstallFlags {
  manager: ManagerName | 'auto'
  hooks: readonly HookName[]
  allowOutside?: boolean
  dryRun?: boolean
}

export interface UninstallFlags {
  hooks: readonly HookName[]
  dryRun?: boolean
}

export interface StatusFlags {
  format: 'pretty' | 'json'
}

/** Those that help everybody; a check of messages and of pushes is for a team to agree on. */
const usualHooks: readonly HookName[] = ['pre-commit', 'prepare-commit-msg']

/** Adds `agent hooks install|uninstall|status|run`. */
export const registerHooks: RegisterCommand = (program, context, finish) => {
  const hooks = program
    .command('hooks')
    .summary('let git call agent')
    .description('Let git call agent: before a commit, for its message and before a push')
  hooks
    .command('install')
    .description('Add agent to the hooks of this repository, beside what is there')
    .addOption(new Option('--manager <name>', 'who runs the hooks').choices(['auto', ...managerNames]).default('auto'))
    .addOption(hooksOption('the hooks to add').default(usualHooks, usualHooks.join(',')))
    .option('--allow-outside', 'write to a hooks folder outside of this repository too, which others may use')
    .option('--dry-run', 'tell what would be written, and write nothing')
    .addHelpText('after', '\nExit codes: 0 when they are there, 2 when something has to be added by hand: what, is printed.')
    .action(async (flags: InstallFlags, self: Command) => {
      const { installHooks } = await import('./hooks/install.ts')
      finish(await installHooks(flags, { command: self, context }))
    })
  hooks
    .command('uninstall')
    .description('Take agent out of the hooks again, and leave everything else as it is')
    .addOption(hooksOption('the hooks to take it out of').default(hookNames, 'all'))
    .option('--dry-run', 'tell what would be written, and write nothing')
    .action(async (flags: UninstallFlags, self: Command) => {
      const { uninstallHooks } = await import('./hooks/uninstall.ts')
      finish(await uninstallHooks(flags, { command: self, context }))
    })
  hooks
    .command('status')
    .description('Check that each hook would fire, and tell what keeps it from that')
    .addOption(new Option('--format <format>', 'how it is printed').choices(['pretty', 'json']).default('pretty'))
    .addHelpText('after', '\nExit codes: 0 when all hooks fire (there may be warnings), 1 when one does not, or there is none.')
    .action(async (flags: StatusFlags, self: Command) => {
      const { hooksStatus } = await import('./hooks/status.ts')
      finish(await hooksStatus(flags, { command: self, context }))
    })
  addRun(hooks, context, finish)
}

/** What the scripts call. */
const addRun: RegisterCommand = (hooks, context, finish) => {
  hooks
    .command('run')
    .description('Answer one hook, as git would call it')
    .addArgument(new Argument('<name>', 'the hook').choices(hookNames))
    .argument('[args...]', 'what git hands to the hook, after --')
    .action(async (...[name, args, , self]: [HookName, readonly string[], unknown, Command]) => {
      const call = await asGitCalls(name, args, context)
      if (call === null) return
      const { runHook } = await import('./hooks/run-hook.ts')
      finish(await runHook({ name, args: call.args, command: self, context: call.context }))
    })
}

interface GitCall {
  args: readonly string[]
  context: CommandContext
}

/** The pre-commit framework calls in a way of its own; what it costs to look at it, nobody else pays. */
async function asGitCalls(name: HookName, args: readonly string[], context: CommandContext): Promise<GitCall | null> {
  if (context.environment.PRE_COMMIT !== '1') return { args, context }
  const { callOfFramework } = await import('./hooks/call-of-framework.ts')
  return callOfFramework(name, args, context)
}

function hooksOption(description: string): Option {
  return new Option('--hooks <names>', description).argParser(hookList)
}

function hookList(text: string): readonly HookName[] {
  const named = text.split(',').map((name) => name.trim())
  const wrong = named.find((name) => !(hookNames as readonly string[]).includes(name))
  if (wrong === undefined) return hookNames.filter((name) => named.includes(name))
  const meant = closest(wrong, hookNames)
  throw new InvalidArgumentError(`It must be a list of ${hookNames.join(', ')}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`)
}
