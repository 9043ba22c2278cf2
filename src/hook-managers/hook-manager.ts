import type { Place } from './place.ts'

/** The hooks of git that `agent hooks run` answers, in the order git calls them. */
export const hookNames = ['pre-commit', 'prepare-commit-msg', 'commit-msg', 'pre-push'] as const
export type HookName = (typeof hookNames)[number]

export const managerNames = ['husky', 'lefthook', 'pre-commit', 'simple-git-hooks', 'plain'] as const
export type ManagerName = (typeof managerNames)[number]

/** One step of a plan: what is planned can be shown, compared and tried before anything is written. */
export type FileEdit =
  | { kind: 'write'; path: string; bytes: Buffer; mode: number }
  | { kind: 'move'; path: string; to: string }
  | { kind: 'remove'; path: string }

export interface InstallRequest {
  hooks: readonly HookName[]
  /** This Node and this program, for hooks that stay on this machine. */
  recorded: RecordedProgram
  /** Whether a hooks folder outside of the repository may be written to. */
  allowOutside: boolean
}

/** Absolute paths. */
export interface RecordedProgram {
  node: string
  main: string
}

export interface Trouble {
  message: string
  remedy: string
}

/** One hook, and whether git would run it. */
export interface HookState {
  hook: HookName
  /** `null`: somebody wrote the call by hand. */
  manager: ManagerName | null
  /** The file that has the call. */
  file: string
  /** Whether git comes to it at all, whatever it then finds. */
  isReached: boolean
  /** It does not fire. */
  problem: Trouble | null
  /** It fires, but not for everybody or everywhere. */
  warning: Trouble | null
}

/** A hook of git that has our part in it. */
export interface InstalledHook {
  hook: HookName
  /** The file that holds it. */
  file: string
  /** The lines of shell that look for `agent`, as they are there now. */
  script: string
}

/** What manages the hooks of a repository. Nothing here writes: what is to be done is returned. */
export interface HookManager {
  name: ManagerName
  /** What says that it is used here; null where nothing does. */
  detect(place: Place): Promise<string | null>
  /** Adds our part beside what is there. Throws `HOOKS_CONFLICT`, with what to write by hand, where that cannot be done safely. */
  install(place: Place, request: InstallRequest): Promise<FileEdit[]>
  /** Takes our part out and leaves every other byte as it is. */
  uninstall(place: Place, hooks: readonly HookName[]): Promise<FileEdit[]>
  installed(place: Place): Promise<InstalledHook[]>
  /** Whether the file that git calls is this manager's. */
  owns(script: string): boolean
  /** Whether such a file comes to our part: what a manager has copied may be older than its configuration. */
  reaches(script: string, hook: HookName): boolean
  /** The manager's own program and its arguments that make git call it for these hooks; null where nothing is needed. */
  activation(place: Place, hooks: readonly HookName[]): readonly string[] | null
  /** The same after our part is gone, where something of it would stay otherwise. */
  deactivation(place: Place, hooks: readonly HookName[], isConfigurationGone: boolean): readonly string[] | null
  /** The variable that makes the manager pass over this hook, as it is set now; null when none is. */
  skippedBy(environment: Place['environment'], hook: HookName): string | null
}
