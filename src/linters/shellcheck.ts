import { z } from 'zod'
import type { Project } from '../workspace/project.ts'
import type { Coordinates } from './columns.ts'
import { findFolders } from './detect.ts'
import type { Linter, LinterUse } from './linter.ts'
import { countSchema, parseJson } from './parse-output.ts'
import type { Problem, Reading } from './problem.ts'
import { crashed, type Exited, runOnFiles, unreadable } from './run-linter.ts'
import { isAutomated } from './sections.ts'

const coordinates: Coordinates = { unit: 'code-point', firstColumn: 1, lineBreaks: 'lf', countsByteOrderMark: true }

const commentSchema = z.object({
  file: z.string(),
  line: countSchema,
  endLine: countSchema,
  column: countSchema,
  endColumn: countSchema,
  level: z.string(),
  code: countSchema,
  message: z.string(),
})

const outputSchema = z.object({ comments: z.array(commentSchema) })

/** Which files are scripts can be told by their names only. Its own repairs are quotes that change what a script does, so that none is called safe. */
export const shellcheck: Linter = {
  name: 'shellcheck',
  handles: (path) => /\.(sh|bash|dash|ksh|bats)$/.test(path),
  detect,
  // `json1`, because in the older format a tab counts as eight columns.
  check: (use, request) => runOnFiles(use, request, { arguments: ['--format=json1', '--color=never', '--'], coordinates, read }),
}

async function detect(project: Project): Promise<LinterUse[]> {
  const folders = await findFolders(project, { linter: 'shellcheck', configuration: /^\.?shellcheckrc$/ })
  const isRun = !folders.includes('.') && (await isAutomated(project, /\bshellcheck\b/))
  return [...(isRun ? ['.'] : []), ...folders].map((directory) => ({ linter: 'shellcheck', directory, program: ['shellcheck'] }))
}

const wrongConfiguration = 1134
/** It only says in which construct the error is that follows. */
const mentionedError = 1009

/** 0 and 1 are answers; with 2 and no comment, a file could not be read. */
function read(exited: Exited): Reading {
  if (exited.code !== 0 && exited.code !== 1) return crashed('shellcheck', exited)
  const output = parseJson(exited.stdout, outputSchema)
  if (output === null) return unreadable('shellcheck', exited)
  const misconfigured = output.comments.find(({ code }) => code === wrongConfiguration)
  if (misconfigured) return { failure: `shellcheck does not understand its configuration: ${misconfigured.message}` }
  return { problems: output.comments.filter(({ code }) => code !== mentionedError).map(toProblem) }
}

const severities: Readonly<Record<string, Problem['severity']>> = { error: 'error', warning: 'warning' }

function toProblem({ file, line, endLine, column, endColumn, level, code, message }: z.infer<typeof commentSchema>): Problem {
  return {
    path: file,
    place: { line, column, endLine, endColumn },
    rule: `SC${code}`,
    severity: severities[level] ?? 'note',
    message,
    // The parser has the first thousand numbers.
    isFatal: level === 'error' && isParserError(code),
    isFixable: false,
  }
}

/** The parser gave up here; its other complaints do not hide what follows. */
const isParserError = (code: number) => [1036, 1056, 1058, 1061, 1062, 1064, 1070, 1072, 1073, 1088, 1089].includes(code)
