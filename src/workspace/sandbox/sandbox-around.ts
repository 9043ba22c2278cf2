import { lstat } from 'node:fs/promises'
import type { Command, CommandResult } from '../command.ts'
import type { Sandbox, SandboxOptions, SandboxView } from '../sandbox.ts'
import { isPlainFolder } from './plain-folder.ts'
import type { Mount, SandboxProvider } from './provider.ts'

interface Bounds {
  options: Pick<SandboxOptions, 'timeout'>
  view: SandboxView
}

/**
 * The sandbox around one way to run commands. One runs at a time: what is looked at and prepared from outside, such as the folders that mounts
 * need, must not change under our hands.
 */
export function sandboxAround(provider: SandboxProvider, { options, view }: Bounds): Sandbox {
  const closing = new AbortController()
  let last: Promise<unknown> = Promise.resolve()
  const run = async (command: Command): Promise<CommandResult> => {
    const bounded = {
      ...command,
      timeout: Math.min(command.timeout, options.timeout),
      signal: AbortSignal.any([command.signal, closing.signal]),
    }
    bounded.signal.throwIfAborted()
    const refusal = await refusalOf(command, view.root)
    if (refusal !== null) return { ending: { kind: 'not-found' }, stdout: '', stderr: `${refusal}\n`, durationMs: 0 }
    return provider.run(bounded, await mountsFor(view))
  }
  const inTurn = (command: Command): Promise<CommandResult> => {
    const turn = last.then(() => run(command))
    last = turn.catch(() => {})
    return turn
  }
  return {
    kind: provider.kind,
    mountedAt: provider.mountedAt,
    run: inTurn,
    async close() {
      closing.abort(new Error('The sandbox is closed.'))
      await last
      await provider.close()
    },
  }
}

/** Linux takes no longer ones. Where containers are made, some of the programs in between fail in their own ways. */
const maxArgument = 2 ** 17 - 1
const maxArguments = 2 ** 20

/** What no program could be started with. */
async function refusalOf({ argv, directory }: Command, root: string): Promise<string | null> {
  if (!argv[0]) return 'No program is named.'
  if (argv.some((argument) => argument.includes('\0'))) return 'An argument holds a NUL byte.'
  const sizes = argv.map((argument) => Buffer.byteLength(argument))
  if (Math.max(...sizes) > maxArgument) return `An argument is longer than ${maxArgument} bytes.`
  if (sizes.reduce((sum, size) => sum + size + 1, 0) > maxArguments) return `The arguments are longer than ${maxArguments} bytes together.`
  return (await isPlainFolder(root, directory)) ? null : `${directory} is not a folder of the repository.`
}

/** A link is not followed, because a repository may hold one to anywhere; nor is a place used that a command has made into something else. */
async function mountsFor({ root, readOnly }: SandboxView): Promise<Mount[]> {
  const mounts: Mount[] = []
  for (const mount of readOnly) {
    const source = await lstat(mount.source).catch(() => null)
    if (source?.isDirectory() && (await isPlainFolder(root, mount.target, { make: true }))) mounts.push(mount)
  }
  return mounts
}
