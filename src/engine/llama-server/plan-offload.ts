import type { ModelBlock, ModelLayout } from '../models/model-layout.ts'

/** Free memory, in bytes. */
export interface OffloadMachine {
  gpus: readonly number[]
  ram: number
  /** The GPU computes in the memory of the machine, as Apple's does: what both take has to fit into `ram`. */
  isShared?: boolean
}

/** Null leaves the choice to the planner. */
export interface OffloadWish {
  contextTokens: number | null
  parallel: number | null
}

/** Where the parts of a model go, in the terms of llama.cpp's options. */
export interface OffloadPlan {
  /** `vram`: all that is computed with is on GPUs. `vram+ram`: the processor has a part in it, or all of it. */
  fits: 'vram' | 'vram+ram' | 'no'
  /** Counted from the end, the output as one. */
  nGpuLayers: number
  /** Layers, from the first, whose experts stay in the memory of the machine. */
  nCpuMoe: number
  /** How many of the layers go on each GPU; null with fewer than two. */
  tensorSplit: readonly number[] | null
  /** Of one request. */
  contextTokens: number
  parallel: number
  /** What is taken of each memory by this count. */
  use: { gpus: readonly number[]; ram: number }
}

/** Compute buffers, and what a driver takes for itself: what llama-server's own `--fit` leaves free too. */
const reserve = 1_073_741_824
/** More context makes small models worse, and every token of it costs memory whether it is used or not. */
const preferredContext = 16_384
const smallestContext = 2048
/** A GPU is busy with one request for a third of the time; a processor is not. */
const parallelOnGpu = 4

interface Shape {
  contextTokens: number
  parallel: number
}

/**
 * The fastest way that fits: everything on the GPUs, and several requests at once; else with less context; else with experts of some layers, as few as
 * possible, in the memory of the machine; then with whole layers there; and so on with half of that context. More memory never makes it worse.
 */
export function planOffload(layout: ModelLayout, machine: OffloadMachine, wish: OffloadWish): OffloadPlan {
  const contexts = contextsOf(layout, wish)
  const [preferred = smallestContext] = contexts
  const { parallel } = wish
  const all = layout.blocks.length + 1
  const onGpus = (shape: Shape) => place(layout, machine, { ...shape, nGpuLayers: all, nCpuMoe: 0 })
  if (machine.gpus.length > 0) {
    const first = onGpus({ contextTokens: preferred, parallel: parallel ?? parallelOnGpu })
    if (first !== null) return first
    // A context of half the size is hardly missed; a smaller one is a reason to take the memory of the machine first.
    for (const contextTokens of contexts.filter((tokens) => tokens * 2 >= preferred)) {
      const plan = onGpus({ contextTokens, parallel: parallel ?? 1 })
      if (plan !== null) return plan
    }
  }
  for (const contextTokens of contexts) {
    const plan = planWithRam({ layout, machine, shape: { contextTokens, parallel: parallel ?? 1 } })
    if (plan !== null) return plan
  }
  const shape = { contextTokens: contexts.at(-1) ?? preferred, parallel: parallel ?? 1 }
  return { fits: 'no', nGpuLayers: 0, nCpuMoe: 0, tensorSplit: null, ...shape, use: { gpus: [], ram: 0 } }
}

interface Case {
  layout: ModelLayout
  machine: OffloadMachine
  shape: Shape
}

/** Experts first, then whole layers: a token needs few of the experts, and all of the rest. */
function planWithRam({ layout, machine, shape }: Case): OffloadPlan | null {
  const { length } = layout.blocks
  const all = machine.gpus.length > 0 ? length + 1 : 0
  const lastOfExperts = layout.blocks.findLastIndex(({ expertBytes }) => expertBytes > 0) + 1
  if (all > 0) {
    for (let nCpuMoe = 0; nCpuMoe <= lastOfExperts; nCpuMoe++) {
      const plan = place(layout, machine, { ...shape, nGpuLayers: all, nCpuMoe })
      if (plan !== null) return plan
    }
  }
  for (let nGpuLayers = Math.max(0, all - 1); nGpuLayers >= 0; nGpuLayers--) {
    const plan = place(layout, machine, { ...shape, nGpuLayers, nCpuMoe: nGpuLayers === 0 ? 0 : lastOfExperts })
    if (plan !== null) return plan
  }
  return null
}

/** From what is wished for or preferred down to the smallest that is of use; what was asked for is taken or refused. */
function contextsOf({ contextTokens: trained }: ModelLayout, { contextTokens: wished }: OffloadWish): number[] {
  const most = Math.min(wished ?? preferredContext, trained ?? Infinity)
  const contexts = [most]
  for (let tokens = Math.floor(most / 2); wished === null && tokens >= smallestContext; tokens = Math.floor(tokens / 2))
    contexts.push(tokens)
  return contexts
}

type Choice = Shape & Pick<OffloadPlan, 'nGpuLayers' | 'nCpuMoe'>

/** The plan where it fits: llama.cpp puts the last layers, in their order, on the GPUs, and everything before them into the machine's memory. */
function place(layout: ModelLayout, machine: OffloadMachine, choice: Choice): OffloadPlan | null {
  const { blocks, inputBytes, outputBytes } = layout
  const { nGpuLayers, nCpuMoe, contextTokens, parallel } = choice
  const start = blocks.length + 1 - nGpuLayers
  const cacheOf = ({ cacheBytesPerToken }: ModelBlock) => cacheBytesPerToken * contextTokens * parallel
  let ram = reserve + inputBytes + (nGpuLayers === 0 ? outputBytes : 0)
  const layers: number[] = []
  for (const [index, block] of blocks.entries()) {
    const keepsExperts = index >= start && index >= nCpuMoe
    const other = block.otherBytes + cacheOf(block)
    if (!keepsExperts) ram += block.expertBytes
    if (index < start) ram += other
    else layers.push(other + (keepsExperts ? block.expertBytes : 0))
  }
  if (nGpuLayers > 0) layers.push(outputBytes)
  const filled = fill(layers, machine.gpus)
  if (filled === null) return null
  const onGpus = filled.bytes.reduce((sum, bytes) => sum + bytes, 0)
  if (ram + (machine.isShared ? onGpus : 0) > machine.ram) return null
  return {
    ...choice,
    fits: nGpuLayers > blocks.length && nCpuMoe === 0 ? 'vram' : 'vram+ram',
    tensorSplit: nGpuLayers > 0 && machine.gpus.length > 1 ? filled.counts : null,
    use: { gpus: filled.bytes, ram },
  }
}

/** Fills one GPU after the other; null where the layers do not go in. One that gets none needs no buffers either. */
function fill(layers: readonly number[], gpus: readonly number[]): { counts: number[]; bytes: number[] } | null {
  let next = 0
  const counts: number[] = []
  const bytes = gpus.map((free) => {
    let [used, count] = [reserve, 0]
    for (let size = layers[next]; size !== undefined && used + size <= free; size = layers[++next]) {
      used += size
      count++
    }
    counts.push(count)
    return count === 0 ? 0 : used
  })
  return next === layers.length ? { counts, bytes } : null
}
