import type { Environment } from '../../config/environment.ts'
import type { Config } from '../../config/schema.ts'
import type { AppError } from '../../domain/errors.ts'
import type { Notice } from '../../domain/report.ts'
import type { EngineChoice } from '../../engine/choose-engine.ts'
import type { Backend } from '../../engine/llama/messages.ts'
import type { MachineMemory } from '../../engine/models/memory-need.ts'
import type { ModelStore } from '../../engine/models/model-store.ts'

/** `warning`: something works less well than it could. `problem`: something that is needed here does not work. */
export type Verdict = 'ok' | 'warning' | 'problem'

export interface Answer {
  verdict: Verdict
  found: string
  /** What to do about it; null where nothing is to be done. */
  remedy: string | null
}

/** One line of the doctor's report. */
export interface Diagnosis extends Answer {
  name: string
}

/** Everything that probes look at. What several of them need is found out once, when the first one asks. */
export interface Surroundings {
  directory: string
  /** The repository's root, or undefined outside one. */
  root: string | undefined
  environment: Environment
  nodeVersion: string
  platform: NodeJS.Platform
  memory: MachineMemory
  /** The defaults, where the configuration cannot be read. */
  config: Config
  configuration: Configuration
  openStore: () => Promise<ModelStore>
  /** Who would answer a review now. */
  engine: () => Promise<EngineChoice>
  /** What the native library starts with. */
  backend: () => Promise<Backend>
  /** Why Docker cannot run a command, or null. */
  docker: () => Promise<AppError | null>
  /** Why bubblewrap cannot, or null. */
  bubblewrap: () => Promise<AppError | null>
}

export type Configuration =
  | { kind: 'read'; origins: ReadonlyMap<string, string>; notices: readonly Notice[] }
  | { kind: 'broken'; error: AppError }

/** Looks at one thing. Null: it does not matter here. Whatever it starts must end with the signal. */
export interface Probe {
  name: string
  deadlineMs: number
  examine(surroundings: Surroundings, signal: AbortSignal): Promise<Answer | null>
}

export const ok = (found: string): Answer => ({ verdict: 'ok', found, remedy: null })
export const warning = (found: string, remedy: string): Answer => ({ verdict: 'warning', found, remedy })
export const problem = (found: string, remedy: string | null): Answer => ({ verdict: 'problem', found, remedy })
