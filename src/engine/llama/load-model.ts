import type { LlamaContext, LlamaModel } from 'node-llama-cpp'
import { AppError } from '../../domain/errors.ts'
import { describeBackend, type LoadedLibrary, loadLibrary } from './library.ts'
import type { OpenRequest, Opened } from './messages.ts'
import { type ChatTemplate, chooseTemplate } from './prompt.ts'
import { createSlots, type Slots } from './slots.ts'

export interface LoadedModel extends Pick<LoadedLibrary, 'library' | 'llama'> {
  model: LlamaModel
  template: ChatTemplate
  slots: Slots
  contextTokens: number
  /** Prompts are evaluated in slices of so many tokens, so that an abort need not wait for all of it. */
  sliceTokens: number
  opened: Opened
}

/** More context makes small models worse, and every token of it costs memory whether it is used or not. */
const preferredContext = 16_384
const smallestContext = 2048
/**
 * A GPU is busy with one sequence for a third of the time. A processor is not: there the second sequence would only slow the first one down,
 * cost its memory again, and evaluate once more what both prompts share.
 */
const sequencesOn = { gpu: 4, cpu: 1 }
/** On a processor a slice takes seconds, and smaller ones are hardly slower. */
const sliceTokensOn = { gpu: 512, cpu: 256 }

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
  const context = await createContext({ model, threads, request, parallel: request.parallel ?? sequencesOn[place] })
  const contextTokens = Math.min(context.contextSize, model.trainContextSize, request.contextTokens ?? preferredContext)
  const parallel = context.totalSequences
  const template = chooseTemplate(library, model)
  const offersTools = template.calls !== null
  return {
    library,
    llama,
    model,
    template,
    slots: createSlots(Array.from({ length: parallel }, () => context.getSequence())),
    contextTokens,
    sliceTokens: sliceTokensOn[place],
    opened: {
      contextTokens,
      parallel,
      offersTools,
      backend: await describeBackend(loaded, threads),
      notices: await noticesFor(request, model, loaded),
    },
  }
}

interface ContextOptions {
  model: LlamaModel
  threads: number
  request: OpenRequest
  parallel: number
}

/** Where the memory does not allow the chosen number of sequences, one with a smaller context is taken; what was asked for is taken or refused. */
export async function createContext({ model, threads, request, parallel }: ContextOptions): Promise<LlamaContext> {
  const max = Math.min(request.contextTokens ?? preferredContext, model.trainContextSize)
  const min = request.contextTokens === null ? Math.min(smallestContext, max) : max
  const isChosen = request.parallel === null && parallel > 1
  try {
    return await model.createContext({
      contextSize: { min: isChosen ? max : min, max },
      sequences: parallel,
      threads,
      // Where a size was asked for, it is not quietly made smaller.
      ...(request.contextTokens !== null && { failedCreationRemedy: false }),
    })
  } catch (error) {
    if (isChosen) return await createContext({ model, threads, request, parallel: 1 })
    throw new AppError(
      'ENGINE_OUT_OF_CONTEXT',
      `The memory that is free does not hold a context of ${min} tokens${parallel > 1 ? ` ${parallel} times` : ''}.`,
      {
        hint: 'Set engine.context to a smaller number, close other programs, or choose a smaller model with `agent models list`.',
        cause: error,
      },
    )
  }
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
