import { availableParallelism, loadavg } from 'node:os'
import { findLlamaServer, type ServerSetting } from '../llama-server/find-server.ts'
import { listGpus } from '../llama-server/list-gpus.ts'
import type { Backend } from '../llama/messages.ts'
import { probeBackends } from '../llama/probe.ts'
import type { MachineMemory } from '../models/memory-need.ts'
import { cardBandwidth } from './card-bandwidth.ts'
import type { FitGpu, FitMachine } from './fit-machine.ts'
import { measureMemoryBandwidth } from './memory-bandwidth.ts'

export interface ExamineOptions {
  environment: Readonly<Record<string, string | undefined>>
  memory: MachineMemory
  /** False where the configuration wants none used. */
  mayUseGpu: boolean
  server: ServerSetting | 'never'
  signal: AbortSignal
}

/** A driver and the desktop hold a part of a card. */
const usuallyFree = 0.95

/** Looks at what this machine has for models: asks the library and a llama-server, and measures its memory. Neither of them needs to be there. */
export async function examineMachine(
  { environment, memory, mayUseGpu, server, signal }: ExamineOptions,
  { probe, measure } = { probe: probeBackends, measure: measureMemoryBandwidth },
): Promise<FitMachine> {
  const find = server === 'never' ? null : findLlamaServer(environment, { setting: server, signal })
  const [backend, found] = await Promise.all([probe({ environment, signal }).catch(() => null), Promise.resolve(find).catch(() => null)])
  signal.throwIfAborted()
  const seen = found === null || !mayUseGpu ? [] : await listGpus(found, { environment, signal })
  const gpus = seen.length > 0 ? seen.map((gpu) => ({ ...gpu, bandwidth: cardBandwidth(gpu.name) })) : gpusOf(mayUseGpu ? backend : null)
  return {
    gpus: gpus.map(({ name, totalBytes, freeBytes, bandwidth }) => ({ name, totalBytes, freeBytes, bandwidth })),
    isShared: seen.length > 0 ? seen.every(({ backend: kind }) => kind === 'metal') : backend?.name === 'metal',
    memory,
    // Before it adds to the load itself. Windows tells of none.
    isBusy: (loadavg()[0] ?? 0) > availableParallelism(),
    // Last, and alone: whatever else computes would take away from it.
    bytesPerSecond: await measure(signal),
    library: backend === null ? null : buildOf(backend),
    hasServer: found !== null,
  }
}

/** How the native library came to be, as it says itself. */
export function buildOf({ library }: Pick<Backend, 'library'>): 'prebuilt' | 'source' {
  return library.includes('prebuilt') ? 'prebuilt' : 'source'
}

/** The library tells what its GPUs have together. */
function gpusOf(backend: Backend | null): FitGpu[] {
  const { devices, vramBytes } = backend ?? { devices: [], vramBytes: null }
  const totalBytes = (vramBytes ?? 0) / Math.max(1, devices.length)
  if (totalBytes === 0) return []
  return devices.map((name) => ({ name, totalBytes, freeBytes: totalBytes * usuallyFree, bandwidth: cardBandwidth(name) }))
}
