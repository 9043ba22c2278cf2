import { availableParallelism } from 'node:os'
import type * as Library from 'node-llama-cpp'
import { AppError } from '../../domain/errors.ts'
import { readCpuQuota } from './cpu-quota.ts'
import type { Backend, OpenRequest } from './messages.ts'

export type LlamaLibrary = typeof Library

export interface LoadedLibrary {
  library: LlamaLibrary
  llama: Library.Llama
  /** What the native library complained about since it was asked last. */
  takeErrors: () => string[]
}

/**
 * How a build of the library's own source differs from the prebuilt one. Its threads stay, where the prebuilt one starts and ends them with each token.
 * The library finds a build by the options that it was made with.
 */
export const sourceBuildOptions = { GGML_OPENMP: 'ON' }

/** The version that package.json pins. */
const pinnedVersion = '3.21.1'

/** Loads the native library with the backend asked for. It never builds anything, and writes nothing to our output. */
export async function loadLibrary(
  { gpu, threads }: Pick<OpenRequest, 'gpu' | 'threads'>,
  importLibrary = importPackage,
): Promise<LoadedLibrary> {
  const library = await importLibrary().catch((error: unknown) => {
    // Where it is looked for in a place of its own, what went wrong there is known better.
    if (error instanceof AppError) throw error
    throw new AppError('ENGINE_UNAVAILABLE', 'node-llama-cpp, which runs models on this machine, is not installed or does not load.', {
      hint: `Install it where coding-agent is installed (\`npm install node-llama-cpp@${pinnedVersion}\`, with --global if that is), or use an endpoint with --base-url.`,
      cause: error,
    })
  })
  const errors: string[] = []
  const llama = await library
    .getLlama({
      gpu: gpu === 'off' ? false : gpu,
      build: 'never',
      // Takes the library that was built here with these options where there is one, and the prebuilt one otherwise.
      cmakeOptions: sourceBuildOptions,
      skipDownload: true,
      progressLogs: false,
      logLevel: library.LlamaLogLevel.error,
      logger: (_level, message) => errors.push(message.trim()),
      maxThreads: 1,
    })
    .catch((error: unknown) => {
      throw notWorking(gpu, error)
    })
  if (gpu !== 'auto' && (llama.gpu || 'off') !== gpu) throw notWorking(gpu)
  llama.maxThreads = threads === 'auto' ? freeCores(llama.cpuMathCores) : threads
  return { library, llama, takeErrors: () => errors.splice(0) }
}

/** Which backend computes, on what. `threads` are those in use, which are fewer when a GPU does all the work. */
export async function describeBackend({ llama }: Pick<LoadedLibrary, 'llama'>, threads: number): Promise<Backend> {
  const { release } = llama.llamaCppRelease
  const backend = { threads, library: `node-llama-cpp ${pinnedVersion} (llama.cpp ${release}, ${llama.buildType})` }
  if (llama.gpu === false) return { name: 'cpu', devices: [], vramBytes: null, ...backend }
  const [devices, vram] = await Promise.all([llama.getGpuDeviceNames(), llama.getVramState()])
  return { name: llama.gpu, devices, vramBytes: vram.total, ...backend }
}

/** ggml's threads wait for each other by spinning: one more than there are free cores costs a factor of hundreds, so larger machines keep one back. */
export function freeCores(physicalCores: number, allowed = availableParallelism(), quota = readCpuQuota()): number {
  const cores = Math.max(1, Math.min(physicalCores, allowed, Math.floor(quota ?? Infinity)))
  return cores > 2 ? cores - 1 : cores
}

const importPackage = (): Promise<LlamaLibrary> => import('node-llama-cpp')

function notWorking(gpu: OpenRequest['gpu'], cause?: unknown): AppError {
  if (gpu === 'auto' || gpu === 'off')
    return new AppError('ENGINE_UNAVAILABLE', 'The native library of node-llama-cpp has no build that works on this machine.', {
      hint: 'Prebuilt libraries need glibc 2.34 or newer, macOS or Windows. Use an endpoint with --base-url otherwise.',
      cause,
    })
  return new AppError('ENGINE_FAILED', `The native library does not start with ${gpu} on this machine.`, { cause })
}
