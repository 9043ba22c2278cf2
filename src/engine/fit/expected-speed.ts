import type { OffloadPlan } from '../llama-server/plan-offload.ts'
import type { FitMachine } from './fit-machine.ts'
import type { ModelWeights } from './model-weights.ts'

/** Tokens a second of one answer, from what is likely at least to what would be good. */
export interface Speed {
  low: number
  high: number
}

/**
 * How much of a memory's bandwidth comes through, and what each token costs besides. Cards: published figures for 30B-A3B at 4 bits lie between 15 % (RTX
 * 5090) and 37 % (RTX 4090), and the more of it the slower the card. Processors: llama-bench reads between 0.4 and all of what a copy moves.
 */
const gpu = { low: { share: 0.25, seconds: 0.003 }, high: { share: 0.5, seconds: 0.001 } }
const ram = { low: { share: 0.35, seconds: 0.001 }, high: { share: 1, seconds: 0 } }
/** The prebuilt library starts its threads anew for each token: measured 9 to 10 ms where there are two of them. */
const prebuiltSeconds = 0.01

/** What a plan lets expect: each token reads what it needs of the weights once, wherever they lie. */
export function expectedSpeed(weights: ModelWeights, plan: OffloadPlan, machine: FitMachine): Speed {
  const { onGpu, inRam } = bytesPerToken(weights, plan)
  const bandwidths = machine.gpus.map(({ bandwidth }) => bandwidth)
  const secondsOf = (end: 'low' | 'high') => {
    const card = Math.min(...bandwidths.map((bandwidth) => bandwidth[end]))
    const { share, seconds } = gpu[end]
    const cards = onGpu > 0 ? onGpu / (card * share) + seconds : 0
    const memory = inRam > 0 ? inRam / (machine.bytesPerSecond * ram[end].share) + ram[end].seconds : 0
    const start = end === 'low' && inRam > 0 && machine.library === 'prebuilt' ? prebuiltSeconds : 0
    return cards + memory + start
  }
  return { low: rounded(1 / secondsOf('low')), high: rounded(1 / secondsOf('high')) }
}

/** Of the table of the tokens one row is read, which is nothing. */
function bytesPerToken({ layout: { blocks, outputBytes }, expertUse }: ModelWeights, { nGpuLayers, nCpuMoe }: OffloadPlan) {
  const start = blocks.length + 1 - nGpuLayers
  let [onGpu, inRam] = nGpuLayers > 0 ? [outputBytes, 0] : [0, outputBytes]
  for (const [index, { expertBytes, otherBytes }] of blocks.entries()) {
    const experts = expertBytes * expertUse
    if (index >= start) onGpu += otherBytes
    else inRam += otherBytes
    if (index >= start && index >= nCpuMoe) onGpu += experts
    else inRam += experts
  }
  return { onGpu, inRam }
}

/** Two digits say all that such a figure knows. */
function rounded(speed: number): number {
  return Number(speed.toPrecision(2))
}
