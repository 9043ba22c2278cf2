import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Tree } from '../domain/change.ts'
import { AppError } from '../domain/errors.ts'
import type { Report } from '../domain/report.ts'
import type { Format } from '../reporters/formats.ts'
import type { ReporterOptions } from '../reporters/reporter.ts'
import { colorEnabled } from './color.ts'
import type { CommandContext } from './command.ts'
import type { TaskFlags } from './flags.ts'
import type { TaskSession } from './task-session.ts'
import { writeFileWhole } from '../system/write-file-whole.ts'
import type { Workspace } from '../workspace/workspace.ts'

interface Writing {
  /** The side of the change that was looked at, for excerpts. */
  tree: Tree
  session: { settings: Pick<TaskSession['settings'], 'globals'>; runtime: { workspace: Pick<Workspace, 'readFile'> } }
  flags: Pick<TaskFlags, 'format' | 'output' | 'report'>
  context: CommandContext
}

/**
 * Prints the report, or writes it to `--output`, and writes those that `--report` asks for besides. Returns the first failure to write a
 * file: the report is printed all the same, because it may hold what somebody has to see.
 */
export async function writeReports(report: Report, { tree, session, flags, context }: Writing): Promise<AppError | null> {
  const [{ reporters }, { configurableChecks }] = await Promise.all([
    import('../reporters/registry.ts'),
    import('../tasks/review/configurable-checks.ts'),
  ])
  const { directory } = session.settings.globals
  const format = (flags.format ?? defaultFormat(context)) as Format
  const summaries = new Map(configurableChecks.map(({ name, summary }) => [name, summary]))
  const describeRule = (rule: string) => summaries.get(rule.slice(rule.indexOf('/') + 1))
  const options: ReporterOptions = { color: false, width: 100, stopToken: randomUUID(), describeRule }

  const files = [...(flags.report ?? []), ...(flags.output === undefined ? [] : [{ format, file: flags.output }])]
  const failures: AppError[] = []
  for (const { format: other, file } of files) {
    const failure = await tryToWrite(resolve(directory, file), reporters[other as Format](report, options))
    if (failure) failures.push(failure)
  }
  if (flags.output !== undefined && failures.length === 0) return null
  const forTerminal = { ...options, ...(await terminalOptions(report, { tree, session, context })) }
  context.stdout.write(ended(reporters[format](report, forTerminal)))
  return failures[0] ?? null
}

async function terminalOptions(report: Report, { tree, session, context }: Pick<Writing, 'tree' | 'session' | 'context'>) {
  const { settings, runtime } = session
  const { stdout, environment } = context
  const readLines = await lineReader(report, (path) => runtime.workspace.readFile(tree, path))
  return { readLines, color: colorEnabled(stdout, environment, settings.globals.color), width: stdout.columns ?? 100 }
}

/** In a GitHub job without a terminal, annotations say more than text. Everywhere else it is for people. */
const defaultFormat = ({ environment, stdout }: CommandContext): Format =>
  environment.GITHUB_ACTIONS && !stdout.isTTY ? 'github' : 'pretty'

const ended = (text: string) => (text === '' || text.endsWith('\n') ? text : `${text}\n`)

async function tryToWrite(path: string, text: string): Promise<AppError | null> {
  // A folder that cannot be made is told of by the writing.
  await mkdir(dirname(path), { recursive: true }).catch(() => {})
  try {
    await writeFileWhole(path, ended(text))
    return null
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}

/** Lines around each finding, for excerpts: read once, from the side that was reviewed. */
async function lineReader(
  report: Report,
  read: (path: string) => Promise<Buffer | null>,
): Promise<NonNullable<ReporterOptions['readLines']>> {
  const paths = [...new Set(report.findings.map(({ region }) => region.path))]
  const linesOf = async (path: string) => (await read(path).catch(() => null))?.toString('utf8').split('\n')
  const texts = new Map(await Promise.all(paths.map(async (path) => [path, await linesOf(path)] as const)))
  return (path, first, last) => texts.get(path)?.slice(first - 1, last)
}
