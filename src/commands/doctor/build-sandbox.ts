import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../domain/errors.ts'
import { terminalLine } from '../../domain/trust-terminal.ts'
import { formatBytes } from '../../engine/models/format-bytes.ts'
import type { CommandContext } from '../command.ts'
import { isOffline } from '../open-store.ts'

/** Makes the image of the sandbox, runs Node in it once, and says what it holds. */
export async function buildSandbox({ environment, stdout, stderr, signal }: CommandContext): Promise<void> {
  const { buildSandboxImage } = await import('../../workspace/sandbox/build-image.ts')
  const tell = (sentence: string) => void stderr.write(`${terminalLine(sentence)}\n`)
  const { image, bytes, contents } = await buildSandboxImage({ environment, signal, isOffline: isOffline(environment), tell })
  tell('Running Node in it …')
  await tryImage({ environment, signal })
  stdout.write(
    `Made ${image} (${formatBytes(bytes)}): ${contents}.\nCommands that a model writes run in it, without network. For a project that needs other programs, name an image that has them in sandbox.image.\n`,
  )
}

/** An image that nothing runs in is worse than none: it would be found out in the middle of a run. */
async function tryImage(surroundings: Pick<CommandContext, 'environment' | 'signal'>): Promise<void> {
  const { openSandbox } = await import('../../workspace/sandbox.ts')
  const root = await realpath(await mkdtemp(join(tmpdir(), 'agent-sandbox-')))
  try {
    const options = { use: 'docker', image: null, memory: 2 ** 29, cpus: 1, timeout: 60_000 } as const
    const sandbox = await openSandbox(options, { root, readOnly: [] }, surroundings)
    const argv = ['node', '--version']
    const { ending, stderr } = await sandbox.run({ argv, directory: '.', timeout: 60_000, maxOutput: 2 ** 16, signal: surroundings.signal })
    await sandbox.close()
    if (ending.kind === 'exited' && ending.code === 0) return
    throw new AppError('SANDBOX_UNAVAILABLE', `The image was made, but Node does not run in it: ${stderr.trim() || ending.kind}.`, {
      hint: 'Name another image in sandbox.image.',
    })
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}
