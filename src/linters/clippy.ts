import { posix } from 'node:path'
import { z } from 'zod'
import type { Project } from '../workspace/project.ts'
import type { Coordinates } from './columns.ts'
import { fatalElsewhere } from './fatal-elsewhere.ts'
import type { Linter, LinterUse, LintOutcome, LintRequest } from './linter.ts'
import { countSchema, parseJsonLines } from './parse-output.ts'
import { type Problem, type Reading, toOutcome } from './problem.ts'
import { crashed, type Exited, runOnce, unreadable } from './run-linter.ts'
import { findSections } from './sections.ts'

const coordinates: Coordinates = { unit: 'code-point', firstColumn: 1, lineBreaks: 'lf', countsByteOrderMark: false }

const spanSchema = z.object({
  file_name: z.string(),
  line_start: countSchema,
  line_end: countSchema,
  column_start: countSchema,
  column_end: countSchema,
  is_primary: z.boolean(),
  suggestion_applicability: z.string().nullish(),
})

const messageSchema = z.object({
  level: z.string(),
  message: z.string(),
  code: z.object({ code: z.string() }).nullish(),
  spans: z.array(spanSchema),
  children: z.array(z.object({ spans: z.array(spanSchema) })),
})

const lineSchema = z.object({ reason: z.string(), message: messageSchema.optional().catch(undefined), success: z.boolean().optional() })

/** The compiler of Rust and its lints. It checks whole packages, and would repair them whole, so that it is not asked to. */
export const clippy: Linter = {
  name: 'clippy',
  handles: (path) => path.endsWith('.rs'),
  detect,
  check,
}

async function detect(project: Project): Promise<LinterUse[]> {
  const folders = await findSections(project, { linter: 'clippy', configuration: /^(?!)$/, sections: { 'Cargo.toml': /^\s*\[package\]/m } })
  return folders.map((directory) => ({ linter: 'clippy', directory, program: ['cargo'] }))
}

async function check(use: LinterUse, request: LintRequest): Promise<LintOutcome> {
  if (request.paths.length === 0) return { status: 'checked', diagnostics: [], elsewhere: 0 }
  const workspace = posix.join(request.mountedAt, await workspaceOf(use.directory, request))
  const reading = await runOnce(use, request, {
    arguments: ['clippy', '--all-targets', '--quiet', '--message-format=json'],
    environment: { CARGO_TERM_COLOR: 'never' },
    read: (exited) => read(exited, workspace),
  })
  if ('failure' in reading) return { status: 'failed', reason: reading.failure }
  const stopped = fatalElsewhere(reading.problems, { use, request })
  if (stopped !== null) return { status: 'failed', reason: stopped }
  return toOutcome(reading.problems, { use, request, coordinates })
}

/** The compiler names files from the folder of the workspace, wherever it was started. */
async function workspaceOf(directory: string, { readText }: LintRequest): Promise<string> {
  for (let folder = directory; ; folder = posix.dirname(folder)) {
    const manifest = await readText(posix.join(folder, 'Cargo.toml'))
    if (manifest !== null && /^\s*\[workspace\b/m.test(manifest)) return folder
    if (folder === '.') return directory
  }
}

/** 0 and 101 are answers when the build says how it ended, and when something in the sources explains the second one. */
function read(exited: Exited, workspace: string): Reading {
  if (exited.code !== 0 && exited.code !== 101) return crashed('clippy', exited)
  const lines = parseJsonLines(exited.stdout, lineSchema)
  if (lines === null) return unreadable('clippy', exited)
  if (!lines.some(({ reason }) => reason === 'build-finished')) return crashed('clippy', exited)
  const problems = lines.flatMap(({ reason, message }) => (reason === 'compiler-message' && message ? toProblem(message, workspace) : []))
  const isExplained = exited.code === 0 || problems.some(({ severity }) => severity === 'error')
  return isExplained ? { problems } : crashed('clippy', exited)
}

const severities: Readonly<Record<string, Problem['severity']>> = { error: 'error', warning: 'warning' }

/** A summary such as "2 warnings emitted" has no place, and is none. */
function toProblem({ level, message, code, spans, children }: z.infer<typeof messageSchema>, workspace: string): Problem[] {
  const span = spans.find(({ is_primary }) => is_primary)
  if (!span) return []
  const name = code?.code ?? null
  return [
    {
      path: posix.resolve(workspace, span.file_name),
      place: { line: span.line_start, column: span.column_start, endLine: span.line_end, endColumn: span.column_end },
      rule: name,
      severity: severities[level] ?? (level.startsWith('error') ? 'error' : 'note'),
      message,
      // Errors of the compiler have a number or, those of the parser, no code; lints have names.
      isFatal: level.startsWith('error') && (name === null || /^E\d+$/.test(name)),
      isFixable: children.some((child) => child.spans.length > 0 && child.spans.every(isSafe)),
    },
  ]
}

const isSafe = ({ suggestion_applicability: applicability }: z.infer<typeof spanSchema>) => applicability === 'MachineApplicable'
