import { Readable } from 'node:stream'
import type { HookName } from '../../hook-managers/hook-manager.ts'
import { fromFramework } from '../../hook-managers/pre-commit-call.ts'
import { createGit } from '../../workspace/git.ts'
import type { CommandContext } from '../command.ts'

/** A call by the pre-commit framework, as git would have made it; null at a stage that is not the hook's own. */
export async function callOfFramework(
  name: HookName,
  args: readonly string[],
  context: CommandContext,
): Promise<{ args: readonly string[]; context: CommandContext } | null> {
  const { cwd, environment, signal } = context
  const git = createGit(cwd, environment)
  const resolve = (revision: string) => git.askAbout(['rev-parse', '--verify', '--quiet', '--end-of-options', revision], signal)
  const call = await fromFramework(name, args, { environment, resolve })
  if (call === null) return null
  return { args: call.args, context: call.input === null ? context : withStdin(context, call.input) }
}

/** Named one by one: asking for the process' own stdin would open it. */
function withStdin({ cwd, environment, stdout, stderr, signal }: CommandContext, input: string): CommandContext {
  return { cwd, environment, stdin: Readable.from([Buffer.from(input)]), stdout, stderr, signal }
}
