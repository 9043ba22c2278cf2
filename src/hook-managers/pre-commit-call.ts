import type { Environment } from '../workspace/git-environment.ts'
import type { HookName } from './hook-manager.ts'

/** What git would have handed to a hook that the pre-commit framework calls. */
export interface FrameworkCall {
  args: readonly string[]
  /** What git would have fed to it; null leaves standard input as it is. */
  input: string | null
}

const nothing = '0'.repeat(40)

/**
 * The framework keeps git's arguments and standard input to itself and tells about them in variables. Null: the hook is called at a stage
 * that is not its own, because its configuration names none.
 */
export async function fromFramework(
  hook: HookName,
  args: readonly string[],
  { environment, resolve }: { environment: Environment; resolve: (revision: string) => Promise<string | null> },
): Promise<FrameworkCall | null> {
  if (environment.PRE_COMMIT !== '1') return { args, input: null }
  const { PRE_COMMIT_REMOTE_NAME: remote, PRE_COMMIT_REMOTE_URL: url = '' } = environment
  if (hook === 'pre-commit') return remote === undefined ? { args, input: null } : null
  if (hook === 'commit-msg') return { args, input: null }
  if (hook === 'prepare-commit-msg') return { args: [...args.slice(0, 1), ...sourceOf(environment)], input: null }
  if (remote === undefined) return null
  const local = environment.PRE_COMMIT_LOCAL_BRANCH ?? 'HEAD'
  const pushed = environment.PRE_COMMIT_TO_REF ?? (await resolve(local))
  if (pushed === null) return null
  const known = environment.PRE_COMMIT_FROM_REF ?? nothing
  return { args: [remote, url], input: `${local} ${pushed} ${environment.PRE_COMMIT_REMOTE_BRANCH ?? local} ${known}\n` }
}

function sourceOf({ PRE_COMMIT_COMMIT_MSG_SOURCE: source, PRE_COMMIT_COMMIT_OBJECT_NAME: object }: Environment): string[] {
  if (!source) return []
  return object ? [source, object] : [source]
}
