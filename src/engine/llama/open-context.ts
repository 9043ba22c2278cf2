import { totalmem } from 'node:os'
import type { Llama, LlamaContext, LlamaContextOptions, LlamaModel } from 'node-llama-cpp'
import { AppError } from '../../domain/errors.ts'
import type { LlamaLibrary } from './library.ts'
import type { OpenRequest } from './messages.ts'
import { type CacheType, type ContextPlan, leastContext, type Memory, type ModelFacts, planContext } from './plan-context.ts'

type MeasuredModel = Pick<LlamaModel, 'createContext' | 'fileInsights' | 'trainContextSize' | 'gpuLayers'>

interface ContextOptions {
  model: MeasuredModel
  library: Pick<LlamaLibrary, 'GgmlType'>
  request: Pick<OpenRequest, 'contextTokens' | 'parallel'>
  /** Where nothing else was asked for. */
  usualSequences: number
  free: Memory
  /** Passed on as they are. */
  settings: Pick<LlamaContextOptions, 'threads' | 'batching'> & { batchSize: number }
}

/** Something is always needed besides, and what is free changes. */
const usableShare = 0.9

/** Memory that a context may take. */
export async function freeMemory(llama: Pick<Llama, 'gpu' | 'getVramState'>, ram = availableRam()): Promise<Memory> {
  const vram = llama.gpu === false ? 0 : (await llama.getVramState()).free
  return { ram: ram * usableShare, vram: vram * usableShare }
}

/** macOS uses what nobody needs for files that it has read, and gives it back when it is asked for; Node counts only what lies idle. */
export function availableRam(platform = process.platform, { available = process.availableMemory(), total = totalmem() } = {}): number {
  return platform === 'darwin' ? Math.max(available, total / 2) : available
}

const unlimited: Memory = { ram: Infinity, vram: Infinity }

/** Makes the best context that fits. Where the native library cannot make it after all, the next best one. */
export async function openContext({ model, library, request, usualSequences, free, settings }: ContextOptions) {
  const wanted = { contextTokens: request.contextTokens, sequences: request.parallel ?? usualSequences }
  const sampling = { library, batchSize: settings.batchSize, sequences: wanted.sequences }
  let facts = await readFacts(model, { ...sampling, cacheTypes: ['F16'] })
  let plans = planContext(facts, free, wanted)
  // Where there is room for all that is wanted, nobody needs to know what less would cost.
  if (plans[0]?.contextTokens !== planContext(facts, unlimited, wanted)[0]?.contextTokens) {
    facts = await readFacts(model, { ...sampling, cacheTypes: ['F16', 'Q8_0'] })
    plans = planContext(facts, free, wanted)
  }
  let cause: unknown
  for (const plan of plans) {
    try {
      return { plan, context: await create(model, plan, settings) }
    } catch (error) {
      cause = error
    }
  }
  throw refusal(leastContext(facts, wanted), { facts, cause })
}

function create(
  model: MeasuredModel,
  { contextTokens, sequences, cacheType }: ContextPlan,
  settings: ContextOptions['settings'],
): Promise<LlamaContext> {
  return model.createContext({
    contextSize: contextTokens,
    sequences,
    ...settings,
    ...(cacheType !== 'F16' && { experimentalKvCacheKeyType: cacheType, experimentalKvCacheValueType: cacheType }),
    failedCreationRemedy: false,
  })
}

const sampleTokens = 2048

interface Sampling {
  library: Pick<LlamaLibrary, 'GgmlType'>
  batchSize: number
  sequences: number
  cacheTypes: readonly CacheType[]
}

/** What a context of this model needs grows evenly with its tokens and its sequences, so that a few estimates of the library tell of all. */
async function readFacts(model: MeasuredModel, { library, batchSize, sequences, cacheTypes }: Sampling): Promise<ModelFacts> {
  const { trainContextSize: trainedTokens, fileInsights } = model
  const { flashAttentionSupported } = fileInsights
  const hasFlashAttention = flashAttentionSupported && cacheTypes.includes('Q8_0')
  const estimate = async (contextSize: number, { count, cacheType }: { count: number; cacheType: CacheType }): Promise<Memory> => {
    const type = library.GgmlType[cacheType]
    const { cpuRam, gpuVram } = await fileInsights.estimateContextResourceRequirementsV2({
      contextSize,
      sequences: count,
      modelGpuLayers: model.gpuLayers,
      batchSize,
      flashAttention: flashAttentionSupported ? 'auto' : false,
      ...(cacheType !== 'F16' && { kvCacheKeyType: type, kvCacheValueType: type }),
    })
    return { ram: cpuRam, vram: gpuVram }
  }
  try {
    const least = await estimate(sampleTokens, { count: 1, cacheType: 'F16' })
    const perToken = {
      F16: slope(least, await estimate(2 * sampleTokens, { count: 1, cacheType: 'F16' })),
      Q8_0: hasFlashAttention
        ? slope(
            await estimate(sampleTokens, { count: 1, cacheType: 'Q8_0' }),
            await estimate(2 * sampleTokens, { count: 1, cacheType: 'Q8_0' }),
          )
        : { ram: 0, vram: 0 },
    }
    const many = sequences > 1 ? await estimate(sampleTokens, { count: sequences, cacheType: 'F16' }) : least
    const bytes = (plan: ContextPlan, kind: keyof Memory) => {
      const fixed = least[kind] - sampleTokens * perToken.F16[kind]
      const perSequence = sequences > 1 ? (many[kind] - least[kind]) / (sequences - 1) - sampleTokens * perToken.F16[kind] : 0
      return Math.max(0, fixed + (plan.sequences - 1) * perSequence + plan.sequences * plan.contextTokens * perToken[plan.cacheType][kind])
    }
    return { trainedTokens, hasFlashAttention, bytesFor: (plan) => ({ ram: bytes(plan, 'ram'), vram: bytes(plan, 'vram') }) }
  } catch {
    // Of a model that it cannot estimate, the library says itself when a context does not fit.
    return { trainedTokens, hasFlashAttention, bytesFor: () => ({ ram: 0, vram: 0 }) }
  }
}

const slope = (one: Memory, two: Memory): Memory => ({
  ram: (two.ram - one.ram) / sampleTokens,
  vram: (two.vram - one.vram) / sampleTokens,
})

function refusal(least: ContextPlan, { facts, cause }: { facts: ModelFacts; cause: unknown }): AppError {
  const { contextTokens } = least
  const { ram, vram } = facts.bytesFor(least)
  const needed = ram + vram > 0 ? `, which takes ${((ram + vram) / 1e9).toFixed(1)} GB` : ''
  return new AppError('ENGINE_OUT_OF_CONTEXT', `The memory that is free does not hold a context of ${contextTokens} tokens${needed}.`, {
    hint: 'Set engine.context to a smaller number, close other programs, or choose a smaller model with `agent models list`.',
    ...(cause !== undefined && { cause }),
  })
}
