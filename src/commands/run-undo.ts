import type { Command } from 'commander'
import { type ExitCode, exitCodes } from '../domain/errors.ts'
import { plural } from '../domain/plural.ts'
import { terminalLine } from '../domain/trust-terminal.ts'
import { undoLastRun } from '../workspace/transaction/undo-last-run.ts'
import type { CommandContext } from './command.ts'
import { openTaskWorkspace } from './task-workspace.ts'
import { requirePlace } from './workshop.ts'

const verbs = { added: 'restored', modified: 'put back', deleted: 'removed' } as const

/** Takes the last applied run of this checkout back, and says what that changed. */
export async function runUndo(command: Command, context: CommandContext): Promise<ExitCode> {
  const workspace = await openTaskWorkspace(command, context, { isPatch: false })
  try {
    const { files } = await undoLastRun(requirePlace(workspace, context.environment), { signal: context.signal })
    const rows = files.map(({ path, kind }) => `  ${verbs[kind].padEnd(8)}  ${terminalLine(path)}`)
    context.stdout.write(`The last run was taken back, ${plural(files.length, 'file')}:\n${rows.join('\n')}\n`)
    return exitCodes.clean
  } finally {
    await workspace.close()
  }
}
