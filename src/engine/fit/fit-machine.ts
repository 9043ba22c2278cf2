import type { MachineMemory } from '../models/memory-need.ts'
import type { Bandwidth } from './card-bandwidth.ts'

/** What a machine has for models. */
export interface FitMachine {
  gpus: readonly FitGpu[]
  /** Its GPUs compute in the memory of the machine, as Apple's do. */
  isShared: boolean
  memory: MachineMemory
  /** Of the memory of the machine, measured. */
  bytesPerSecond: number
  /** Other programs computed while it was measured, so that it is less than it could be. */
  isBusy: boolean
  /** How the library that runs models was built; null where it does not start here. */
  library: 'prebuilt' | 'source' | null
  /** Whether a llama-server is on the PATH, or named in the configuration. */
  hasServer: boolean
}

export interface FitGpu {
  name: string
  totalBytes: number
  freeBytes: number
  bandwidth: Bandwidth & { isKnown: boolean }
}
