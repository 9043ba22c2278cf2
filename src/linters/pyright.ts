import { z } from 'zod'
import type { Coordinates } from './columns.ts'
import type { Linter } from './linter.ts'
import { countSchema, parseJson } from './parse-output.ts'
import type { Problem, Reading } from './problem.ts'
import { crashed, type Exited, runOnFiles, unreadable } from './run-linter.ts'
import { findPythonUses } from './sections.ts'

const traces = {
  linter: 'pyright',
  configuration: /^pyrightconfig\.json$/,
  sections: { 'pyproject.toml': /^\s*\[tool\.pyright\]/m },
}

const coordinates: Coordinates = { unit: 'utf16', firstColumn: 0, firstLine: 0, lineBreaks: 'cr', countsByteOrderMark: true }

const positionSchema = z.object({ line: countSchema, character: countSchema })

const diagnosticSchema = z.object({
  file: z.string().optional(),
  severity: z.string(),
  message: z.string(),
  range: z.object({ start: positionSchema, end: positionSchema }).nullish(),
  rule: z.string().nullish(),
})

const outputSchema = z.object({ generalDiagnostics: z.array(diagnosticSchema), summary: z.object({ filesAnalyzed: countSchema }) })

export const pyright: Linter = {
  name: 'pyright',
  handles: (path) => /\.pyi?$/.test(path),
  detect: (project) => findPythonUses(project, traces, 'pyright'),
  check: (use, request) => runOnFiles(use, request, { arguments: ['--outputjson'], coordinates, read }),
}

/** 0 and 1 are answers; a wrong configuration is 3, although it prints that all is well. */
function read(exited: Exited): Reading {
  if (exited.code !== 0 && exited.code !== 1) return crashed('pyright', exited)
  const output = parseJson(exited.stdout, outputSchema)
  if (output === null) return unreadable('pyright', exited)
  const general = output.generalDiagnostics.find(({ file }) => !file)
  if (general) return { failure: `pyright could not check the project: ${general.message}` }
  if (output.summary.filesAnalyzed === 0) return { failure: 'pyright found no file to check.' }
  return { problems: output.generalDiagnostics.map(toProblem) }
}

const severities: Readonly<Record<string, Problem['severity']>> = { error: 'error', warning: 'warning' }

function toProblem({ file = '', severity, message, range, rule }: z.infer<typeof diagnosticSchema>): Problem {
  return {
    path: file,
    place: range
      ? { line: range.start.line, column: range.start.character, endLine: range.end.line, endColumn: range.end.character }
      : null,
    rule: rule ?? null,
    severity: severities[severity] ?? 'note',
    message,
    // Only what the parser says has no rule.
    isFatal: !rule && severity === 'error',
    isFixable: false,
  }
}
