import type { Command } from 'commander'
import { type ExitCode, exitCodes } from '../../domain/errors.ts'
import { jsonText } from '../../domain/trust-json.ts'
import { checkHooks } from '../../hook-managers/check-hooks.ts'
import { findPlace, shownPath } from '../../hook-managers/place.ts'
import { colorEnabled } from '../color.ts'
import type { CommandContext } from '../command.ts'
import { globalFlags } from '../flags.ts'
import type { StatusFlags } from '../hooks.ts'
import { checkFolder } from '../load-settings.ts'
import { statusText } from './status-text.ts'

/** Tells of each hook that calls us whether git would run it. */
export async function hooksStatus(
  { format }: StatusFlags,
  { command, context }: { command: Command; context: CommandContext },
): Promise<ExitCode> {
  const { directory, color } = globalFlags(command, context)
  await checkFolder(directory)
  const { stdout, environment, signal } = context
  const place = await findPlace(directory, environment, signal)
  const states = await checkHooks(place, signal)
  if (format === 'json') {
    const hooks = states.map(({ hook, manager, file, problem, warning }) => {
      return { hook, manager, file: shownPath(place, file), fires: problem === null, problem, warning }
    })
    stdout.write(jsonText({ schemaVersion: 1, hooksFolder: place.hooksFolder, hooksPath: place.hooksPath, hooks }))
  } else stdout.write(statusText(place, states, { color: colorEnabled(stdout, environment, color) }))
  return states.length > 0 && states.every(({ problem }) => problem === null) ? exitCodes.clean : exitCodes.findings
}
