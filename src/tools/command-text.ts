import { stripVTControlCharacters } from 'node:util'
import { terminalText } from '../domain/trust-terminal.ts'
import type { CommandEnding, CommandResult } from '../workspace/command.ts'

/** What a command did, for a model to read: how it ended first, because the rest may be shortened. */
export function commandText({ ending, stdout, stderr, durationMs }: CommandResult): string {
  const head = `${endingText(ending)} after ${(durationMs / 1000).toFixed(1)} s.`
  const parts = [section('stdout', stdout), section('stderr', stderr)].filter((part) => part !== '')
  return [head, ...(parts.length === 0 ? ['It printed nothing.'] : parts)].join('\n')
}

/** Output of a program as a reader would have seen it: no colours, and of a line that was written over only what was left of it. */
function outputText(output: string): string {
  const plain = stripVTControlCharacters(output).replaceAll('\r\n', '\n')
  return terminalText(plain.replaceAll(/^.*\r(?!$)/gm, '').replaceAll(/\r$/gm, '')).trimEnd()
}

function endingText(ending: CommandEnding): string {
  switch (ending.kind) {
    case 'exited':
      return `Exit code ${ending.code}`
    case 'signalled':
      return `Ended by ${ending.signal}`
    case 'timeout':
      return 'Killed because its time was over,'
    case 'out-of-memory':
      return 'Killed because it took too much memory,'
    case 'output-limit':
      return 'Killed because it printed too much,'
    case 'not-found':
      return 'The program is not installed, or may not be executed: nothing ran,'
  }
}

function section(name: string, output: string): string {
  const text = outputText(output)
  return text === '' ? '' : `--- ${name}\n${text}`
}
