/** A program to run in a checkout: arguments as they are, never through a shell unless the shell is the program. */
export interface Command {
  /** The program and its arguments. */
  argv: readonly string[]
  /** Where it starts, posix and relative to the root of the checkout; `.` is the root. */
  directory: string
  /** Added to the little that every command gets. */
  environment?: Readonly<Record<string, string>>
  /** Written to standard input, which is empty otherwise. */
  input?: string
  /** Milliseconds until it is killed. */
  timeout: number
  /** Bytes of standard output and error together that are kept; more ends the program. */
  maxOutput: number
  signal: AbortSignal
}

/** How a program ended. Only `exited` says anything about what it was asked to do. */
export type CommandEnding =
  | { kind: 'exited'; code: number }
  | { kind: 'signalled'; signal: string }
  | { kind: 'timeout' }
  | { kind: 'out-of-memory' }
  | { kind: 'output-limit' }
  /** The program is not there, or may not be executed. */
  | { kind: 'not-found' }

export interface CommandResult {
  ending: CommandEnding
  stdout: string
  stderr: string
  durationMs: number
}

/** Runs a program to its end, with everything it started gone afterwards. Throws only when interrupted, or when nothing can be run at all. */
export type RunCommand = (command: Command) => Promise<CommandResult>
