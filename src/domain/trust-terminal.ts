import { showHidden } from './trust.ts'

/** Several lines of untrusted text that are safe to print: no escape sequence survives, newlines and tabs do. */
export function terminalText(text: string): string {
  return showHidden(text)
}

/** Untrusted text that has to stay on its line, such as a path: newlines and tabs become visible too. */
export function terminalLine(text: string): string {
  return showHidden(text).replaceAll('\n', '\u240A').replaceAll('\t', '\u2409')
}
