import type { CatalogueEntry } from '../models/catalogue.ts'
import type { FitMachine } from './fit-machine.ts'
import { fitModel, type ModelFit } from './fit-model.ts'
import { sizeOf, weightsOfEntry } from './model-weights.ts'

export interface QuantFit {
  quant: string
  /** By the bits that llama.cpp's own table gives a weight; files of mixed types differ a little. */
  bytes: number
  fit: ModelFit
}

/** Bits a weight, from llama.cpp v0.4.0, tools/quantize/README.md (Llama-3.1-8B). */
const bitsPerWeight = { Q8_0: 8.5008, Q6_K: 6.5633, Q5_K_M: 5.7036, Q4_K_M: 4.8944, Q3_K_M: 3.996, Q2_K: 3.1593 } as const

/** How the usual quantisations of a model would fit, from the most exact to the smallest. Empty where its own is none of them. */
export function fittingQuants(entry: CatalogueEntry, machine: FitMachine): QuantFit[] {
  const own = Object.entries(bitsPerWeight).find(([quant]) => quant === entry.quant)
  if (own === undefined) return []
  return Object.entries(bitsPerWeight).map(([quant, bits]) => {
    const bytes = Math.round((sizeOf(entry) * bits) / own[1])
    return { quant, bytes, fit: fitModel(weightsOfEntry(entry, bytes), machine) }
  })
}
