import { type OffloadPlan, planOffload } from '../llama-server/plan-offload.ts'
import { expectedSpeed, type Speed } from './expected-speed.ts'
import type { FitMachine } from './fit-machine.ts'
import type { ModelWeights } from './model-weights.ts'

/** How a model would run on a machine. */
export interface ModelFit {
  /** `vram`: computed with on GPUs only. `vram+ram`: in both. `ram`: on the processor. */
  fits: 'vram' | 'vram+ram' | 'ram' | 'no'
  /** `later`: other programs hold the memory now. */
  when: 'now' | 'later' | null
  /** Who would run it; null where neither is there, or nothing fits. */
  backend: 'library' | 'llama-server' | null
  plan: Omit<OffloadPlan, 'fits'> | null
  expected: Speed | null
  /** What would make it better, or possible. */
  advice: string | null
}

const nothing: Omit<ModelFit, 'advice'> = { fits: 'no', when: null, backend: null, plan: null, expected: null }

/** Where the parts of a model go on a machine, who can put them there, and how fast that is likely to be. */
export function fitModel(weights: ModelWeights, machine: FitMachine): ModelFit {
  const now = { gpus: machine.gpus.map(({ freeBytes }) => freeBytes), ram: machine.memory.availableBytes }
  const later = { gpus: machine.gpus.map(({ totalBytes }) => totalBytes), ram: machine.memory.totalBytes }
  for (const [when, free] of [
    ['now', now],
    ['later', later],
  ] as const) {
    const plan = planOffload(weights.layout, { ...free, isShared: machine.isShared }, { contextTokens: null, parallel: null })
    if (plan.fits !== 'no') return { ...fitOn(plan, { weights, machine, ram: free.ram }), when }
  }
  return { ...nothing, advice: null }
}

interface Place {
  weights: ModelWeights
  machine: FitMachine
  ram: number
}

function fitOn(plan: OffloadPlan, place: Place): ModelFit {
  const { machine } = place
  if (!needsServer(plan)) return described(plan, { ...place, advice: null })
  if (machine.hasServer) return described(plan, { ...place, advice: null })
  const advice = 'a llama-server on the PATH would put a part of it on the GPU'
  const withoutGpu = planOffload(place.weights.layout, { gpus: [], ram: place.ram }, { contextTokens: null, parallel: null })
  if (withoutGpu.fits !== 'no') return described(withoutGpu, { ...place, advice })
  return { ...nothing, advice: 'it would fit with a llama-server on the PATH, which can divide it between GPU and memory' }
}

function described(plan: OffloadPlan, { weights, machine, advice }: Place & { advice: string | null }): ModelFit {
  const { fits, ...where } = plan
  const server = needsServer(plan) || (machine.library === null && machine.hasServer)
  const backend = server ? 'llama-server' : machine.library === null ? null : 'library'
  return {
    fits: fits === 'vram' ? 'vram' : plan.nGpuLayers > 0 ? 'vram+ram' : 'ram',
    when: 'now',
    backend,
    plan: where,
    expected: expectedSpeed(weights, plan, machine),
    advice: backend === null ? 'nothing here runs it: see `agent doctor`' : advice,
  }
}

/** What the library does not expose: experts in the memory of the machine, and several GPUs. */
function needsServer({ nCpuMoe, tensorSplit }: OffloadPlan): boolean {
  return nCpuMoe > 0 || (tensorSplit ?? []).filter((count) => count > 0).length > 1
}
