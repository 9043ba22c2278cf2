import type { Command } from 'commander'
import { reviewOptionsByPath } from '../config/for-path.ts'
import { type ExitCode, exitCodes } from '../domain/errors.ts'
import { exitCodeFor } from '../domain/exit-code.ts'
import { mergeReports } from '../domain/merge-reports.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { wordingFor } from './batch/merge-units.ts'
import type { CommandContext } from './command.ts'
import { configOverrides, globalFlags, type TaskFlags } from './flags.ts'
import { type CommandSettings, loadSettings } from './load-settings.ts'
import { printError } from './print-error.ts'
import { readReport } from './read-report.ts'
import { openTaskWorkspace } from './task-workspace.ts'
import { trustedFiles } from './trusted-files.ts'
import { writeReports } from './write-reports.ts'

type MergeFlags = Pick<TaskFlags, 'format' | 'output' | 'report' | 'failOn'>

/** Merges the reports of all shards, writes the result and returns the exit code that the whole run would have had. */
export async function runMerge(command: Command, names: readonly string[], context: CommandContext): Promise<ExitCode> {
  const flags = command.optsWithGlobals<MergeFlags>()
  const { directory } = globalFlags(command, context)
  const workspace = await openTaskWorkspace(command, context, { isPatch: true })
  try {
    const settings = await settingsFor(workspace, command, context)
    const reports = await Promise.all(names.map(async (name) => ({ name, report: await readReport(name, directory) })))
    const report = mergeReports(reports, wordingFor(reports[0]?.report.task ?? 'review'))
    const optionsFor = reviewOptionsByPath(settings.config)
    const code = exitCodeFor(report, (path) => optionsFor(path).failOn)
    const session = { settings, runtime: { workspace } }
    const unwritten = await writeReports(report, { tree: { kind: 'working' }, session, flags, context })
    if (unwritten && code !== exitCodes.findings) throw unwritten
    if (unwritten) printError(unwritten, { write: (text) => context.stderr.write(text), color: false, verbose: false })
    return code
  } finally {
    await workspace.close()
  }
}

/** What counts as a failure is decided as in the review: by the flag, else by the configuration, which a pull request does not bring along. */
async function settingsFor(workspace: Workspace, command: Command, context: CommandContext): Promise<CommandSettings> {
  const { readBase } = await trustedFiles(workspace, context.environment)
  return loadSettings(command, context, { flags: configOverrides(command.optsWithGlobals<MergeFlags>()), readBase })
}
