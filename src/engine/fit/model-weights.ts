import type { CatalogueEntry } from '../models/catalogue.ts'
import { readGgufContents } from '../models/inspect-gguf.ts'
import { type ModelLayout, readModelLayout } from '../models/model-layout.ts'

/** Where the bytes of a model are, and how many of them a token needs. */
export interface ModelWeights {
  layout: ModelLayout
  /** The part of the experts that a token goes through. */
  expertUse: number
  bytes: number
}

/** Qwen3-30B-A3B's, which has more than most: what is not known is not to be too small. */
const usualCacheBytes = 98_304
const usualLayers = 32
/** Table of the tokens and output of a model, of what are not experts; both are a small part of it. */
const tableShare = 0.1

/** What is known of a model before it is there. A size may be given that another quantisation would have. */
export function weightsOfEntry(entry: CatalogueEntry, bytes = sizeOf(entry)): ModelWeights {
  const { parameters, shape, contextTokens } = entry
  const activeShare = Math.min(1, parameters.activeBillions / parameters.totalBillions)
  // At least what no token needs must be experts.
  const expertShare = Math.max(shape.expertShare ?? 0, 1 - activeShare)
  const layers = shape.layers ?? usualLayers
  const others = (1 - expertShare) * bytes
  const block = {
    expertBytes: (expertShare * bytes) / layers,
    otherBytes: ((1 - 2 * tableShare) * others) / layers,
    cacheBytesPerToken: (shape.cacheBytesPerToken ?? usualCacheBytes) / layers,
  }
  return {
    bytes,
    expertUse: expertShare === 0 ? 1 : Math.max(0, (activeShare - (1 - expertShare)) / expertShare),
    layout: {
      blocks: Array.from({ length: layers }, () => block),
      inputBytes: tableShare * others,
      outputBytes: tableShare * others,
      contextTokens,
      draftBlocks: 0,
      isWhole: true,
    },
  }
}

/** The same from the headers of a model that is there. */
export async function weightsOfFile(path: string, bytes: number): Promise<ModelWeights> {
  const [layout, { values }] = [await readModelLayout(path), await readGgufContents(path)]
  const architecture = String(values.get('general.architecture'))
  const [count, used] = ['expert_count', 'expert_used_count'].map((name) => values.get(`${architecture}.${name}`))
  const isKnown = typeof count === 'number' && typeof used === 'number' && used > 0 && count >= used
  return { layout, bytes, expertUse: isKnown ? used / count : 1 }
}

/** What the files have together where that is known, and otherwise what pages about the model say. */
export function sizeOf({ files, approximateBytes }: CatalogueEntry): number {
  const sizes = files.map(({ bytes }) => bytes)
  return sizes.length > 0 && !sizes.includes(null) ? sizes.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0) : approximateBytes
}
