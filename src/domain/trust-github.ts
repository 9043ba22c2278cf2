import { showHidden } from './trust.ts'

/** GitHub's runner takes a line for a command that starts with `::` after white space; GitLab folds at `section_start:`. Colours may precede. */
const commandLine = /^((?:[^\S\n]|\p{Cc}\[[\d;]*m)*)(?=::|section_(?:start|end):)/gmu
/** `##[` and Azure's `##vso[` are commands anywhere in a line. */
const commandAnywhere = /##(?=(?:vso|teamcity)?\[)/gi

/** Text that a CI log may show: lines that a runner would obey are broken with a visible mark. Doing it twice changes nothing. */
export function guardCommands(text: string): string {
  return breakOldCommands(text).replaceAll(commandLine, '$1\u00A6')
}

const breakOldCommands = (text: string) => text.replaceAll(commandAnywhere, '#\u00A6#')

/** Switches the runner's commands off around a text. The token must be random, so that the text cannot switch them on again. */
export function stopCommands(text: string, token: string): string {
  return `::stop-commands::${token}\n${guardCommands(text)}${text.endsWith('\n') ? '' : '\n'}::${token}::\n`
}

/** The message of a workflow command. A bare newline would end the command; carriage returns are hidden characters and do not get here. */
export function commandData(text: string): string {
  return breakOldCommands(showHidden(text)).replaceAll('%', '%25').replaceAll('\n', '%0A')
}

/** The value of a property of a workflow command. */
export function commandProperty(text: string): string {
  return commandData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
