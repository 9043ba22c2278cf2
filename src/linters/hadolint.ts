import { z } from 'zod'
import type { Project } from '../workspace/project.ts'
import type { Coordinates } from './columns.ts'
import { findFolders } from './detect.ts'
import type { Linter, LinterUse } from './linter.ts'
import { countSchema, parseJson } from './parse-output.ts'
import type { Problem, Reading } from './problem.ts'
import { crashed, type Exited, runOnFiles, unreadable } from './run-linter.ts'
import { isAutomated } from './sections.ts'

/** Its column is that of the instruction, not of what is wrong in it, so that it is not told. */
const coordinates: Coordinates = { unit: 'code-point', firstColumn: 1, lineBreaks: 'lf', countsByteOrderMark: false }

const outputSchema = z.array(z.object({ file: z.string(), line: countSchema, level: z.string(), code: z.string(), message: z.string() }))

export const hadolint: Linter = {
  name: 'hadolint',
  handles: (path) => /(^|\/)(Dockerfile|Containerfile)(\.[^/]+)?$|\.(dockerfile|Dockerfile|containerfile)$/.test(path),
  detect,
  check: (use, request) => runOnFiles(use, request, { arguments: ['--format=json', '--no-color', '--'], coordinates, read }),
}

async function detect(project: Project): Promise<LinterUse[]> {
  const folders = await findFolders(project, { linter: 'hadolint', configuration: /^\.hadolint\.ya?ml$/ })
  const isRun = !folders.includes('.') && (await isAutomated(project, /\bhadolint\b/))
  return [...(isRun ? ['.'] : []), ...folders].map((directory) => ({ linter: 'hadolint', directory, program: ['hadolint'] }))
}

/** 0 and 1 are answers, but 1 is also a file that cannot be read, and a wrong configuration is but words on standard error. */
function read(exited: Exited): Reading {
  if (exited.code !== 0 && exited.code !== 1) return crashed('hadolint', exited)
  if (exited.stderr.includes('Error parsing your config file'))
    return { failure: `hadolint does not understand its configuration: ${exited.stderr.slice(0, 300)}` }
  const output = parseJson(exited.stdout, outputSchema)
  if (output === null) return exited.stdout.trim() === '' ? crashed('hadolint', exited) : unreadable('hadolint', exited)
  if (exited.code === 1 && output.length === 0) return crashed('hadolint', exited)
  return { problems: output.map(toProblem) }
}

const severities: Readonly<Record<string, Problem['severity']>> = { error: 'error', warning: 'warning' }

function toProblem({ file, line, level, code, message }: z.infer<typeof outputSchema>[number]): Problem {
  // The parser of Dockerfiles has one number, that of scripts in them those below 2000.
  const isFatal = code === 'DL1000'
  return { path: file, place: { line }, rule: code, severity: severities[level] ?? 'note', message, isFatal, isFixable: false }
}
