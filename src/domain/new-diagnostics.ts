import type { Diagnostic } from './diagnostic.ts'

export type LineReader = (path: string, line: number) => string | undefined

interface Side {
  diagnostics: readonly Diagnostic[]
  /** The text of a line on this side, which tells equal complaints apart and does not move when lines do. */
  lineOf: LineReader
}

/**
 * What is said after a change and was not said before it: a difference of identities, never of counts, so that one problem that went
 * does not hide another that came. Equal complaints about equal lines are counted.
 */
export function newDiagnostics(before: Side, after: Side): Diagnostic[] {
  const known = new Map<string, number>()
  for (const diagnostic of before.diagnostics) {
    const identity = diagnosticIdentity(diagnostic, before.lineOf)
    known.set(identity, (known.get(identity) ?? 0) + 1)
  }
  return after.diagnostics.filter((diagnostic) => {
    const identity = diagnosticIdentity(diagnostic, after.lineOf)
    const left = known.get(identity) ?? 0
    known.set(identity, left - 1)
    return left <= 0
  })
}

/** What a complaint is called wherever its line has moved to. */
export function diagnosticIdentity({ tool, rule, path, range, message }: Diagnostic, lineOf: LineReader): string {
  const line = range ? (lineOf(path, range.startLine) ?? '') : ''
  // Messages name lines and columns of other places, which move.
  return [tool, rule ?? '', path, message.replaceAll(/\d+/g, '#'), line.replaceAll(/\s+/g, '')].join('\0')
}
