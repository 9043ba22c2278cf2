import type { Command } from 'commander'
import { AppError, type ExitCode } from '../domain/errors.ts'
import { run, type RunRequest } from '../tasks/run/run.ts'
import type { CommandContext } from './command.ts'
import type { TaskFlags } from './flags.ts'
import { runTaskCommand, type TaskRun } from './run-task.ts'
import { writePatch } from './write-patch.ts'

interface RunFlags extends TaskFlags {
  allow: RunRequest['allow']
  patchOut?: string
  commitResult?: boolean
  maxSteps: number
}

const maxTime = 600_000

/** Does a free task and returns the exit code of the contract. */
export function runRun(command: Command, instruction: string, context: CommandContext): Promise<ExitCode> {
  return runTaskCommand(command, context, freeRun(command, instruction))
}

/** What `agent run` is asked by a command line. */
export function freeRun(command: Command, instruction: string): TaskRun<RunRequest> {
  const flags = command.optsWithGlobals<RunFlags>()
  if (instruction.trim() === '') throw new AppError('USAGE_INVALID', 'The task is empty.', { hint: 'Say what to do: agent run "<task>".' })
  let patch: Uint8Array = Buffer.alloc(0)
  return {
    task: run,
    maxTime,
    requestOf: ({ settings: { config } }) => ({
      instruction,
      allow: flags.allow,
      maxSteps: flags.maxSteps,
      apply: !flags.dryRun && flags.patchOut === undefined,
      commit: flags.commitResult ?? false,
      commandTimeout: config.sandbox.timeout,
      testCommand: config.fix.testCommand,
      keepPatch: (bytes) => (patch = bytes),
    }),
    patch: () => patch,
    finish: (_, session) => writePatch(patch, flags.patchOut, session),
  }
}
