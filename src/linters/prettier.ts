import { posix } from 'node:path'
import type { Coordinates, Place } from './columns.ts'
import { findNodeUses } from './detect.ts'
import type { Linter, LinterUse, LintRequest } from './linter.ts'
import type { Problem, Reading } from './problem.ts'
import { crashed, type Exited, type LinterRun, runOnFiles } from './run-linter.ts'

const traces = {
  linter: 'prettier',
  configuration: /^(\.prettierrc(\.(json5?|ya?ml|toml|[cm]?[jt]s))?|prettier\.config\.[cm]?[jt]s)$/,
  packages: ['prettier'],
  manifestKey: 'prettier',
}

const coordinates: Coordinates = { unit: 'utf16', firstColumn: 1, lineBreaks: 'cr', countsByteOrderMark: false }

/** A file is as it would write it, or is not: the list of those that are not is its one machine output. */
export const prettier: Linter = {
  name: 'prettier',
  handles: (path) => /\.([cm]?[jt]s|[jt]sx|json[5c]?|css|scss|less|md|mdx|ya?ml|html|vue|graphql|gql|hbs)$/.test(path),
  detect: (project) => findNodeUses(project, traces, 'prettier'),
  check: (use, request) => runOnFiles(use, request, runWith([], { names: namesOf(use, request), isRepairing: false })),
  fix: (use, request) => runOnFiles(use, request, runWith(['--write'], { names: namesOf(use, request), isRepairing: true })),
}

interface Expectation {
  /** What the files asked for are called in the output. */
  names: readonly string[]
  isRepairing: boolean
}

const namesOf = ({ directory }: LinterUse, { paths }: LintRequest) => paths.map((path) => posix.relative(directory, path))

const runWith = (more: readonly string[], expectation: Expectation): LinterRun => ({
  // Files in no language that it knows are none of its business.
  arguments: [...more, '--list-different', '--ignore-unknown', '--no-color', '--'],
  coordinates,
  read: (exited) => read(exited, expectation),
})

/** 1 means that files differ, or that a plugin is missing; 2 that a file cannot be parsed, that it is not there, or that the configuration is wrong. */
function read(exited: Exited, { names, isRepairing }: Expectation): Reading {
  const { code, stdout, stderr } = exited
  const known = new Set(names)
  const listed = stdout.split('\n').filter((line) => line !== '')
  const complaints = stderr.split('\n').filter(isComplaint)
  const broken = complaints.flatMap((line) => toBroken(line.slice(complaint.length), known) ?? [])
  const isExplained = code === 0 || (code <= 2 && listed.length + broken.length > 0)
  if (!isExplained || broken.length < complaints.length || listed.some((name) => !known.has(name))) return crashed('prettier', exited)
  return { problems: [...(isRepairing ? [] : listed.map(toUnformatted)), ...broken] }
}

/** No system has longer paths; a line of a hostile tool may be longer. */
const maxName = 8_192

const complaint = '[error] '

/** An excerpt of the code follows each syntax error. */
const isComplaint = (line: string) => line.startsWith(complaint) && !/^\[error\] (?:>| ) *\d* ?\|/.test(line)

function toBroken(words: string, names: ReadonlySet<string>): Problem | null {
  for (const { index } of words.matchAll(/: /g)) {
    if (index > maxName) break
    const path = words.slice(0, index)
    if (!names.has(path)) continue
    const message = words.slice(index + 2)
    return { path, place: placeIn(message), rule: null, severity: 'error', message, isFatal: true, isFixable: false }
  }
  return null
}

function placeIn(message: string): Place | null {
  const match = /\((\d+):(\d+)\)$/.exec(message)
  return match && { line: Number(match[1]), column: Number(match[2]) }
}

const toUnformatted = (path: string): Problem => ({
  path,
  place: null,
  rule: 'format',
  severity: 'warning',
  message: 'The file is not formatted as Prettier would format it.',
  isFatal: false,
  isFixable: true,
})
