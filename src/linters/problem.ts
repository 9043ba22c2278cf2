import type { Diagnostic, TextRange } from '../domain/diagnostic.ts'
import { type ByteSpan, type Coordinates, createLocator, type Locator, type Place } from './columns.ts'
import type { LintOutcome, LinterUse, LintRequest } from './linter.ts'
import { reportedPath } from './reported-path.ts'

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
 * Complaints as diagnostics of the files asked for, sorted and each once. Those about other files of the tree are not wanted; those about files
 * outside of it are counted, and when there are no others the run has failed: then the tool has looked at something else.
 */
export async function toOutcome(problems: readonly Problem[], { use, request, coordinates }: Context): Promise<LintOutcome> {
  const asked = new Set(request.paths)
  const surroundings = { directory: use.directory, mountedAt: request.mountedAt }
  const placed = problems.map((problem) => ({ problem, path: reportedPath(problem.path, surroundings) }))
  const elsewhere = placed.filter(({ path }) => path === null).length
  if (elsewhere > 0 && elsewhere === placed.length) {
    const example = JSON.stringify(problems[0]?.path.slice(0, maxRule))
    return { status: 'failed', reason: `${use.linter} reported only on files outside of the repository, such as ${example}.` }
  }

  const locators = new Map<string, Promise<Locator>>()
  const locatorOf = (path: string) => {
    const known = locators.get(path)
    const locator = known ?? request.readText(path).then((text) => createLocator(text, coordinates))
    if (!known) locators.set(path, locator)
    return locator
  }

  const diagnostics: Diagnostic[] = []
  for (const { problem, path } of placed) {
    if (path === null || !asked.has(path)) continue
    const range = problem.place && rangeOf(problem.place, await locatorOf(path))
    diagnostics.push(toDiagnostic(problem, { tool: use.linter, path, range }))
  }
  return { status: 'checked', diagnostics: sorted(diagnostics), elsewhere }
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
