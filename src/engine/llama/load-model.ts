import { statSync } from 'node:fs'
import type { LlamaContextSequence, LlamaModel } from 'node-llama-cpp'
import { AppError } from '../../domain/errors.ts'
import { describeBackend, type LoadedLibrary, loadLibrary } from './library.ts'
import { canTakeBack } from './lookup-tokens.ts'
import type { OpenRequest, Opened } from './messages.ts'
import { freeMemory, openContext } from './open-context.ts'
import { createPrefixStore } from './prefix-store.ts'
import { createPrefixes, type Prefixes } from './prefixes.ts'
import { type ChatTemplate, chooseTemplate } from './talk/prompt.ts'
import { createRhythm, type Rhythm } from './rhythm.ts'
import { createSlots, type Slots } from './slots.ts'

export interface LoadedModel extends Pick<LoadedLibrary, 'library' | 'llama'> {
  model: LlamaModel
  template: ChatTemplate
  slots: Slots
  rhythm: Rhythm
  prefixes: Prefixes
  counts: PromptCounts
  contextTokens: number
  /** Prompts are evaluated in slices of so many tokens, so that an abort need not wait for all of it. */
  sliceTokens: number
  /** Slices that fill what is attended to at once are faster; and what fills them can be taken out again. */
  fillsTiles: boolean
  opened: Opened
}

/** Since the model was loaded. */
interface PromptCounts {
  /** Tokens of prompts that were evaluated. */
  promptTokens: number
  /** Those that were there already: in the sequence, or copied from another one or from disk. */
  reusedTokens: number
  outputTokens: number
  /** Guessed tokens of answers that copy, and how many of them were right. */
  draftedTokens: number
  acceptedTokens: number
}

const preferredContext = 16_384
/**
 * A GPU is busy with one sequence for a third of the time. A processor is not: there the second sequence would slow the first one down, cost its memory
 * again, and answers would depend on who is computed with them.
 */
const sequencesOn = { gpu: 4, cpu: 1 }
/** On a processor a slice takes seconds, and smaller ones are hardly slower. */
const sliceTokensOn = { gpu: 512, cpu: 256 }
const prefixBytes = 2 * 2 ** 30

/** Loads a model into memory and makes room for its sequences. */
export async function loadModel(request: OpenRequest): Promise<LoadedModel> {
  const loaded = await loadLibrary(request)
  const { library, llama } = loaded
  const model = await llama.loadModel({ modelPath: request.modelPath }).catch((error: unknown) => {
    throw modelProblem(error, request.modelPath, loaded)
  })
  const isOnGpu = model.gpuLayers > 0
  const place = isOnGpu ? 'gpu' : 'cpu'
  const threads = isOnGpu && model.gpuLayers >= model.fileInsights.totalLayers ? 1 : llama.maxThreads
  const sliceTokens = sliceTokensOn[place]
  const rhythm = createRhythm()
  const { plan, context } = await openContext({
    model,
    library,
    request,
    usualSequences: sequencesOn[place],
    free: await freeMemory(llama),
    // A slice is never split, and may be one longer than the others.
    settings: { threads, batchSize: sliceTokens + 1, batching: { itemPrioritizationStrategy: rhythm.next } },
  })
  const contextTokens = Math.min(context.contextSize, model.trainContextSize, request.contextTokens ?? preferredContext)
  const parallel = context.totalSequences
  const template = chooseTemplate(library, model)
  const backend = await describeBackend(loaded, threads)
  const identity = [fileIdentity(request.modelPath), backend.library, backend.name, model.gpuLayers, plan.cacheType, sliceTokens]
  const folder = request.prefixFolder ?? null
  const store = folder === null ? null : createPrefixStore({ folder, maxBytes: prefixBytes })
  return {
    library,
    llama,
    model,
    template,
    slots: createSlots(Array.from({ length: parallel }, () => erasedAlone(context.getSequence(), rhythm))),
    rhythm,
    prefixes: createPrefixes({ store, identity, rhythm }),
    counts: { promptTokens: 0, reusedTokens: 0, outputTokens: 0, draftedTokens: 0, acceptedTokens: 0 },
    contextTokens,
    sliceTokens,
    fillsTiles: !isOnGpu && plan.cacheType === 'F16' && model.fileInsights.flashAttentionSupported && canTakeBack(model),
    opened: { contextTokens, parallel, offersTools: template.calls !== null, backend, notices: await noticesFor(request, model, loaded) },
  }
}

/** Whoever takes tokens back out of a sequence would otherwise wait until nobody else speaks any more. */
function erasedAlone(sequence: LlamaContextSequence, { alone }: Rhythm): LlamaContextSequence {
  const erase = sequence.eraseContextTokenRanges.bind(sequence)
  sequence.eraseContextTokenRanges = (ranges) => alone(() => erase(ranges))
  return sequence
}

/** What tells one state of a file from another without reading all of it. */
function fileIdentity(path: string): unknown[] {
  const { dev, ino, size, mtimeMs } = statSync(path)
  return [path, dev, ino, size, mtimeMs]
}

/** Why a model did not load: only the native library's log knows. */
export function modelProblem(error: unknown, path: string, { library, llama, takeErrors }: LoadedLibrary): AppError {
  const complaint = takeErrors()
    .find((line) => line.includes('error loading model'))
    ?.replace(/^.*error loading model: /, '')
  const isTooLarge = error instanceof library.InsufficientMemoryError || complaint?.includes('allocate') === true
  if (isTooLarge && llama.gpu !== false && complaint !== undefined)
    return new AppError('ENGINE_FAILED', `The model does not load with ${llama.gpu}: ${complaint}.`, { cause: error })
  if (isTooLarge)
    return new AppError('ENGINE_UNAVAILABLE', `The memory that is free does not hold the model ${path}.`, {
      hint: 'Close other programs, or choose a smaller model with `agent models list`.',
      cause: error,
    })
  return new AppError('MODEL_INVALID', `The model ${path} does not load: ${complaint ?? (error as Error).message}.`, {
    hint: complaint?.startsWith('unknown model architecture')
      ? 'This model is newer than the library that runs it. Choose another one, or run it in llama-server and use --base-url.'
      : 'Get the file again, for example with `agent models pull`.',
    cause: error,
  })
}

/** What a user should know once about how the model was loaded. */
export async function noticesFor(request: OpenRequest, model: LlamaModel, { library, llama }: LoadedLibrary): Promise<Opened['notices']> {
  const notices: Opened['notices'] = []
  if (request.contextTokens !== null && request.contextTokens > model.trainContextSize)
    notices.push({
      code: 'CONTEXT_REDUCED',
      message: `The model was trained on ${model.trainContextSize} tokens at once, so ${request.contextTokens} were not given to it.`,
      hint: `Set engine.context to ${model.trainContextSize} or less.`,
    })
  const supported = request.gpu === 'auto' && llama.gpu === false ? await library.getLlamaGpuTypes('supported') : []
  if (supported.some(Boolean))
    notices.push({
      code: 'GPU_UNAVAILABLE',
      message: `The drivers of ${supported.filter(Boolean).join(' and ')} are there, but the library does not start with them; the model runs on the processor.`,
      hint: 'Run `agent doctor`.',
    })
  return notices
}
