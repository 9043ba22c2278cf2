import { AppError } from '../domain/errors.ts'
import type { RunCommand } from './command.ts'
import type { SandboxProvider, SandboxSurroundings } from './sandbox/provider.ts'

export interface SandboxOptions {
  use: 'auto' | 'docker' | 'bwrap' | 'host'
  /** Container image; null takes the one that `agent doctor --build-sandbox` makes. */
  image: string | null
  /** Bytes. */
  memory: number
  cpus: number
  /** Milliseconds; no command may run longer, whatever it asks for. */
  timeout: number
}

/** What a sandbox shows of the disk. */
export interface SandboxView {
  /** Absolute path of the tree that commands may change. It holds no git directory. */
  root: string
  /** Folders beside it that commands may read, such as the `node_modules` of the user's tree: absolute, and where they appear below the root. */
  readOnly: readonly { source: string; target: string }[]
}

/** The only place where a command runs that a model wrote. */
export interface Sandbox {
  readonly kind: 'docker' | 'bwrap' | 'host'
  readonly run: RunCommand
  /** Absolute path, free of links, at which commands see the root: `/repo` in a container, the root itself on the host. */
  readonly mountedAt: string
  /** Ends and removes whatever is left. */
  close(): Promise<void>
}

/**
 * Opens where commands run. `auto` takes Docker, or else bubblewrap, and never this machine as it is. Throws `SANDBOX_UNAVAILABLE` with
 * what is missing and what to do.
 */
export async function openSandbox(options: SandboxOptions, view: SandboxView, surroundings: SandboxSurroundings): Promise<Sandbox> {
  const { sandboxAround } = await import('./sandbox/sandbox-around.ts')
  return sandboxAround(await openProvider(options, view, surroundings), { options, view })
}

async function openProvider(options: SandboxOptions, view: SandboxView, surroundings: SandboxSurroundings): Promise<SandboxProvider> {
  switch (options.use) {
    case 'docker':
      return (await import('./sandbox/docker-sandbox.ts')).openDockerSandbox(options, view, surroundings)
    case 'bwrap':
      return (await import('./sandbox/bwrap-sandbox.ts')).openBwrapSandbox(options, view, surroundings)
    case 'host':
      return (await import('./sandbox/host-sandbox.ts')).openHostSandbox(view, surroundings)
    case 'auto': {
      const open = (use: 'docker' | 'bwrap') => openProvider({ ...options, use }, view, surroundings)
      return open('docker').catch((docker: unknown) => open('bwrap').catch((bwrap: unknown) => Promise.reject(neither(docker, bwrap))))
    }
  }
}

/** Both reasons, because either can be put right. Anything else that went wrong stays what it is. */
function neither(docker: unknown, bwrap: unknown): unknown {
  if (!(docker instanceof AppError)) return docker
  if (!(bwrap instanceof AppError)) return bwrap
  const hints = [docker.hint, bwrap.hint].filter((hint) => hint !== undefined)
  return new AppError('SANDBOX_UNAVAILABLE', `No sandbox can be used. ${docker.message} ${bwrap.message}`, {
    cause: docker,
    hint: `${hints.join(' Or: ')} For a repository that you trust, \`--sandbox host\` runs commands without one.`,
  })
}
