import { askServer, type Environment } from './ask-server.ts'
import type { LlamaServer } from './find-server.ts'

/** A GPU as llama-server sees it now. */
export interface Gpu {
  /** What `--device` calls it, such as CUDA0. */
  id: string
  name: string
  backend: 'cuda' | 'metal' | 'vulkan' | 'other'
  totalBytes: number
  freeBytes: number
}

const mebi = 1_048_576

/** The GPUs that this build of llama-server can use. None where it was built without, or cannot say. */
export async function listGpus(server: LlamaServer, options: { environment: Environment; signal: AbortSignal }): Promise<Gpu[]> {
  if (!server.flags.has('--list-devices')) return []
  return gpusIn((await askServer(server.path, '--list-devices', options)) ?? '')
}

/** Reads lines such as `  CUDA0: NVIDIA GeForce RTX 3080 (10240 MiB, 9500 MiB free)`. What has no memory is no place for a model. */
export function gpusIn(text: string): Gpu[] {
  const lines = text.matchAll(/^ {2}([\w:.-]{1,40}): (.{1,200}) \((\d{1,12}) MiB, (\d{1,12}) MiB free\)\r?$/gm)
  return [...lines]
    .map(([, id = '', name = '', total, free]) => ({
      id,
      name,
      backend: backendOf(id),
      totalBytes: Number(total) * mebi,
      freeBytes: Number(free) * mebi,
    }))
    .filter(({ totalBytes }) => totalBytes > 0)
}

function backendOf(id: string): Gpu['backend'] {
  if (/^CUDA/i.test(id)) return 'cuda'
  if (/^(?:MTL|Metal)/i.test(id)) return 'metal'
  return /^Vulkan/i.test(id) ? 'vulkan' : 'other'
}
