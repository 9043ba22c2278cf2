export type CacheType = 'F16' | 'Q8_0'

export interface ContextPlan {
  /** Of one sequence. */
  contextTokens: number
  sequences: number
  cacheType: CacheType
}

/** In bytes; a machine without a GPU has no such memory, and nothing there needs any. */
export interface Memory {
  ram: number
  vram: number
}

interface PlanRequest {
  /** Null: as much as makes sense and fits. */
  contextTokens: number | null
  /** At most. */
  sequences: number
}

export interface ModelFacts {
  trainedTokens: number
  /** Without it, the library does not keep values quantised. */
  hasFlashAttention: boolean
  bytesFor(plan: ContextPlan): Memory
}

/** More context makes small models worse, and every token of it costs memory whether it is used or not. */
const preferredTokens = 16_384
const smallestTokens = 2048

/**
 * The contexts that fit into the free memory, the best one first. Fewer sequences come before half the precision of what they remember, and that before
 * remembering less, which is never less than was asked for. None: not even the smallest fits.
 */
export function planContext(model: ModelFacts, free: Memory, request: PlanRequest): ContextPlan[] {
  const contexts = request.contextTokens === null ? halvings(preferredTokens, smallestTokens) : [request.contextTokens]
  const sizes = [...new Set(contexts.map((tokens) => Math.min(tokens, model.trainedTokens)))]
  const cacheTypes: CacheType[] = model.hasFlashAttention ? ['F16', 'Q8_0'] : ['F16']

  const [largest = smallestTokens, ...smaller] = sizes
  const plans = [
    ...halvings(request.sequences, 1).map((sequences): ContextPlan => ({ contextTokens: largest, sequences, cacheType: 'F16' })),
    ...[largest, ...smaller].flatMap((contextTokens) =>
      cacheTypes.map((cacheType): ContextPlan => ({ contextTokens, sequences: 1, cacheType })),
    ),
  ]
  return plans.filter((plan, index) => plans.findIndex((other) => isSame(plan, other)) === index && fits(model.bytesFor(plan), free))
}

/** What a plan of the least that would do needs, for whoever is told that it is not there. */
export function leastContext(model: ModelFacts, request: PlanRequest): ContextPlan {
  return {
    contextTokens: Math.min(request.contextTokens ?? smallestTokens, model.trainedTokens),
    sequences: 1,
    cacheType: model.hasFlashAttention ? 'Q8_0' : 'F16',
  }
}

const fits = (needed: Memory, free: Memory) => needed.ram <= free.ram && needed.vram <= free.vram

const isSame = (a: ContextPlan, b: ContextPlan) =>
  a.contextTokens === b.contextTokens && a.sequences === b.sequences && a.cacheType === b.cacheType

/** From one number to another, each half of the one before. */
function halvings(from: number, to: number): number[] {
  const numbers = [from]
  for (let number = from; number > to; ) numbers.push((number = Math.max(to, Math.floor(number / 2))))
  return numbers
}
