import { posix } from 'node:path'
import { z } from 'zod'
import type { Project } from '../workspace/project.ts'
import type { Coordinates } from './columns.ts'
import { findFolders } from './detect.ts'
import { projectProgram } from '../workspace/project-program.ts'
import type { Linter, LinterUse } from './linter.ts'
import { countSchema, parseJson } from './parse-output.ts'
import type { Problem, Reading } from './problem.ts'
import { crashed, type Exited, type LinterRun, runOnFiles, unreadable } from './run-linter.ts'

const coordinates: Coordinates = { unit: 'code-point', firstColumn: 1, lineBreaks: 'lf', countsByteOrderMark: true, isEndInclusive: true }

const offenseSchema = z.object({
  severity: z.string(),
  message: z.string(),
  cop_name: z.string(),
  corrected: z.boolean().catch(false),
  correctable: z.boolean().catch(false),
  location: z.object({
    start_line: countSchema,
    start_column: countSchema,
    last_line: countSchema,
    last_column: countSchema,
    length: countSchema,
  }),
})

const outputSchema = z.object({ files: z.array(z.object({ path: z.string(), offenses: z.array(offenseSchema) })) })

/**
 * A project that disables all rules by default disables the one for syntax errors as well, in older versions, and then a broken file is clean to it.
 * With `--autocorrect`, only what its authors call safe is repaired; which complaint that is, it does not say before.
 */
export const rubocop: Linter = {
  name: 'rubocop',
  handles: (path) => /\.(rb|rake|gemspec|ru)$|(^|\/)(Gemfile|Rakefile)$/.test(path),
  detect,
  check: (use, request) => runOnFiles(use, request, runWith([])),
  // The short name is the one that all versions know.
  fix: (use, request) => runOnFiles(use, request, runWith(['-a'])),
}

async function detect(project: Project): Promise<LinterUse[]> {
  const folders = await findFolders(project, { linter: 'rubocop', configuration: /^\.rubocop\.ya?ml$/ })
  return await Promise.all(
    folders.map(async (directory) => ({ linter: 'rubocop', directory, program: await programFor(project, directory) })),
  )
}

/** A script of the project, or through Bundler where it is in the Gemfile, else the one on PATH. */
async function programFor(project: Project, directory: string): Promise<readonly string[]> {
  const script = await projectProgram(project, { directory, name: 'rubocop', below: ['bin'] })
  if (script !== 'rubocop') return [script]
  const gemfile = (await project.read(posix.join(directory, 'Gemfile'))) ?? (await project.read('Gemfile')) ?? ''
  return /^\s*gem\s+['"]rubocop['"]/m.test(gemfile) ? ['bundle', 'exec', 'rubocop'] : ['rubocop']
}

const runWith = (more: readonly string[]): LinterRun => ({
  // Without the last option, files that the configuration excludes are checked because they were named.
  arguments: [...more, '--format=json', '--cache=false', '--no-color', '--force-exclusion', '--'],
  coordinates,
  read,
})

/** 0 and 1 are answers; 2 is an error, also inside one rule, with a list that seems clean. */
function read(exited: Exited): Reading {
  if (exited.code !== 0 && exited.code !== 1) return crashed('rubocop', exited)
  // Advice for owners of the configuration may stand in front.
  const output = parseJson(exited.stdout.slice(exited.stdout.indexOf('{"metadata"')), outputSchema)
  if (output === null) return exited.stdout.trim() === '' ? crashed('rubocop', exited) : unreadable('rubocop', exited)
  return {
    problems: output.files.flatMap(({ path, offenses }) =>
      offenses.filter(({ corrected }) => !corrected).map((offense) => toProblem(path, offense)),
    ),
  }
}

const severities: Readonly<Record<string, Problem['severity']>> = { error: 'error', fatal: 'error', warning: 'warning' }

function toProblem(path: string, { severity, message, cop_name: cop, correctable, location }: z.infer<typeof offenseSchema>): Problem {
  const { start_line: line, start_column: column, last_line: endLine, last_column: last, length } = location
  return {
    path,
    // What has no length ends before it begins, when the last column is counted.
    place: { line, column, endLine, endColumn: length === 0 ? last - 1 : last },
    rule: cop,
    severity: severities[severity] ?? 'note',
    message,
    isFatal: cop === 'Lint/Syntax',
    isFixable: correctable,
  }
}
