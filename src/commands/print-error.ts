import { AppError, type ExitCode } from '../domain/errors.ts'
import { terminalText } from '../domain/trust-terminal.ts'

interface PrintErrorOptions {
  write: (text: string) => unknown
  color: boolean
  /** Adds the stack and the causes. */
  verbose: boolean
}

/** Tells a failure and returns the exit code it ends with. What is no `AppError` is a mistake of ours, and says so. */
export function printError(error: unknown, { write, color, verbose }: PrintErrorOptions): ExitCode {
  const known = error instanceof AppError ? error : unexpected(error)
  const paint = (codes: string, text: string) => (color ? `\u001B[${codes}m${text}\u001B[0m` : text)
  write(`${paint('1;31', 'error:')} ${terminalText(known.message)}\n`)
  if (known.hint) write(`${paint('1', 'hint:')} ${terminalText(known.hint)}\n`)
  if (verbose) write(`${paint('2', terminalText(stackOf(known)))}\n`)
  return known.exitCode
}

function unexpected(error: unknown): AppError {
  const reason = error instanceof Error ? error.message : String(error)
  return new AppError('INTERNAL', `Something went wrong inside agent: ${reason}`, {
    cause: error,
    hint: 'Run it again with --verbose to see where, and report it with the output of `agent doctor`.',
  })
}

/** The stacks of an error and of what caused it. An error can be its own cause, so the depth is bounded. */
function stackOf(error: unknown, depth = 5): string {
  if (!(error instanceof Error) || depth === 0) return String(error)
  const stack = error.stack ?? String(error)
  return error.cause === undefined ? stack : `${stack}\ncaused by ${stackOf(error.cause, depth - 1)}`
}
