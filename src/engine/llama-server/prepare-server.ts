import { AppError } from '../../domain/errors.ts'
import { inspectFile } from '../llama/inspect-file.ts'
import { freeCores } from '../llama/library.ts'
import { type ModelLayout, readModelLayout } from '../models/model-layout.ts'
import type { LlamaServer } from './find-server.ts'
import { type Gpu, listGpus } from './list-gpus.ts'
import { physicalCores } from './physical-cores.ts'
import { planOffload } from './plan-offload.ts'
import type { Prepared, ServerOptions, ServerPlan } from './server-options.ts'

/** Looks at the model and the machine, and decides where the parts of the one go on the other. Throws where they do not fit at all. */
export async function prepareServer(server: LlamaServer, options: ServerOptions, signal: AbortSignal): Promise<Prepared> {
  const { modelPath, environment, gpu, contextTokens } = options
  await inspectFile(modelPath)
  const layout = await readModelLayout(modelPath)
  const all = gpu === 'off' ? [] : await listGpus(server, { environment, signal })
  const gpus = all.filter(({ backend }) => gpu === 'auto' || backend === gpu)
  const places = gpus.length === 0 ? [[]] : [gpus, []]
  const [best, ...others] = places.map((used) => planOn(used, layout, options)).filter(({ offload }) => offload.fits !== 'no')
  if (best === undefined) throw doesNotFit(options)
  const drafts = layout.draftBlocks > 0 && best.gpus.length > 0 && knowsDrafts(server)
  const trainedTokens = layout.contextTokens
  return {
    server,
    plans: drafts ? [{ ...best, drafts }, best, ...others] : [best, ...others],
    trainedTokens,
    notices: [
      ...(gpu !== 'auto' && gpu !== 'off' && gpus.length === 0 ? [gpuMissing(gpu)] : []),
      ...(contextTokens !== null && trainedTokens !== null && contextTokens > trainedTokens
        ? [contextReduced(contextTokens, trainedTokens)]
        : []),
    ],
  }
}

function planOn(gpus: readonly Gpu[], layout: ModelLayout, { freeRam, contextTokens, parallel, threads }: ServerOptions): ServerPlan {
  const machine = {
    gpus: gpus.map(({ freeBytes }) => freeBytes),
    ram: freeRam(),
    isShared: gpus.length === 1 && gpus[0]?.backend === 'metal',
  }
  const offload = planOffload(layout, machine, { contextTokens, parallel })
  const chosen = offload.fits === 'vram' ? 1 : freeCores(physicalCores())
  return { offload, gpus: offload.nGpuLayers > 0 ? gpus : [], threads: threads === 'auto' ? chosen : threads, drafts: false }
}

const knowsDrafts = ({ flags }: LlamaServer) => flags.has('--spec-type') && flags.has('--spec-draft-n-max')

function doesNotFit({ modelPath, contextTokens }: ServerOptions): AppError {
  if (contextTokens !== null)
    return new AppError(
      'ENGINE_OUT_OF_CONTEXT',
      `The memory that is free does not hold ${modelPath} with a context of ${contextTokens} tokens.`,
      {
        hint: 'Set engine.context to a smaller number, close other programs, or choose a smaller model with `agent models list`.',
      },
    )
  return new AppError('ENGINE_UNAVAILABLE', `The memory that is free does not hold the model ${modelPath}.`, {
    hint: 'Close other programs, or choose a smaller model with `agent models list`.',
  })
}

const gpuMissing = (gpu: string) => ({
  code: 'GPU_UNAVAILABLE',
  message: `This llama-server sees no GPU for ${gpu}. The model runs on the processor.`,
  hint: 'Install one that was built with it, or set engine.gpu to auto.',
})

const contextReduced = (asked: number, trained: number) => ({
  code: 'CONTEXT_REDUCED',
  message: `The model was trained on ${trained} tokens at once, so ${asked} were not given to it.`,
  hint: `Set engine.context to ${trained} or less.`,
})
