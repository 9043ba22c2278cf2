import { AppError } from '../../domain/errors.ts'
import { runGroup } from '../../system/run-group.ts'
import type { SandboxSurroundings } from './provider.ts'

/** Nobody in particular, by a number that most images have a name for. */
const unprivileged = '65534:65534'
const handOverMs = 60_000

/** Who a command in a container is: whoever runs us, because the tree is theirs; but never root. */
export function commandUser(): string {
  const [uid, gid] = [process.getuid?.(), process.getgid?.()]
  return uid === undefined || gid === undefined || uid === 0 ? unprivileged : `${uid}:${gid}`
}

/**
 * Where root runs us, gives the tree to whom commands run as: only owners change, and only of what is not theirs yet, so that what git knows about
 * the other files stays true. No command may run meanwhile, because one could put a link in the way.
 */
export async function handOver(root: string, { environment, signal }: SandboxSurroundings): Promise<void> {
  if (process.getuid?.() !== 0) return
  const [uid = '', gid = ''] = unprivileged.split(':')
  const isForeign = ['(', '!', '-user', uid, '-o', '!', '-group', gid, ')']
  const { ending, stderr } = await runGroup({
    argv: ['find', root, '-xdev', ...isForeign, '-exec', 'chown', '-h', unprivileged, '{}', '+'],
    directory: root,
    environment: { PATH: environment.PATH ?? '/usr/bin:/bin' },
    timeout: handOverMs,
    maxOutput: 4096,
    signal,
  })
  if (ending.kind === 'exited' && ending.code === 0) return
  throw new AppError(
    'SANDBOX_UNAVAILABLE',
    `The copy of the repository could not be given to an unprivileged user: ${stderr.split('\n')[0] || ending.kind}.`,
    {
      hint: 'Run agent as a user other than root.',
    },
  )
}
