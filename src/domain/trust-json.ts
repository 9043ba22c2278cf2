import { escapeHidden } from './trust.ts'

/**
 * JSON that is also safe to print: hidden characters and what a CI runner would take for a command are written as escapes, so nothing
 * is lost for the program that reads it.
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, null, 2).replaceAll(/##(?=(?:vso|teamcity)?\[)/gi, '#\\u0023')
  return `${escapeHidden(text)}\n`
}
