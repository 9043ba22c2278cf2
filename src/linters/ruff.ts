import { z } from 'zod'
import type { Coordinates } from './columns.ts'
import type { Linter } from './linter.ts'
import { countSchema, parseJson } from './parse-output.ts'
import type { Problem, Reading } from './problem.ts'
import { crashed, type Exited, type LinterRun, runOnFiles, unreadable } from './run-linter.ts'
import { findPythonUses } from './sections.ts'

const traces = {
  linter: 'ruff',
  configuration: /^\.?ruff\.toml$/,
  sections: { 'pyproject.toml': /^\s*\[tool\.ruff\b/m },
}

export const ruffCoordinates: Coordinates = { unit: 'code-point', firstColumn: 1, lineBreaks: 'cr', countsByteOrderMark: false }

const positionSchema = z.object({ row: countSchema, column: countSchema })

const diagnosticSchema = z.object({
  code: z.string().nullable(),
  severity: z.string().optional(),
  message: z.string(),
  filename: z.string(),
  location: positionSchema,
  end_location: positionSchema,
  fix: z.object({ applicability: z.string() }).nullish(),
})

const outputSchema = z.array(diagnosticSchema)

/** Fixes that may change what the code does are left alone, whatever the project's configuration says. */
export const ruff: Linter = {
  name: 'ruff',
  handles: (path) => /\.pyi?$/.test(path),
  detect: (project) => findPythonUses(project, traces, 'ruff'),
  check: (use, request) => runOnFiles(use, request, runWith([])),
  fix: (use, request) => runOnFiles(use, request, runWith(['--fix', '--no-unsafe-fixes'])),
}

const runWith = (more: readonly string[]): LinterRun => ({
  // Without the last option, files that the configuration excludes are checked because they were named.
  arguments: ['check', ...more, '--output-format=json', '--no-cache', '--force-exclude', '--'],
  coordinates: ruffCoordinates,
  read: (exited) => (exited.code === 0 || exited.code === 1 ? readRuffOutput(exited) : crashed('ruff', exited)),
})

/** A file that it cannot read is a diagnostic to Ruff. */
const unreadableFile = 'E902'

/** The JSON of `ruff check` and `ruff format`. */
export function readRuffOutput(exited: Exited): Reading {
  const output = parseJson(exited.stdout, outputSchema)
  if (output === null) return exited.stdout.trim() === '' ? crashed('ruff', exited) : unreadable('ruff', exited)
  const unread = output.find(({ code }) => code === unreadableFile)
  if (unread) return { failure: `ruff could not read ${unread.filename}: ${unread.message}` }
  return { problems: output.map(toProblem) }
}

const severities: Readonly<Record<string, Problem['severity']>> = { warning: 'warning', info: 'note' }

function toProblem({ code, severity, message, filename, location, end_location: end, fix }: z.infer<typeof diagnosticSchema>): Problem {
  // Before version 0.12, a syntax error had no code.
  const isFatal = code === null || code === 'invalid-syntax'
  return {
    path: filename,
    place: { line: location.row, column: location.column, endLine: end.row, endColumn: end.column },
    rule: isFatal ? null : code,
    severity: severities[severity ?? ''] ?? 'error',
    message,
    isFatal,
    isFixable: fix?.applicability === 'safe',
  }
}
