import type { HookName } from '../../hook-managers/hook-manager.ts'
import { AppError, type ExitCode, exitCodes } from '../../domain/errors.ts'
import { globalFlags } from '../flags.ts'
import type { AnswerHook, HookCall } from './hook.ts'
import { isSet, shouldSkip } from './should-skip.ts'

interface Hook {
  /** Loaded when git calls: what one hook needs is no other's burden. */
  load(): Promise<AnswerHook>
  /** What is told when it could not do its work. */
  failure: string
  /** What strictness stops then; null: it only helps, and is never a reason to stop. */
  stops: 'commit' | 'push' | null
}

const hooks: Readonly<Record<HookName, Hook>> = {
  'pre-commit': {
    load: async () => (await import('./pre-commit.ts')).reviewCommit,
    failure: 'this commit was not reviewed',
    stops: 'commit',
  },
  'prepare-commit-msg': {
    load: async () => (await import('./prepare-commit-msg.ts')).prepareCommitMessage,
    failure: 'no message was prepared',
    stops: null,
  },
  'commit-msg': {
    load: async () => (await import('./commit-msg.ts')).checkCommitMessageHook,
    failure: 'the message was not checked',
    stops: 'commit',
  },
  'pre-push': {
    load: async () => (await import('./pre-push.ts')).reviewPush,
    failure: 'this push was not reviewed',
    stops: 'push',
  },
}

/**
 * Answers a hook by the rules that hold for all of them: nothing is said where there is nothing to do, findings stop git, and what keeps us
 * from our work is told in one line and stops nothing, unless the user is strict.
 */
export const runHook: AnswerHook = async (call) => {
  const { name, command, context } = call
  const { directory } = globalFlags(command, context)
  if (shouldSkip({ directory, environment: context.environment })) return exitCodes.clean
  try {
    const answer = await hooks[name].load()
    return await settled(await answer(call), call)
  } catch (error) {
    if (context.signal.aborted) throw error
    const { oneLine, withHint } = await import('./one-line.ts')
    const { message, hint, exitCode } = error instanceof AppError ? error : unexpected(error)
    context.stderr.write(oneLine(`${hooks[name].failure}: ${withHint(message, hint)}`))
    return settled(exitCode, call)
  }
}

const ownEndings: readonly ExitCode[] = [exitCodes.clean, exitCodes.findings, exitCodes.interrupted, exitCodes.terminated]

/** What was found stops git; what could not be done, only where that is wanted. */
async function settled(code: ExitCode, call: HookCall): Promise<ExitCode> {
  const { stops } = hooks[call.name]
  if (ownEndings.includes(code)) return code
  if (stops === null || !(await isStrict(call))) return exitCodes.clean
  const { oneLine } = await import('./one-line.ts')
  call.context.stderr.write(oneLine(`the ${stops} was stopped, because AGENT_HOOK_STRICT or hooks.preCommit.strict is set.`))
  return code
}

/** Asked only when something went wrong, and a configuration that cannot be read may be what did. */
async function isStrict({ command, context }: HookCall): Promise<boolean> {
  try {
    const { loadSettings } = await import('../load-settings.ts')
    return (await loadSettings(command, context)).config.hooks.preCommit.strict
  } catch {
    return isSet(context.environment.AGENT_HOOK_STRICT)
  }
}

function unexpected(error: unknown): AppError {
  const reason = error instanceof Error ? error.message : String(error)
  return new AppError('INTERNAL', `something went wrong inside agent (${reason}).`, {
    hint: 'Report it with the output of `agent doctor`.',
  })
}
