import type { Readable, Writable } from 'node:stream'
import type { Command } from 'commander'
import type { ExitCode } from '../domain/errors.ts'

/** What a command may see of the outside. Built once in `main.ts`; tests hand in their own. */
export interface CommandContext {
  cwd: string
  environment: Readonly<Record<string, string | undefined>>
  stdin: Readable
  stdout: Writable & { isTTY?: boolean; columns?: number }
  stderr: Writable & { isTTY?: boolean; columns?: number }
  /** Aborted by SIGINT and SIGTERM; the reason is the exit code. */
  signal: AbortSignal
}

/** Adds a sub-command to the program; its action imports what it needs when it runs, and settles with the exit code. */
export type RegisterCommand = (program: Command, context: CommandContext, finish: (code: ExitCode) => void) => void
