import { showHidden } from './trust.ts'

/** Untrusted text as a SARIF message, in which `[text](target)` would be a link and `{0}` a placeholder. Doing it twice changes nothing. */
export function sarifText(text: string): string {
  return showHidden(text)
    .replaceAll('](', '] (')
    .replaceAll(/\{(?=\d+\})/g, '{ ')
}
