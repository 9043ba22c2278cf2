import type { Diagnostic } from '../domain/diagnostic.ts'
import type { ByteSpan, Coordinates, Place } from './columns.ts'
import type { LintRequest } from './linter.ts'
import { parseJson } from './parse-output.ts'
import { placeProblems, type Problem, toDiagnostics } from './problem.ts'
import { artifactPaths } from './sarif-artifacts.ts'
import { ruleFinder } from './sarif-rules.ts'
import { sarifSchema, type SarifRegion, type SarifResult, type SarifRun } from './sarif-schema.ts'

interface SarifSurroundings extends Pick<LintRequest, 'readText'> {
  /** Absolute path of the root as the tool that wrote the file has seen it. */
  root: string
}

export type SarifReading =
  /** `elsewhere` counts results without a place in the tree. */
  { status: 'read'; diagnostics: readonly Diagnostic[]; elsewhere: number } | { status: 'failed'; reason: string }

/** The results of any tool that writes SARIF 2.1: those that are failures, that nobody has suppressed, and that are still there. */
export async function readSarif(text: string, { root, readText }: SarifSurroundings): Promise<SarifReading> {
  const log = parseJson(text.replace(/^\uFEFF/, ''), sarifSchema)
  if (log === null) return { status: 'failed', reason: 'This is no SARIF 2.1 file.' }
  const diagnostics: Diagnostic[] = []
  let elsewhere = 0
  for (const run of log.runs) {
    const tool = run.tool.driver.name
    const results = (run.results ?? []).filter(isFailure)
    if (results.length === 0 && run.invocations.some(({ executionSuccessful }) => !executionSuccessful))
      return { status: 'failed', reason: `${tool} did not run to its end, as its SARIF file says.` }
    const reading = placeProblems(toProblems(results, run), { directory: '.', mountedAt: root })
    elsewhere += reading.elsewhere
    diagnostics.push(...(await toDiagnostics(reading.placed, { tool, coordinates: coordinatesOf(run), readText })))
  }
  return { status: 'read', diagnostics, elsewhere }
}

function isFailure({ kind, suppressions, baselineState }: SarifResult): boolean {
  // Someone may still refuse to accept a suppression.
  const isSuppressed = suppressions.length > 0 && suppressions.every(({ status }) => status === 'accepted')
  return (kind === 'fail' || kind === 'open' || kind === 'review') && baselineState !== 'absent' && !isSuppressed
}

/** The standard has a default, but of those that do not say it some count code points and some count bytes. */
const units = { utf16CodeUnits: 'utf16', unicodeCodePoints: 'code-point', unknown: 'unknown' } as const

function coordinatesOf({ columnKind, newlineSequences }: SarifRun): Coordinates {
  const lineBreaks = newlineSequences.includes('\u2028') ? 'javascript' : newlineSequences.includes('\r') ? 'cr' : 'lf'
  return { unit: units[columnKind ?? 'unknown'], firstColumn: 1, lineBreaks, countsByteOrderMark: false }
}

function toProblems(results: readonly SarifResult[], run: SarifRun): Problem[] {
  const pathOf = artifactPaths(run)
  const ruleOf = ruleFinder(run)
  return results.map((result) => {
    const location = result.locations[0]?.physicalLocation
    const { id, level, message } = ruleOf(result)
    return {
      path: pathOf(location?.artifactLocation) ?? '',
      place: placeOf(location?.region),
      rule: id,
      severity: level === 'none' ? 'note' : level,
      message,
      isFatal: false,
      // A fix in the file may change what the code does.
      isFixable: false,
    }
  })
}

function placeOf(region: SarifRegion | undefined): Place | ByteSpan | null {
  if (region?.startLine !== undefined) {
    const { startLine, startColumn, endLine, endColumn } = region
    return { line: startLine, column: startColumn, endLine: endLine ?? startLine, endColumn }
  }
  if (region?.byteOffset !== undefined) return { offset: region.byteOffset, length: region.byteLength ?? 0 }
  return null
}
