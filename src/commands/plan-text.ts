import { plural } from '../domain/plural.ts'
import { terminalLine } from '../domain/trust-terminal.ts'
import { estimateTokens } from '../domain/tokens.ts'
import type { Plan } from '../tasks/review/plan.ts'

/** What a review would ask, one line a unit, and what it would skip. */
export function planText({ units, files }: Plan): string {
  const asked = units.map(
    ({ id, text, changedLines }) => `${String(estimateTokens(text)).padStart(6)}  ${String(changedLines).padStart(5)}  ${terminalLine(id)}`,
  )
  const skipped = files.filter(({ skip }) => skip !== null).map(({ path, skip }) => `  ${terminalLine(path)}: ${skip?.reason}`)
  return [
    `${plural(units.length, 'question')} would be asked, riskiest first:`,
    ...(asked.length > 0 ? ['tokens  lines  part', ...asked] : []),
    ...(skipped.length > 0 ? ['', 'Skipped:', ...skipped] : []),
    '',
  ].join('\n')
}
