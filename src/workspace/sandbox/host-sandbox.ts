import { lstat, realpath, rmdir, symlink, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { runGroup } from '../../system/run-group.ts'
import type { SandboxView } from '../sandbox.ts'
import { commandEnvironment } from './command-environment.ts'
import { commandMark } from './command-mark.ts'
import { limits } from './limits.ts'
import type { Mount, SandboxProvider, SandboxSurroundings } from './provider.ts'
import { toolchainHomes } from './toolchain-homes.ts'
import { watchDisk } from './watch-disk.ts'

/**
 * No sandbox: commands run as the user, see all that the user sees, and are only kept from outliving their time. For a repository that its user
 * trusts, and only where that was said.
 */
export async function openHostSandbox(
  { root }: Pick<SandboxView, 'root'>,
  { environment: surrounding }: Pick<SandboxSurroundings, 'environment'>,
): Promise<SandboxProvider> {
  const mountedAt = await realpath(root)
  const { PATH } = surrounding
  const toolchains = await toolchainHomes({ environment: surrounding })
  return {
    kind: 'host',
    mountedAt,
    async run(command, mounts) {
      const mark = commandMark()
      const environment = { PATH: PATH || '/usr/bin:/bin', ...toolchains, ...commandEnvironment(command), ...mark.environment }
      const links = await showByLinks(root, mounts)
      try {
        return await runGroup(
          { ...command, directory: join(root, command.directory), environment },
          { watch: (_pid, stop) => watchDisk(root, { limit: limits.disk, stop }), sweep: mark.sweep },
        )
      } finally {
        for (const link of links) await removeLink(link)
      }
    },
    async close() {},
  }
}

/** Nothing can be mounted here, so a link takes the place of each folder that was made for a mount, while the command runs. */
async function showByLinks(root: string, mounts: readonly Mount[]): Promise<string[]> {
  const links: string[] = []
  for (const { source, target } of mounts) {
    const link = join(root, target)
    try {
      await rmdir(link)
      await symlink(source, link, 'dir')
      links.push(link)
    } catch {
      // The tree has something of its own there.
    }
  }
  return links
}

async function removeLink(path: string): Promise<void> {
  // The command may have put something of its own there.
  if ((await lstat(path).catch(() => null))?.isSymbolicLink()) await unlink(path)
}
