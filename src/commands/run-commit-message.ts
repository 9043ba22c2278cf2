import { resolve } from 'node:path'
import { Writable } from 'node:stream'
import type { Command } from 'commander'
import type { ExitCode } from '../domain/errors.ts'
import { exitCodeFor } from '../domain/exit-code.ts'
import type { Notice, Report } from '../domain/report.ts'
import { type CommitMessageResult, commitMessageResultSchema } from '../domain/result.ts'
import { terminalText } from '../domain/trust-terminal.ts'
import { runTask } from '../runtime.ts'
import { writeFileWhole } from '../system/write-file-whole.ts'
import { commitMessage, type CommitMessageRequest } from '../tasks/commit-message/commit-message.ts'
import type { CommandContext } from './command.ts'
import type { TaskFlags } from './flags.ts'
import { createProgress } from './progress.ts'
import { openTaskSession, type TaskSession } from './task-session.ts'
import { writeReports } from './write-reports.ts'

const maxTime = 120_000

/** Writes a message for what is staged. It alone goes to standard output: whatever else is to be said goes beside it. */
export async function runCommitMessage(command: Command, context: CommandContext): Promise<ExitCode> {
  const flags = command.optsWithGlobals<TaskFlags>()
  const session = await openTaskSession(command, context, { isPatch: false })
  try {
    const report = await reportOf(session, { flags, context })
    const unwritten =
      flags.format === undefined
        ? await writeMessage(report, { session, flags, context })
        : await writeAll(report, { session, flags, context })
    if (unwritten) throw unwritten
    if (session.choice.kind === 'failed') return session.choice.error.exitCode
    return exitCodeFor(report, session.settings.config.review.failOn)
  } finally {
    await session.close()
  }
}

interface Running {
  flags: TaskFlags
  context: CommandContext
}

async function reportOf(session: TaskSession, { flags, context }: Running): Promise<Report> {
  const { settings, runtime, notices } = session
  const progress = createProgress(context.stderr, settings.globals)
  try {
    return await runTask(commitMessage, requestFor(session, flags.dryRun ?? false), {
      runtime,
      signal: context.signal,
      maxTime: flags.maxTime === undefined ? maxTime : settings.config.review.maxTime,
      maxTokens: flags.maxTokens ?? null,
      useCache: flags.cache,
      baseline: null,
      notices: [...notices, ...choiceNotices(session)],
      onEvent: progress.onEvent,
    })
  } finally {
    progress.end()
  }
}

/** What the task is asked. A model that was named and cannot be had is told, and what is staged is told all the same. */
export function requestFor({ choice, settings }: Pick<TaskSession, 'choice' | 'settings'>, isDry = false): CommitMessageRequest {
  if (isDry || settings.config.engine.use === 'none') return { model: 'none' }
  return { model: choice.kind === 'failed' || settings.config.engine.use !== 'auto' ? 'named' : 'auto' }
}

function choiceNotices({ choice }: TaskSession): Notice[] {
  if (choice.kind !== 'failed') return []
  const { code, message, hint = '' } = choice.error
  return [{ code, message, hint }]
}

type Writing = Running & { session: TaskSession }

const writeAll = (report: Report, writing: Writing) => writeReports(report, { tree: { kind: 'index' }, ...writing })

/** The message to standard output or `--output`; where there is none, nothing: a script must not commit with anything else. */
async function writeMessage(report: Report, writing: Writing) {
  const { session, flags, context } = writing
  const result = commitMessageResultSchema.parse(report.result)
  const text = result.message === null ? '' : `${terminalText(result.message)}\n`
  const { output, ...others } = flags
  const { directory, quiet } = session.settings.globals
  if (output === undefined) context.stdout.write(text)
  else if (text !== '') await writeFileWhole(resolve(directory, output), text)
  tellRest(report, result, { context, quiet })
  if ((flags.report ?? []).length === 0) return null
  // The other reports alone: standard output is the message's.
  return writeAll(report, { session, flags: { ...others, format: 'json' }, context: { ...context, stdout: nowhere() } })
}

const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() })

function tellRest(
  { notices }: Report,
  { message, change }: CommitMessageResult,
  { context, quiet }: { context: CommandContext; quiet: boolean },
) {
  if (message === null) context.stderr.write(`${terminalText(change)}\n`)
  if (quiet && message !== null) return
  for (const notice of notices)
    context.stderr.write(`${terminalText([notice.message, notice.hint].filter((part) => part !== '').join(' '))}\n`)
}
