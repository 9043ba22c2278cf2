import type { Command } from 'commander'
import type { ExitCode } from '../../domain/errors.ts'
import type { CommandContext } from '../command.ts'

/** The hooks of git that are answered. */
export const hookNames = ['pre-commit', 'prepare-commit-msg', 'commit-msg', 'pre-push'] as const
export type HookName = (typeof hookNames)[number]

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
