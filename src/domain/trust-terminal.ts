import { showHidden } from './trust.ts'
import { guardCommands } from './trust-github.ts'

/**
 * Several lines of untrusted text that are safe to print: no escape sequence survives, newlines and tabs do. What is printed may end up
 * in the log of a CI job, so nothing in it is a command of a runner either.
 */
export function terminalText(text: string): string {
  return guardCommands(showHidden(text))
}

/** Untrusted text that has to stay on its line, such as a path: newlines and tabs become visible too. */
export function terminalLine(text: string): string {
  return terminalText(text).replaceAll('\n', '\u240A').replaceAll('\t', '\u2409')
}
