import { z } from 'zod'
import type { Coordinates } from './columns.ts'
import { findNodeUses } from './detect.ts'
import type { Linter } from './linter.ts'
import { countSchema, parseJson } from './parse-output.ts'
import type { Problem, Reading } from './problem.ts'
import { crashed, type Exited, type LinterRun, runOnFiles, unreadable } from './run-linter.ts'

const traces = {
  linter: 'eslint',
  configuration: /^(eslint\.config\.[cm]?[jt]s|\.eslintrc(\.(js|cjs|json|ya?ml))?)$/,
  packages: ['eslint'],
}

const coordinates: Coordinates = { unit: 'utf16', firstColumn: 1, lineBreaks: 'javascript', countsByteOrderMark: false }

const messageSchema = z.object({
  ruleId: z.string().nullable(),
  severity: z.union([z.literal(1), z.literal(2)]),
  message: z.string(),
  fatal: z.boolean().optional(),
  line: countSchema.nullish(),
  column: countSchema.nullish(),
  endLine: countSchema.nullish(),
  endColumn: countSchema.nullish(),
  fix: z.unknown().optional(),
})

const outputSchema = z.array(z.object({ filePath: z.string(), messages: z.array(messageSchema) }))

/** Files for which ESLint has a configuration are known to it alone; those that it ignores it does not complain about. */
export const eslint: Linter = {
  name: 'eslint',
  handles: (path) => /\.([cm]?[jt]s|[jt]sx|vue|svelte|astro)$/.test(path),
  detect: (project) => findNodeUses(project, traces, 'eslint'),
  check: (use, request) => runOnFiles(use, request, runWith([])),
  fix: (use, request) => runOnFiles(use, request, runWith(['--fix'])),
}

const runWith = (more: readonly string[]): LinterRun => ({
  arguments: [...more, '--format', 'json', '--'],
  coordinates,
  read,
})

/** 0 and 1 are answers; 2 is a crash, a wrong configuration, or files that all are ignored. */
function read(exited: Exited): Reading {
  if (exited.code !== 0 && exited.code !== 1) return crashed('eslint', exited)
  const files = parseJson(exited.stdout, outputSchema)
  if (files === null) return unreadable('eslint', exited)
  return {
    problems: files.flatMap(({ filePath, messages }) => messages.filter(isComplaint).map((message) => toProblem(filePath, message))),
  }
}

type Message = z.infer<typeof messageSchema>

/** The option that keeps ESLint from telling which files it ignores is not known to all of its versions. */
function isComplaint({ ruleId, fatal, line, message }: Message): boolean {
  return !(ruleId === null && !fatal && !line && /^File ignored\b|^No matching configuration\b/.test(message))
}

function toProblem(path: string, { ruleId, severity, message, fatal, line, column, endLine, endColumn, fix }: Message): Problem {
  return {
    path,
    place: line ? { line, column, endLine, endColumn } : null,
    rule: ruleId,
    severity: severity === 2 ? 'error' : 'warning',
    message,
    isFatal: fatal === true,
    isFixable: fix != null,
  }
}
