import { z } from 'zod'
import type { Coordinates } from './columns.ts'
import { findNodeUses } from './detect.ts'
import type { Linter } from './linter.ts'
import { countSchema, parseJson } from './parse-output.ts'
import type { Problem, Reading } from './problem.ts'
import { crashed, type Exited, type LinterRun, runOnFiles, unreadable } from './run-linter.ts'

const traces = {
  linter: 'stylelint',
  configuration: /^(\.stylelintrc(\.([cm]?[jt]s|json|ya?ml))?|stylelint\.config\.[cm]?[jt]s)$/,
  packages: ['stylelint'],
  manifestKey: 'stylelint',
}

const coordinates: Coordinates = { unit: 'utf16', firstColumn: 1, lineBreaks: 'lf', countsByteOrderMark: false }

const placeShape = {
  line: countSchema.nullish(),
  column: countSchema.nullish(),
  endLine: countSchema.nullish(),
  endColumn: countSchema.nullish(),
}

const warningSchema = z.object({
  ...placeShape,
  rule: z.string().nullish(),
  severity: z.enum(['error', 'warning']),
  text: z.string(),
})

const outputSchema = z.array(
  z.object({
    source: z.string(),
    warnings: z.array(warningSchema),
    parseErrors: z.array(z.object({ ...placeShape, text: z.string() })).optional(),
    invalidOptionWarnings: z.array(z.object({ text: z.string() })).optional(),
  }),
)

/** Which complaints it can repair it tells in its newest versions only, and only when asked; so it is not asked. */
export const stylelint: Linter = {
  name: 'stylelint',
  handles: (path) => /\.(css|scss|sass|less|pcss|postcss|sss|vue|svelte|astro)$/.test(path),
  detect: (project) => findNodeUses(project, traces, 'stylelint'),
  check: (use, request) => runOnFiles(use, request, runWith([])),
  fix: (use, request) => runOnFiles(use, request, runWith(['--fix'])),
}

const runWith = (more: readonly string[]): LinterRun => ({
  arguments: [...more, '--formatter', 'json', '--'],
  toArgument,
  coordinates,
  read,
})

/** It takes the name of an existing file literally, but for one whose first character is `!`: that would mean every file except this one. */
function toArgument(path: string): string {
  return path.startsWith('!') ? path.replaceAll(/[\\()[\]{}!*?@+|]/g, String.raw`\$&`) : `./${path}`
}

/** 0 and 2 are answers; 1 is a crash, 64 a wrong argument, 78 no or a wrong configuration. The report goes to standard error, but until version 15 to standard output. */
function read(exited: Exited): Reading {
  if (exited.code !== 0 && exited.code !== 2) return crashed('stylelint', exited)
  const files = parseJson(exited.stderr, outputSchema) ?? parseJson(exited.stdout, outputSchema)
  if (files === null) return unreadable('stylelint', exited)
  const wrongOption = files.flatMap(({ invalidOptionWarnings = [] }) => invalidOptionWarnings)[0]
  // The rule has not looked at anything.
  if (wrongOption) return { failure: `The configuration of stylelint is not valid: ${wrongOption.text}` }
  return {
    problems: files.flatMap(({ source, warnings, parseErrors = [] }) => [
      ...warnings.map((warning) => toProblem(source, warning)),
      ...parseErrors.map((error) => toProblem(source, { ...error, rule: syntaxError, severity: 'error' })),
    ]),
  }
}

const syntaxError = 'CssSyntaxError'

function toProblem(path: string, { line, column, endLine, endColumn, rule, severity, text }: z.infer<typeof warningSchema>): Problem {
  const isFatal = rule === syntaxError
  return {
    path,
    place: line ? { line, column, endLine, endColumn } : null,
    rule: isFatal ? null : (rule ?? null),
    severity,
    // The name of the rule stands at the end of each message.
    message: rule && text.endsWith(` (${rule})`) ? text.slice(0, -rule.length - 3) : text,
    isFatal,
    isFixable: false,
  }
}
