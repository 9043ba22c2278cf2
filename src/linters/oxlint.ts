import { z } from 'zod'
import type { Coordinates } from './columns.ts'
import { findNodeUses } from './detect.ts'
import type { Linter } from './linter.ts'
import { countSchema, parseJson } from './parse-output.ts'
import type { Problem, Reading } from './problem.ts'
import { crashed, type Exited, type LinterRun, runOnFiles, unreadable } from './run-linter.ts'

const traces = { linter: 'oxlint', configuration: /^(\.oxlintrc\.jsonc?|oxlint\.config\.[cm]?[jt]s)$/, packages: ['oxlint'] }

/** It tells bytes of the file, which are unambiguous, beside its lines and columns, which count bytes too. */
const coordinates: Coordinates = { unit: 'byte', firstColumn: 1, lineBreaks: 'cr', countsByteOrderMark: true }

const diagnosticSchema = z.object({
  message: z.string(),
  code: z.string().nullish(),
  severity: z.string(),
  filename: z.string(),
  labels: z.array(z.object({ span: z.object({ offset: countSchema, length: countSchema, line: countSchema.optional() }) })),
})

const outputSchema = z.object({ diagnostics: z.array(diagnosticSchema) })

/** Which complaints it can repair it does not say. */
export const oxlint: Linter = {
  name: 'oxlint',
  handles: (path) => /\.([cm]?[jt]s|[jt]sx|vue|svelte|astro)$/.test(path),
  detect: (project) => findNodeUses(project, traces, 'oxlint'),
  check: (use, request) => runOnFiles(use, request, runWith([])),
  fix: (use, request) => runOnFiles(use, request, runWith(['--fix'])),
}

const runWith = (more: readonly string[]): LinterRun => ({ arguments: [...more, '--format=json', '--'], coordinates, read })

/** 0 and 1 are answers; a wrong configuration is 1 too, but prints no JSON. Where all files are ignored, a sentence stands before the JSON. */
function read(exited: Exited): Reading {
  if (exited.code !== 0 && exited.code !== 1) return crashed('oxlint', exited)
  const output = parseJson(exited.stdout.replace(/^No files found to lint\.[^\n]*\n/, ''), outputSchema)
  if (output === null) return /^\s*\{/.test(exited.stdout) ? unreadable('oxlint', exited) : crashed('oxlint', exited)
  return { problems: output.diagnostics.map(toProblem) }
}

const severities: Readonly<Record<string, Problem['severity']>> = { error: 'error', warning: 'warning' }

function toProblem({ message, code, severity, filename, labels }: z.infer<typeof diagnosticSchema>): Problem {
  return {
    path: filename,
    place: labels[0]?.span ?? null,
    rule: code ? ruleOf(code) : null,
    severity: severities[severity] ?? 'note',
    message,
    // Only what the parser says has no rule.
    isFatal: !code,
    isFixable: false,
  }
}

/** `eslint(no-debugger)` is `eslint/no-debugger` in its configuration. */
function ruleOf(code: string): string {
  const match = /^([^()]+)\(([^()]+)\)$/.exec(code)
  return match ? `${match[1]}/${match[2]}` : code
}
