import type { Command } from 'commander'
import { type ExitCode, exitCodes } from '../../domain/errors.ts'
import { terminalLine } from '../../domain/trust-terminal.ts'
import { applyEdits } from '../../hook-managers/apply-edits.ts'
import { findPlace } from '../../hook-managers/place.ts'
import { hookManagers } from '../../hook-managers/registry.ts'
import type { CommandContext } from '../command.ts'
import { globalFlags } from '../flags.ts'
import type { UninstallFlags } from '../hooks.ts'
import { checkFolder } from '../load-settings.ts'
import { editLines } from './edit-text.ts'
import { releaseManager } from './run-manager.ts'

/** Takes agent out wherever it is, whichever manager it was added to. */
export async function uninstallHooks(
  { hooks, dryRun = false }: UninstallFlags,
  { command, context }: { command: Command; context: CommandContext },
): Promise<ExitCode> {
  const { directory, quiet } = globalFlags(command, context)
  await checkFolder(directory)
  const { stdout, environment, signal } = context
  const place = await findPlace(directory, environment, signal)
  const say = (line: string) => (quiet ? undefined : stdout.write(`${terminalLine(line)}\n`))
  // All plans first: where one cannot be made, nothing is touched.
  const plans = await Promise.all(hookManagers.map(async (manager) => ({ manager, edits: await manager.uninstall(place, hooks) })))
  for (const { manager, edits } of plans.filter((plan) => plan.edits.length > 0)) {
    say(`${manager.name === 'plain' ? 'Plain git hooks' : manager.name}:`)
    if (!dryRun) await applyEdits(place, edits)
    for (const line of editLines(place, edits, dryRun)) say(line)
    if (dryRun) continue
    const isGone = edits.some(({ kind }) => kind === 'remove')
    for (const line of await releaseManager(manager, { place, hooks, signal }, isGone)) say(line)
  }
  if (plans.every(({ edits }) => edits.length === 0)) say('Nothing to take out: agent is in none of these hooks.')
  return exitCodes.clean
}
