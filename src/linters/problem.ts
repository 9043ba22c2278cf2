import type { Diagnostic, TextRange } from '../domain/diagnostic.ts'
import { type ByteSpan, type Coordinates, createLocator, type Locator, type Place } from './columns.ts'
import type { LintOutcome, LinterUse, LintRequest } from './linter.ts'
import { reportedPath, type Surroundings } from './reported-path.ts'

/** A complaint in the words and the coordinates of a tool. */
export interface Problem extends Pick<Diagnostic, 'rule' | 'severity' | 'message' | 'isFatal' | 'isFixable'> {
  /** As the tool prints it: absolute, a `file:` URI, or relative to where it was started. */
  path: string
  /** Null: the whole file. */
  place: Place | ByteSpan | null
}

/** What one run of a tool has told. */
export type Reading = { problems: readonly Problem[] } | { failure: string }

const maxMessage = 2_000
const maxRule = 200

interface Context {
  use: LinterUse
  request: LintRequest
  coordinates: Coordinates
}

/**
 * Complaints as diagnostics of the files asked for. Those about other files of the tree are not wanted; those about files outside of it are
 * counted, and when there are no others the run has failed: then the tool has looked at something else.
 */
export async function toOutcome(problems: readonly Problem[], { use, request, coordinates }: Context): Promise<LintOutcome> {
  const { mountedAt, readText } = request
  const surroundings = { directory: use.directory, mountedAt }
  const { placed, elsewhere } = placeProblems(problems, surroundings)
  if (elsewhere > 0 && placed.length === 0) {
    const example = JSON.stringify(problems[0]?.path.slice(0, maxRule))
    return { status: 'failed', reason: `${use.linter} reported only on files outside of the repository, such as ${example}.` }
  }
  const asked = new Set(request.paths)
  const wanted = placed.filter(({ path }) => asked.has(path))
  return { status: 'checked', diagnostics: await toDiagnostics(wanted, { tool: use.linter, coordinates, readText }), elsewhere }
}

interface PlacedProblem {
  problem: Problem
  /** Relative to the root. */
  path: string
}

/** The complaints about files of the tree, and the number of the others. */
export function placeProblems(problems: readonly Problem[], surroundings: Surroundings): { placed: PlacedProblem[]; elsewhere: number } {
  const placed = problems.flatMap((problem) => {
    const path = reportedPath(problem.path, surroundings)
    return path === null ? [] : [{ problem, path }]
  })
  return { placed, elsewhere: problems.length - placed.length }
}

interface Conversion extends Pick<LintRequest, 'readText'> {
  tool: string
  coordinates: Coordinates
}

/** In our coordinates, sorted by place, and each once. */
export async function toDiagnostics(placed: readonly PlacedProblem[], { tool, coordinates, readText }: Conversion): Promise<Diagnostic[]> {
  const diagnostics: Diagnostic[] = []
  for (const [path, group] of Map.groupBy(placed, ({ path }) => path)) {
    const locator = createLocator(await readText(path), coordinates)
    for (const { problem } of group) {
      const range = problem.place && rangeOf(problem.place, locator)
      diagnostics.push(toDiagnostic(problem, { tool, path, range }))
    }
  }
  return sorted(diagnostics)
}

function rangeOf(place: Place | ByteSpan, locator: Locator): TextRange | null {
  return 'offset' in place ? locator.span(place) : locator.range(place)
}

function toDiagnostic(problem: Problem, { tool, path, range }: Pick<Diagnostic, 'tool' | 'path' | 'range'>): Diagnostic {
  const { severity, isFatal, isFixable } = problem
  const rule = problem.rule?.slice(0, maxRule) || null
  return { tool, rule, severity, path, range, message: problem.message.slice(0, maxMessage).trim(), isFatal, isFixable }
}

/** By place; a tool that works in parallel prints in any order, and some print a syntax error twice. */
function sorted(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const unique = new Map(diagnostics.map((diagnostic) => [JSON.stringify(diagnostic), diagnostic]))
  return [...unique.values()].toSorted(byPlace)
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  return (
    compare(a.path, b.path) ||
    (a.range?.startLine ?? 0) - (b.range?.startLine ?? 0) ||
    (a.range?.startColumn ?? 0) - (b.range?.startColumn ?? 0) ||
    compare(a.rule ?? '', b.rule ?? '') ||
    compare(a.message, b.message)
  )
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
