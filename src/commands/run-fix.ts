import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { pathFilter } from '../config/for-path.ts'
import { closest } from '../domain/closest.ts'
import { AppError, type ExitCode } from '../domain/errors.ts'
import type { FailOn, Severity } from '../domain/severity.ts'
import { linters } from '../linters/registry.ts'
import { fix, type FixRequest } from '../tasks/fix/fix.ts'
import { readReportedProblems } from '../tasks/fix/reported-problem.ts'
import { readBaseline } from './baseline-file.ts'
import type { CommandContext } from './command.ts'
import type { TaskFlags } from './flags.ts'
import { requestOf as reviewRequestOf } from './run-review.ts'
import { runTaskCommand, type TaskRun } from './run-task.ts'
import { selectorFrom, type SelectorFlags } from './selector-flags.ts'
import { scopeFrom } from './task-scope.ts'
import type { TaskSession } from './task-session.ts'
import { writePatch } from './write-patch.ts'

interface FixFlags extends Omit<TaskFlags, 'model'>, SelectorFlags {
  from?: string
  review?: boolean
  rule?: readonly string[]
  tool?: readonly string[]
  severity?: Severity
  /** False for `--no-model`. */
  model?: string | boolean
  patchOut?: string
  commitResult?: 'each' | true
}

const maxTime = 600_000

/** Repairs what is reported and returns the exit code of the contract: 1 where problems remain, however mild. */
export function runFix(command: Command, paths: readonly string[], context: CommandContext): Promise<ExitCode> {
  return runTaskCommand(command, context, fixRun(command, paths, context))
}

/** What `agent fix` is asked by a command line. Throws for one that makes no sense. */
export function fixRun(command: Command, paths: readonly string[], context: CommandContext): TaskRun<FixRequest> {
  const flags = command.optsWithGlobals<FixFlags>()
  requireOneSource(flags, paths)
  if (flags.model === false) {
    command.setOptionValue('model', undefined)
    command.setOptionValue('engine', 'none')
  }
  let patch: Uint8Array = Buffer.alloc(0)
  return {
    task: fix,
    maxTime,
    needsModel: flags.review ?? false,
    left: flags.staged ? 'staged' : flags.commitResult === 'each' ? 'several' : 'applied',
    failOn: (flags.failOn as FailOn | undefined) ?? 'note',
    requestOf: async (session) => ({ ...(await requestOf(session, flags, { paths, context })), keepPatch: (bytes) => (patch = bytes) }),
    patch: () => patch,
    finish: (_, session) => writePatch(patch, flags.patchOut, session),
  }
}

function requireOneSource(flags: FixFlags, paths: readonly string[]): void {
  const hint = 'Name a change, files and folders, or a report with --from.'
  if (flags.patch !== undefined) throw new AppError('USAGE_INVALID', 'agent fix repairs files, and a patch has none.', { hint })
  if (flags.staged && flags.commitResult)
    throw new AppError(
      'USAGE_INVALID',
      'What is staged is repaired where it is staged, so there is nothing that --commit-result could commit.',
      {
        hint: 'Leave --commit-result out, and commit yourself.',
      },
    )
  if (flags.review && flags.model === false)
    throw new AppError('USAGE_INVALID', 'A review asks a model, and --no-model leaves it out.', {
      hint: 'Leave one of --review and --no-model out.',
    })
  if (flags.from === undefined) return
  if (paths.length > 0 || selectorFrom(flags).kind !== 'uncommitted')
    throw new AppError('USAGE_INVALID', 'A report says itself where its problems are, so it cannot be combined with a change or paths.', {
      hint,
    })
}

async function requestOf(
  session: TaskSession,
  flags: FixFlags,
  { paths, context }: { paths: readonly string[]; context: CommandContext },
): Promise<FixRequest> {
  const { config } = session.settings
  const isWanted = pathFilter(config)
  const isSilent = config.engine.use === 'none'
  // A report may come from a tool that no adapter knows.
  const tellers = flags.review ? ['review', 'check'] : []
  if (flags.from === undefined) requireLinters(flags.tool ?? [], { code: 'USAGE_INVALID', where: '--tool', besides: tellers })
  if (config.fix.linters !== 'auto') requireLinters(config.fix.linters, { code: 'CONFIG_INVALID', where: 'fix.linters' })
  if (!isSilent && session.choice.kind === 'failed' && session.choice.error.code !== 'MODEL_MISSING') throw session.choice.error
  return {
    scope: await scopeOf(session, flags, { paths, context }),
    filter: { rules: flags.rule ?? [], tools: flags.tool ?? [], severity: flags.severity ?? 'note' },
    isExcluded: (path) => !isWanted(path),
    linters: config.fix.linters,
    attempts: config.fix.attempts,
    model: isSilent ? 'none' : 'wanted',
    apply: !flags.dryRun && flags.patchOut === undefined,
    commit: flags.commitResult === 'each' ? 'each' : flags.commitResult ? 'all' : 'none',
    commandTimeout: config.sandbox.timeout,
    testCommand: config.fix.testCommand,
  }
}

async function scopeOf(
  session: TaskSession,
  flags: FixFlags,
  { paths, context }: { paths: readonly string[]; context: CommandContext },
): Promise<FixRequest['scope']> {
  if (flags.review) return reviewScope(session, flags, { paths, context })
  if (flags.from === undefined) return scopeFrom(session, flags, { paths, signal: context.signal })
  return reportScope(session, flags.from)
}

async function reportScope({ settings: { globals }, runtime: { workspace } }: TaskSession, from: string): Promise<FixRequest['scope']> {
  const readText = async (path: string) => (await workspace.readFile({ kind: 'working' }, path).catch(() => null))?.toString('utf8') ?? null
  const text = await readReport(resolve(globals.directory, from), from)
  return { kind: 'report', problems: await readReportedProblems(text, { name: from, root: workspace.root, readText }) }
}

/** A review as `agent review` would make it now; of the plan that its own `--dry-run` shows there is no need here. */
async function reviewScope(
  session: TaskSession,
  { model, ...flags }: FixFlags,
  named: { paths: readonly string[]; context: CommandContext },
): Promise<FixRequest['scope']> {
  const { files, runtime, settings } = session
  const { root } = runtime.workspace
  const baseline = await readBaseline(flags.baseline, { read: files.read, root, directory: settings.globals.directory })
  return {
    kind: 'review',
    request: reviewRequestOf(session, { ...flags, ...(typeof model === 'string' && { model }), dryRun: false }, named),
    baseline,
  }
}

async function readReport(file: string, name: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new AppError('REPORT_INVALID', `The report ${name} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      cause,
    })
  }
}

/** A name that is mistyped would find nothing to repair, and look as if all were well. */
function requireLinters(
  names: readonly string[],
  { code, where, besides = [] }: { code: 'USAGE_INVALID' | 'CONFIG_INVALID'; where: string; besides?: readonly string[] },
): void {
  const known = [...linters.map(({ name }) => name), ...besides]
  const unknown = names.find((name) => !known.includes(name))
  if (unknown === undefined) return
  const meant = closest(unknown, known)
  throw new AppError(code, `${where} names "${unknown}", which is no linter that agent knows.`, {
    hint: meant === undefined ? `It knows ${known.join(', ')}.` : `Did you mean ${meant}?`,
  })
}
