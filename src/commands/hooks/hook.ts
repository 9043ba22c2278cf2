import type { Command } from 'commander'
import type { ExitCode } from '../../domain/errors.ts'
import type { HookName } from '../../hook-managers/hook-manager.ts'
import type { CommandContext } from '../command.ts'

/** One call of a hook by git. */
export interface HookCall {
  name: HookName
  /** What git hands it on its command line. */
  args: readonly string[]
  /** With the flags of the program, for the session that a hook opens. */
  command: Command
  context: CommandContext
}

/** Answers one call; 0 lets git go on. Throws `AppError`: whether that blocks is decided in one place, `run-hook.ts`. */
export type AnswerHook = (call: HookCall) => Promise<ExitCode>
