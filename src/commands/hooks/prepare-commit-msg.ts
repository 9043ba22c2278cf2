import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { wrapProse } from '../../domain/commit-message.ts'
import { AppError, exitCodes } from '../../domain/errors.ts'
import { type CommitMessageResult, commitMessageResultSchema } from '../../domain/result.ts'
import { terminalLine, terminalText } from '../../domain/trust-terminal.ts'
import { runTask } from '../../runtime.ts'
import { writeFileWhole } from '../../system/write-file-whole.ts'
import { commitMessage } from '../../tasks/commit-message/commit-message.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import { globalFlags } from '../flags.ts'
import { createProgress } from '../progress.ts'
import { requestFor } from '../run-commit-message.ts'
import { openTaskSession, type TaskSession } from '../task-session.ts'
import { openTaskWorkspace } from '../task-workspace.ts'
import type { AnswerHook, HookCall } from './hook.ts'
import { encoded, hasText, type MessageFile, type MessageSettings, readMessageFile, withComment, withMessage } from './message-file.ts'
import { opensEditor, readMessageSettings, saysNoEditor } from './message-file-settings.ts'

/**
 * Puts a message for the staged change into the file that git is about to open in an editor: only where nobody has written one, and only
 * where somebody will read it. A template of comments stays below it; a template with text is the user's, and is left alone.
 */
export const prepareCommitMessage: AnswerHook = async (call) => {
  const { context, args } = call
  const [path, source = context.environment.PRE_COMMIT_COMMIT_MSG_SOURCE ?? ''] = args
  if (path === undefined)
    throw new AppError('USAGE_INVALID', 'prepare-commit-msg was called without the file of the message.', {
      hint: 'Call it as git does: agent hooks run prepare-commit-msg -- "$@".',
    })
  if ((source !== '' && source !== 'template') || saysNoEditor(context.environment)) return exitCodes.clean
  const { directory } = globalFlags(call.command, context)
  try {
    const session = await openTaskSession(call.command, context, { isPatch: false, recovers: false })
    try {
      await prepare(resolve(directory, path), session, context)
    } finally {
      await session.close()
    }
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'CONFIG_INVALID') throw error
    await explain(error, resolve(directory, path), call)
  }
  return exitCodes.clean
}

/** A file that awaits words. */
interface Awaiting {
  file: MessageFile
  settings: MessageSettings
}

async function prepare(path: string, session: TaskSession, context: HookCall['context']): Promise<void> {
  const awaiting = await readAwaiting(path, session.runtime.workspace, context)
  if (awaiting === null) return
  const told = await write(session, context)
  const changed = told && contentFor(told, awaiting)
  if (changed) await writeFileWhole(path, changed)
}

/** The hook before has said in the terminal what is wrong with the configuration; who writes the message reads it where they write. */
async function explain({ message, hint = '' }: AppError, path: string, { command, context }: HookCall): Promise<void> {
  const workspace = await openTaskWorkspace(command, context, { isPatch: false })
  try {
    const awaiting = await readAwaiting(path, workspace, context)
    const changed =
      awaiting && commented(wrapProse(`agent: no message was prepared: ${terminalLine(`${message} ${hint}`)}`, lineLength), awaiting)
    if (changed) await writeFileWhole(path, changed)
  } finally {
    await workspace.close()
  }
}

/** Null where nobody will read it, or somebody has written a message. */
async function readAwaiting(path: string, workspace: Workspace, { environment }: HookCall['context']): Promise<Awaiting | null> {
  const [content, settings, hasEditor] = await Promise.all([
    readFile(path),
    readMessageSettings(workspace),
    opensEditor(environment, workspace),
  ])
  const file = readMessageFile(content, settings, { hasEditor })
  return !hasEditor || hasText(file) ? null : { file, settings }
}

/** Of what is said in a comment. */
const lineLength = 100

interface Told {
  result: CommitMessageResult
  /** Why there is no message. */
  reason: string
}

/** Null where nothing is staged: an empty commit is wanted, and needs its own words. */
async function write(session: TaskSession, context: HookCall['context']): Promise<Told | null> {
  const { settings, runtime, choice } = session
  const progress = createProgress(context.stderr, settings.globals)
  try {
    const report = await runTask(commitMessage, requestFor(session), {
      runtime,
      signal: context.signal,
      maxTime: settings.config.hooks.commitMessage.maxTime,
      maxTokens: null,
      useCache: true,
      baseline: null,
      onEvent: progress.onEvent,
    })
    const failure = choice.kind === 'failed' ? choice.error.message : report.notices.at(-1)?.message
    return { result: commitMessageResultSchema.parse(report.result), reason: failure ?? 'No model was to be asked.' }
  } catch (error) {
    if (error instanceof AppError && error.code === 'USAGE_INVALID') return null
    throw error
  } finally {
    progress.end()
  }
}

/** The message, else the header alone, else what is staged as a comment; null where nothing can be added without harm. */
function contentFor({ result, reason }: Told, awaiting: Awaiting): Buffer | null {
  const { message, change } = result
  const candidates = message === null ? [] : [message, message.split('\n')[0] ?? '']
  for (const candidate of candidates) {
    const bytes = encoded(terminalText(candidate), awaiting.settings)
    const changed = bytes === null ? null : withMessage(awaiting.file, bytes)
    if (changed) return changed
  }
  return commented(`${wrapProse(`agent: ${terminalLine(reason)} What is staged:`, lineLength)}\n${terminalText(change)}`, awaiting)
}

function commented(text: string, { file, settings }: Awaiting): Buffer | null {
  const bytes = encoded(text, settings)
  return bytes === null ? null : withComment(file, bytes.split('\n'))
}
