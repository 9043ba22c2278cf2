import type { Region } from '../domain/finding.ts'

/** The lines of a region in order, whatever a report claims; null where it is the whole file. */
export function linesOf({ startLine, endLine }: Region): { start: number; end: number } | null {
  if (startLine === null) return null
  return { start: startLine, end: Math.max(startLine, endLine ?? startLine) }
}

/** A region for people: `line 3`, `lines 3–5`, `the whole file`. */
export function describeLines(region: Region): string {
  const lines = linesOf(region)
  if (!lines) return 'the whole file'
  return lines.start === lines.end ? `line ${lines.start}` : `lines ${lines.start}\u2013${lines.end}`
}
