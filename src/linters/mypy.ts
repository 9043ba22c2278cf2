import { posix } from 'node:path'
import { z } from 'zod'
import type { Coordinates } from './columns.ts'
import { fatalElsewhere } from './fatal-elsewhere.ts'
import type { Linter, LinterUse, LintOutcome, LintRequest } from './linter.ts'
import { checkedByMypy } from './mypy-files.ts'
import { countSchema, parseJsonLines } from './parse-output.ts'
import { type Problem, type Reading, toOutcome } from './problem.ts'
import { crashed, type Exited, runOnce, unreadable } from './run-linter.ts'
import { findPythonUses } from './sections.ts'

const traces = {
  linter: 'mypy',
  configuration: /^\.?mypy\.ini$/,
  sections: { 'pyproject.toml': /^\s*\[tool\.mypy\]/m, 'setup.cfg': /^\s*\[mypy\]/m },
}

const coordinates: Coordinates = { unit: 'utf16', firstColumn: 0, lineBreaks: 'cr', countsByteOrderMark: false }

const lineSchema = z.object({
  file: z.string(),
  line: z.int(),
  column: z.int(),
  end_line: countSchema.nullish(),
  end_column: z.int().nullish(),
  message: z.string(),
  code: z.string().nullish(),
  severity: z.string(),
})

/** The type checker. It follows imports, so that all files asked for are given to it at once, whatever they are. */
export const mypy: Linter = {
  name: 'mypy',
  handles: (path) => /\.pyi?$/.test(path),
  detect: (project) => findPythonUses(project, traces, 'mypy'),
  check,
}

async function check(use: LinterUse, request: LintRequest): Promise<LintOutcome> {
  const paths = await checkedByMypy(request.paths, use.directory, request.readText)
  if (paths.length === 0) return { status: 'checked', diagnostics: [], elsewhere: 0 }
  const options = ['--output=json', '--show-column-numbers', '--show-error-end', '--no-color-output', '--no-pretty']
  // Nothing is left in the tree.
  const files = paths.map((path) => `./${posix.relative(use.directory, path)}`)
  const reading = await runOnce(use, request, {
    arguments: [...options, '--no-error-summary', '--cache-dir=/dev/null', '--', ...files],
    read,
  })
  if ('failure' in reading) return { status: 'failed', reason: reading.failure }
  const stopped = fatalElsewhere(reading.problems, { use, request })
  if (stopped !== null) return { status: 'failed', reason: stopped }
  return withoutWrongColumns(await toOutcome(reading.problems, { use, request, coordinates }), request)
}

/** 0 and 1 are answers; 2 is a syntax error, which keeps it from checking anything, or a crash. A wrong configuration is but a sentence on standard error. */
function read(exited: Exited): Reading {
  const misconfigured = /^[^\n]+: \[mypy[^\n]*\]: (?!unused)[^\n]+$/m.exec(exited.stderr)
  if (misconfigured) return { failure: `mypy does not understand its configuration: ${misconfigured[0]}` }
  const lines = parseJsonLines(exited.stdout, lineSchema)
  if (lines === null) return unreadable('mypy', exited)
  const isParsed = lines.every(({ code }) => code !== 'syntax')
  const isAnswer = exited.code === 0 || (exited.code === 1 && lines.length > 0) || (exited.code === 2 && !isParsed)
  if (!isAnswer) return crashed('mypy', exited)
  return { problems: lines.reduce(addLine, []) }
}

/** A note explains the error before it, unless it stands alone. */
function addLine(
  problems: Problem[],
  { file, line, column, end_line, end_column, message, code, severity }: z.infer<typeof lineSchema>,
): Problem[] {
  const last = problems.at(-1)
  const isNote = severity === 'note'
  if (isNote && last && last.path === file && last.place && 'line' in last.place && last.place.line === line) {
    return [...problems.slice(0, -1), { ...last, message: `${last.message}\n${message}` }]
  }
  const place = line < 1 ? null : { line, column, endLine: end_line, endColumn: end_column }
  return [
    ...problems,
    { path: file, place, rule: code ?? null, severity: isNote ? 'note' : 'error', message, isFatal: code === 'syntax', isFixable: false },
  ]
}

/** On a line with a character beyond ASCII its columns are not those of any unit, so that only the line can be told. */
async function withoutWrongColumns(outcome: LintOutcome, { readText }: LintRequest): Promise<LintOutcome> {
  if (outcome.status === 'failed') return outcome
  const lines = new Map<string, string[]>()
  for (const { path } of outcome.diagnostics) if (!lines.has(path)) lines.set(path, ((await readText(path)) ?? '').split('\n'))
  const isPlain = (path: string, line: number) => /^[\p{ASCII}]*$/u.test(lines.get(path)?.[line - 1] ?? '\u00FF')
  const diagnostics = outcome.diagnostics.map((diagnostic) => {
    const { path, range } = diagnostic
    if (range === null || (isPlain(path, range.startLine) && isPlain(path, range.endLine))) return diagnostic
    return { ...diagnostic, range: { ...range, startColumn: null, endColumn: null } }
  })
  return { ...outcome, diagnostics }
}
