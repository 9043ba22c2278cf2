import { terminalText } from '../../domain/trust-terminal.ts'

/** What is longer is no line any more. */
const mostCharacters = 600

/** One line for stderr that says who speaks: a hook's standard output is not the user's terminal, and other hooks speak there, too. */
export function oneLine(text: string): string {
  const line = terminalText(text).replaceAll(/\s+/g, ' ').trim()
  return `agent: ${line.length > mostCharacters ? `${line.slice(0, mostCharacters - 1)}…` : line}\n`
}

/** What happened and what to do about it; words of others that are quoted in the first often have no full stop. */
export function withHint(message: string, hint = ''): string {
  const told = message.trimEnd()
  return hint === '' || /[.!?:…]$/.test(told) ? `${told} ${hint}`.trimEnd() : `${told}. ${hint}`
}
