import type { CatalogueEntry } from './catalogue.ts'
import type { StoredModel } from './stored-model.ts'

/** Context and compute buffers of the usual mixture-of-experts models, at 8k tokens. */
const besidesWeights = 1_700_000_000

/** Memory that a model of this size takes while it answers; an estimate, small models need less besides their weights. */
export function memoryNeed(weightBytes: number): number {
  return weightBytes + Math.min(weightBytes, besidesWeights)
}

/** The same for an installed model: from the catalogue where it is known there. */
export function memoryNeedOf({ bytes, manifest: { source } }: StoredModel, catalogue: readonly CatalogueEntry[]): number {
  const entry = source.kind === 'hub' ? catalogue.find(({ id }) => id === source.catalogueId) : undefined
  return entry?.memoryBytes ?? memoryNeed(bytes)
}

/** What a machine can give: now, and if everything else on it ended. */
export interface MachineMemory {
  availableBytes: number
  totalBytes: number
}

/** `tight`: it would fit, but other programs hold the memory now. */
export type Fit = 'yes' | 'tight' | 'no'

/** Whether so much memory can be had. */
export function fitOf(needBytes: number, { availableBytes, totalBytes }: MachineMemory): Fit {
  if (needBytes <= availableBytes) return 'yes'
  return needBytes <= totalBytes ? 'tight' : 'no'
}
