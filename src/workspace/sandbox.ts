import type { RunCommand } from './command.ts'

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
