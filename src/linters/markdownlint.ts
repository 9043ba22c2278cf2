import { posix } from 'node:path'
import type { Coordinates } from './columns.ts'
import { findNodeUses } from './detect.ts'
import type { Linter, LinterUse, LintRequest } from './linter.ts'
import type { Problem, Reading } from './problem.ts'
import { crashed, type Exited, type LinterRun, runOnFiles, unreadable } from './run-linter.ts'

const traces = {
  linter: 'markdownlint',
  configuration: /^(\.markdownlint\.(jsonc?|ya?ml|[cm]js)|\.markdownlint-cli2\.(jsonc|yaml|[cm]js))$/,
  packages: ['markdownlint-cli2'],
  manifestKey: 'markdownlint-cli2',
}

const coordinates: Coordinates = { unit: 'utf16', firstColumn: 1, lineBreaks: 'cr', countsByteOrderMark: false }

/** Markdown through markdownlint-cli2. It prints one line per complaint, for people. */
export const markdownlint: Linter = {
  name: 'markdownlint',
  handles: (path) => /\.(md|markdown)$/.test(path),
  detect: (project) => findNodeUses(project, traces, 'markdownlint-cli2'),
  check: (use, request) => runOnFiles(use, request, runWith([], namesOf(use, request))),
  fix: (use, request) => runOnFiles(use, request, runWith(['--fix'], namesOf(use, request))),
}

const namesOf = ({ directory }: LinterUse, { paths }: LintRequest) => new Set(paths.map((path) => posix.relative(directory, path)))

// Its configuration may name files too, which nobody has asked for here.
const runWith = (more: readonly string[], names: ReadonlySet<string>): LinterRun => ({
  arguments: [...more, '--no-globs', '--'],
  coordinates,
  read: (exited) => read(exited, names),
})

/** 0 and 1 are answers, 2 is a crash. The complaints are on standard error, their number is on standard output. */
function read(exited: Exited, names: ReadonlySet<string>): Reading {
  if (exited.code !== 0 && exited.code !== 1) return crashed('markdownlint', exited)
  const total = /^Summary: (\d+) /m.exec(exited.stdout)?.[1]
  const problems = exited.stderr.split('\n').flatMap((line) => toProblem(line, names) ?? [])
  // Another formatter than the usual one may have been configured.
  if (total === undefined || Number(total) !== problems.length) return unreadable('markdownlint', exited)
  return { problems }
}

/** No system has longer paths; a line of a hostile tool may be longer. */
const maxName = 8_192

/** The name of a file may hold what looks like the end of it. */
function toProblem(line: string, names: ReadonlySet<string>): Problem | null {
  for (const { index } of line.matchAll(/:\d/g)) {
    if (index > maxName) break
    const path = line.slice(0, index)
    const match = names.has(path) && /^:(\d+)(?::(\d+))? (?:(error|warning) )?(\S+) (.*)$/.exec(line.slice(index))
    if (!match) continue
    const [, row, column, severity, rule = '', message = ''] = match
    return {
      path,
      place: { line: Number(row), column: column === undefined ? null : Number(column) },
      rule,
      severity: severity === 'error' || severity === undefined ? 'error' : 'warning',
      message,
      isFatal: false,
      isFixable: fixable.has(rule.split('/')[0] ?? ''),
    }
  }
  return null
}

/** The rules that its documentation calls fixable, most of them not in every case. */
const fixable = new Set(
  [4, 5, 7, 9, 10, 11, 12, 14, 18, 19, 20, 21, 22, 23, 26, 27, 30, 31, 32, 34, 37, 38, 39, 44, 47, 49, 50, 51, 53, 54, 58].map(
    (number) => `MD${String(number).padStart(3, '0')}`,
  ),
)
