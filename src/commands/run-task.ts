import type { Command } from 'commander'
import { AppError, type ExitCode } from '../domain/errors.ts'
import { exitCodeFor } from '../domain/exit-code.ts'
import type { Report } from '../domain/report.ts'
import type { FailOn } from '../domain/severity.ts'
import { runTask } from '../runtime.ts'
import type { Task } from '../tasks/task.ts'
import type { CommandContext } from './command.ts'
import type { TaskFlags } from './flags.ts'
import { createProgress } from './progress.ts'
import { openTaskSession, type TaskSession } from './task-session.ts'
import { writeReports } from './write-reports.ts'

/** A task, and what it is asked by a command line. */
export interface TaskRun<Request> {
  task: Task<Request>
  /** What the task is asked, from what the user and the configuration say. */
  requestOf(session: TaskSession): Request | Promise<Request>
  /** Milliseconds where neither `--max-time` nor anything else says. */
  maxTime: number
  /** Whether it can do something without one. */
  needsModel?: boolean
  /** The mildest severity that ends in exit code 1, where it is not that of a review. */
  failOn?: FailOn
  /** What is left behind once something is applied, for whoever interrupts what follows. */
  left?: keyof typeof interruptions
  /** The patch as bytes, once the task has run. */
  patch?(): Uint8Array
  /** Something to do with the report before it is told, such as writing its patch. */
  finish?(report: Report, session: TaskSession): Promise<void>
}

/** Runs a task that works on the user's tree, writes its reports and returns the exit code of the contract. */
export async function runTaskCommand<Request>(command: Command, context: CommandContext, run: TaskRun<Request>): Promise<ExitCode> {
  const flags = command.optsWithGlobals<TaskFlags>()
  const session = await openTaskSession(command, context, { isPatch: false, asksOnDryRun: true })
  const done = { isApplied: false }
  try {
    requireModel(run, session)
    const report = await reportOf(run, { session, flags, context, done })
    await run.finish?.(report, session)
    const unwritten = await writeReports(report, { tree: { kind: 'working' }, session, flags, context })
    if (unwritten) throw unwritten
    return exitCodeFor(report, run.failOn ?? session.settings.config.review.failOn)
  } catch (error) {
    if (context.signal.aborted)
      context.stderr.write(`${done.isApplied ? interruptions[run.left ?? 'applied'] : 'Interrupted. Nothing was changed.'}\n`)
    throw error
  } finally {
    await session.close()
  }
}

/** Throws where a task needs a model and there is none. */
export function requireModel(
  { task, needsModel = true }: Pick<TaskRun<never>, 'needsModel'> & { task: { name: string } },
  session: TaskSession,
): void {
  if (!needsModel) return
  if (session.choice.kind === 'failed') throw session.choice.error
  if (session.settings.config.engine.use === 'none')
    throw new AppError('USAGE_INVALID', `agent ${task.name} needs a model, and the engine is set to none.`, {
      hint: 'Leave --engine none out.',
    })
}

/** What whoever pressed Ctrl-C has to know: a run that is changing files when it is interrupted finishes that. */
const interruptions = {
  applied: 'Interrupted after the change was applied; `agent undo` takes it back.',
  staged: 'Interrupted after the change was staged; `git diff --staged` shows it.',
  several: 'Interrupted after at least one step was applied; `git log` and `git status` show which, and `agent undo` takes back the last.',
} as const

interface Running {
  session: TaskSession
  flags: TaskFlags
  context: CommandContext
  /** What has happened to the user's files. */
  done: { isApplied: boolean }
}

async function reportOf<Request>(run: TaskRun<Request>, { session, flags, context, done }: Running): Promise<Report> {
  const { settings, runtime, notices } = session
  const request = await run.requestOf(session)
  const progress = createProgress(context.stderr, settings.globals)
  try {
    return await runTask(run.task, request, {
      runtime,
      signal: context.signal,
      maxTime: flags.maxTime === undefined ? run.maxTime : settings.config.review.maxTime,
      maxTokens: flags.maxTokens ?? null,
      useCache: flags.cache,
      baseline: null,
      notices,
      onEvent(event) {
        if (event.type === 'change-apply') done.isApplied = true
        progress.onEvent(event)
      },
    })
  } finally {
    progress.end()
  }
}
