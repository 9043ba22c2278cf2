import { totalmem } from 'node:os'
import type { MachineMemory } from '../engine/models/memory-need.ts'

/** The memory of this machine, or of the container that confines the process. */
export function machineMemory(): MachineMemory {
  const constrained = process.constrainedMemory()
  const totalBytes = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()
  return { availableBytes: Math.min(process.availableMemory(), totalBytes), totalBytes }
}
