import type { Change } from '../../../domain/change.ts'
import type { CheckFinding } from './check.ts'

/**
 * Leaves out what the change only moves or indents: the same words were removed elsewhere in it.
 * Each removed line accounts for one added line.
 */
export function withoutMoved(found: readonly CheckFinding[], { files }: Change): CheckFinding[] {
  if (found.length === 0) return []
  const removed = new Map<string, number>()
  for (const { hunks } of files) {
    for (const { kind, text } of hunks.flatMap(({ lines }) => lines)) {
      if (kind === 'removed') removed.set(folded(text), (removed.get(folded(text)) ?? 0) + 1)
    }
  }
  return found.filter(({ evidence }) => {
    const left = removed.get(folded(evidence)) ?? 0
    if (left > 0) removed.set(folded(evidence), left - 1)
    return left === 0
  })
}

/** White space within a line, and around it, says nothing. */
export function folded(line: string): string {
  return line.trim().replace(/\s+/g, ' ')
}
