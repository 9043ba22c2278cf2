import type { DraftFinding } from '../../domain/finding.ts'
import type { TriedMutant } from '../../domain/mutation.ts'
import { plural } from '../../domain/plural.ts'

/** A finding for each line on which a defect goes unnoticed, and one for a file that no test belongs to. */
export function survivors(mutants: readonly TriedMutant[], lines: ReadonlyMap<string, readonly string[]>): DraftFinding[] {
  const missed = mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
  const byLine = Map.groupBy(missed, ({ path, start, status }) => (status === 'NoCoverage' ? path : `${path}\0${start.line}`))
  return [...byLine.values()].flatMap((group) => {
    const [first] = group
    return first ? [findingOf(first, group, lines.get(first.path)?.[first.start.line - 1] ?? '')] : []
  })
}

const maxShown = 5

function findingOf({ path, start, status }: TriedMutant, group: readonly TriedMutant[], line: string): DraftFinding {
  const untested = status === 'NoCoverage'
  const shown = group.slice(0, maxShown).map((mutant) => defectIn(mutant, group))
  const more = group.length > maxShown ? [`${group.length - maxShown} more`] : []
  return {
    rule: untested ? 'mutate/no-test' : 'mutate/survived',
    severity: 'warning',
    confidence: 1,
    title: untested ? 'No test belongs to this file' : `No test notices ${plural(group.length, 'defect')} here`,
    message: `${untested ? 'Nothing would notice' : 'Every test passes with'} ${[...shown, ...more].join('; ')}.`,
    region: { path, startLine: start.line, endLine: start.line },
    evidence: line.replace(/\r$/, ''),
    source: { kind: 'test', name: 'mutate', rule: untested ? 'no-test' : 'survived' },
    proof: {
      kind: untested ? 'static' : 'executed',
      detail: untested ? 'No test was found for this file.' : 'The related tests were run with the defect in place.',
    },
    replacement: null,
  }
}

/** `<` as `<=`; with its column where a line has the same more than once. */
function defectIn({ original, replacement, start }: TriedMutant, group: readonly TriedMutant[]): string {
  const isAlike = (other: TriedMutant) => other.original === original && other.replacement === replacement
  const place = group.filter(isAlike).length > 1 ? ` in column ${start.column}` : ''
  return `${quoted(original)} as ${quoted(replacement)}${place}`
}

const maxQuoted = 60

/** One line of it, as code. */
function quoted(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  if (line === '' || line === ';') return 'nothing'
  return `\`${line.length > maxQuoted ? `${line.slice(0, maxQuoted - 1)}…` : line}\``
}
