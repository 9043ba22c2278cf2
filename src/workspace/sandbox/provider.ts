import type { Command, CommandResult } from '../command.ts'
import type { Sandbox } from '../sandbox.ts'

/** Where the tree is for a command that sees its own file system. */
export const rootInside = '/repo'

/** A folder that a command may read, and where it appears below the root of the tree. */
export interface Mount {
  source: string
  target: string
}

/** One way to run a command. What is the same for every way, such as that one runs at a time, is done around it. */
export interface SandboxProvider {
  readonly kind: Sandbox['kind']
  readonly mountedAt: Sandbox['mountedAt']
  /** The folder that the command starts in and those that the mounts hide are there, and no link leads to them. */
  run(command: Command, mounts: readonly Mount[]): Promise<CommandResult>
  /** Removes what is left. Nothing runs any more. */
  close(): Promise<void>
}

/** What a provider needs to know beside the options. */
export interface SandboxSurroundings {
  /** Of the process that opens the sandbox. Commands get next to nothing of it. */
  environment: Readonly<Record<string, string | undefined>>
  /** Ends the opening. Commands have signals of their own. */
  signal: AbortSignal
}
