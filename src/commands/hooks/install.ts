import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { type ExitCode, exitCodes } from '../../domain/errors.ts'
import { plural } from '../../domain/plural.ts'
import { terminalLine } from '../../domain/trust-terminal.ts'
import { applyEdits } from '../../hook-managers/apply-edits.ts'
import { checkHooks } from '../../hook-managers/check-hooks.ts'
import type { RecordedProgram } from '../../hook-managers/hook-manager.ts'
import { findPlace } from '../../hook-managers/place.ts'
import { type Detected, detectManager, managerNamed } from '../../hook-managers/registry.ts'
import type { CommandContext } from '../command.ts'
import { globalFlags } from '../flags.ts'
import type { InstallFlags } from '../hooks.ts'
import { checkFolder } from '../load-settings.ts'
import { runManager } from './run-manager.ts'
import { troubleLines } from './status-text.ts'
import { editLines } from './edit-text.ts'

/** Adds agent to hooks, makes git call them, and looks whether it would. */
export async function installHooks(
  flags: InstallFlags,
  { command, context }: { command: Command; context: CommandContext },
): Promise<ExitCode> {
  const { directory, quiet } = globalFlags(command, context)
  await checkFolder(directory)
  const { stdout, stderr, environment, signal } = context
  const place = await findPlace(directory, environment, signal)
  const { manager, evidence }: Detected =
    flags.manager === 'auto' ? await detectManager(place) : { manager: managerNamed(flags.manager), evidence: 'as asked for' }
  const request = { hooks: flags.hooks, recorded: thisProgram(), allowOutside: flags.allowOutside === true }
  const edits = await manager.install(place, request)
  const say = (line: string) => (quiet ? undefined : stdout.write(`${terminalLine(line)}\n`))
  say(`${manager.name === 'plain' ? 'Plain git hooks' : manager.name} (${evidence}): ${flags.hooks.join(', ')}`)
  // What is told as done is done.
  if (!flags.dryRun) await applyEdits(place, edits)
  for (const line of editLines(place, edits, flags.dryRun === true)) say(line)
  if (edits.length === 0) say('Nothing to write: agent is in them already.')
  if (flags.dryRun) return exitCodes.clean
  const states = () => checkHooks(place, signal).then((all) => all.filter(({ hook }) => flags.hooks.includes(hook)))
  if (manager.name !== 'plain' && (await states()).some(({ isReached }) => !isReached)) {
    for (const line of await runManager(manager, { place, hooks: flags.hooks, signal })) say(line)
  }
  const found = await findPlace(directory, environment, signal).then((now) => checkHooks(now, signal))
  const troubled = found.filter(({ hook, problem }) => flags.hooks.includes(hook) && problem !== null)
  for (const line of troubleLines(troubled)) stderr.write(`${line}\n`)
  if (troubled.length > 0) stderr.write(`${plural(troubled.length, 'hook')} would not fire yet; \`agent hooks status\` looks again.\n`)
  return exitCodes.clean
}

/** In the bundle all files lie side by side; unbuilt, this one is two folders below the entry. */
function thisProgram(from: string = import.meta.url): RecordedProgram {
  const entry = from.endsWith('.ts') ? '../../main.ts' : './main.js'
  return { node: process.execPath, main: fileURLToPath(new URL(entry, from)) }
}
