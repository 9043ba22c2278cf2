import { posix } from 'node:path'
import { z } from 'zod'
import type { Coordinates } from './columns.ts'
import { findFolders } from './detect.ts'
import { fatalElsewhere } from './fatal-elsewhere.ts'
import type { Linter, LinterUse, LintOutcome, LintRequest } from './linter.ts'
import { parseJson } from './parse-output.ts'
import { type Problem, type Reading, toOutcome } from './problem.ts'
import { crashed, type Exited, runOnce, unreadable } from './run-linter.ts'

export const goCoordinates: Coordinates = { unit: 'byte', firstColumn: 1, lineBreaks: 'lf', countsByteOrderMark: true }

const complaintSchema = z.object({ posn: z.string(), end: z.string().optional(), message: z.string() })
/** Packages, in them analyzers, in them complaints or what kept the analyzer from working. */
const outputSchema = z.record(z.string(), z.record(z.string(), z.union([z.array(complaintSchema), z.object({ error: z.string() })])))

/** The checks that come with Go. It looks at whole packages. */
export const goVet: Linter = {
  name: 'go-vet',
  handles: (path) => path.endsWith('.go'),
  async detect(project) {
    const folders = await findFolders(project, { linter: 'go-vet', configuration: /^go\.mod$/ })
    const own = folders.filter((folder) => !folder.split('/').includes('vendor'))
    return own.map((directory) => ({ linter: 'go-vet', directory, program: ['go'] }))
  },
  check,
}

async function check(use: LinterUse, request: LintRequest): Promise<LintOutcome> {
  if (request.paths.length === 0) return { status: 'checked', diagnostics: [], elsewhere: 0 }
  const reading = await runOnce(use, request, { arguments: ['vet', '-json', ...packagesOf(use, request)], read })
  if ('failure' in reading) return { status: 'failed', reason: reading.failure }
  const stopped = fatalElsewhere(reading.problems, { use, request })
  if (stopped !== null) return { status: 'failed', reason: stopped }
  return toOutcome(reading.problems, { use, request, coordinates: goCoordinates })
}

/** The folders of the files asked for, as Go wants to be given packages. */
export function packagesOf({ directory }: LinterUse, { paths }: LintRequest): string[] {
  return [...new Set(paths.map((path) => `./${posix.relative(directory, posix.dirname(path))}`))]
}

/** 0 is an answer, with or without complaints; another number is one when the compiler's errors explain it. Before Go 1.24, all is on standard error. */
function read(exited: Exited): Reading {
  const lines = `${exited.stdout}\n${exited.stderr}`.split('\n').filter((line) => !line.startsWith('# '))
  const errors = lines.flatMap((line) => compilerError(line) ?? [])
  if (exited.code !== 0 && errors.length === 0) return crashed('go-vet', exited)
  const problems: Problem[] = [...errors]
  for (const text of objectsIn(lines)) {
    const output = parseJson(text, outputSchema)
    if (output === null) return unreadable('go-vet', exited)
    for (const analyzers of Object.values(output)) {
      for (const [analyzer, found] of Object.entries(analyzers)) {
        if (!Array.isArray(found)) return { failure: `go vet could not run ${analyzer}: ${found.error}` }
        problems.push(...found.map((complaint) => toProblem(analyzer, complaint)))
      }
    }
  }
  return { problems }
}

/** One JSON object for each package, spread over lines of which the first and the last are braces alone. */
function objectsIn(lines: readonly string[]): string[] {
  const objects: string[] = []
  let open: string[] | null = null
  for (const line of lines) {
    if (line === '{}') objects.push(line)
    else if (line === '{') open = [line]
    else if (open !== null) {
      open.push(line)
      if (line !== '}') continue
      objects.push(open.join('\n'))
      open = null
    }
  }
  return open === null ? objects : [...objects, open.join('\n')]
}

function compilerError(line: string): Problem | null {
  const [, path = '', number, column, message = ''] = /^(?:vet: )?([^\s:][^:]*\.go):(\d+)(?::(\d+))?: (.+)$/.exec(line) ?? []
  if (number === undefined) return null
  const place = { line: Number(number), column: column === undefined ? null : Number(column) }
  return { path, place, rule: null, severity: 'error', message, isFatal: true, isFixable: false }
}

function toProblem(analyzer: string, { posn, end, message }: z.infer<typeof complaintSchema>): Problem {
  // An analyzer that knows no end repeats the start.
  const [start, last] = [positionIn(posn), end === posn ? null : positionIn(end ?? '')]
  const place = start && { line: start.line, column: start.column, endLine: last?.line, endColumn: last?.column }
  return { path: start?.path ?? posn, place, rule: analyzer, severity: 'warning', message, isFatal: false, isFixable: false }
}

function positionIn(text: string): { path: string; line: number; column: number } | null {
  const [, path = '', line, column] = /^(.*?):(\d+):(\d+)$/.exec(text) ?? []
  return line === undefined ? null : { path, line: Number(line), column: Number(column) }
}
