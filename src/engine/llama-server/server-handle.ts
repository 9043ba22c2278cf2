import { AppError, type ErrorCode } from '../../domain/errors.ts'
import type { Engine, EngineHandle } from '../engine.ts'
import type { LocalHandle } from '../llama/local-engine.ts'
import { readModelName } from '../llama/model-name.ts'
import type { ServerSetting } from './find-server.ts'
import type { ServerEngine } from './open-server-engine.ts'
import type { Prepared, ServerOptions, ServerPlan } from './server-options.ts'

/** A handle whose engine also says what it computes on. */
interface ServerHandle extends EngineHandle {
  open(signal: AbortSignal): Promise<ServerEngine>
}

/** A model on this machine in a llama-server of the user's. Nothing is looked for or started before it is opened. */
export function serverHandle(options: ServerOptions, setting: ServerSetting): ServerHandle {
  const model = options.name ?? readModelName(options.modelPath)
  return { kind: 'local', model, digest: options.digest, open: (signal) => openNamed(options, { setting, model, signal }) }
}

interface Opening {
  setting: ServerSetting
  model: string
  signal: AbortSignal
}

async function openNamed(options: ServerOptions, { setting, model, signal }: Opening): Promise<ServerEngine> {
  signal.throwIfAborted()
  const { findLlamaServer } = await import('./find-server.ts')
  const server = await findLlamaServer(options.environment, { setting, signal })
  if (server === null) throw notFound()
  const [{ prepareServer }, { openServerEngine }] = await Promise.all([import('./prepare-server.ts'), import('./open-server-engine.ts')])
  return await openServerEngine(await prepareServer(server, options, signal), { options, model, signal })
}

/**
 * The library, or llama-server where PATH has one and it can do what the library cannot: keep experts in the memory of the machine, split a model over
 * several GPUs, use the blocks of a model that guess further tokens; or where the library is missing, does not load, or does not know the model.
 */
export function automaticHandle(library: LocalHandle, options: ServerOptions): EngineHandle {
  return { ...library, open: (signal) => openEither(library, { options, model: library.model ?? '', signal }) }
}

type Either = Omit<Opening, 'setting'> & { options: ServerOptions }

async function openEither(library: LocalHandle, { options, model, signal }: Either): Promise<Engine> {
  signal.throwIfAborted()
  const prepared = await prepareAny(options, signal)
  if (prepared === null) return await library.open(signal)
  const openServer = async (change: Partial<Prepared>) => {
    const { openServerEngine } = await import('./open-server-engine.ts')
    return await openServerEngine({ ...prepared, ...change }, { options, model, signal })
  }
  const isNeeded = needsServer(prepared.plans[0])
  // A GPU that llama-server does not start with is still one for the library.
  const engine = isNeeded
    ? await openServer({ plans: [prepared.plans[0]] }).catch(ourProblem)
    : await library.open(signal).catch(ourProblem)
  signal.throwIfAborted()
  if (!(engine instanceof AppError)) return engine
  if (isNeeded) return await library.open(signal)
  // Where neither can, what the library says is what the user knows more about.
  const other = libraryProblems.has(engine.code)
    ? await openServer({ notices: [...prepared.notices, instead(engine)] }).catch(ourProblem)
    : engine
  signal.throwIfAborted()
  if (other instanceof AppError) throw engine
  return other
}

/** Null where there is no server, or it has no place for the model. */
async function prepareAny(options: ServerOptions, signal: AbortSignal): Promise<Prepared | null> {
  const { findLlamaServer } = await import('./find-server.ts')
  const server = await findLlamaServer(options.environment, { signal })
  if (server === null) return null
  const { prepareServer } = await import('./prepare-server.ts')
  const prepared = await prepareServer(server, options, signal).catch(ourProblem)
  signal.throwIfAborted()
  return prepared instanceof AppError ? null : prepared
}

/** What the library does not expose; everything else it does in less time and memory. */
function needsServer({ offload: { nCpuMoe, tensorSplit }, drafts }: ServerPlan): boolean {
  return nCpuMoe > 0 || drafts || (tensorSplit ?? []).filter((count) => count > 0).length > 1
}

/** The library is not installed or does not load, or does not know what the model is. */
const libraryProblems = new Set<ErrorCode>(['ENGINE_UNAVAILABLE', 'MODEL_INVALID'])

function ourProblem(error: unknown): AppError {
  if (error instanceof AppError) return error
  throw error
}

const notFound = () =>
  new AppError('ENGINE_UNAVAILABLE', 'engine.server is always, and there is no llama-server on PATH.', {
    hint: 'Install one of llama.cpp, set engine.server to its path, or to auto.',
  })

const instead = ({ message }: AppError): Engine['notices'][number] => ({
  code: 'LLAMA_SERVER_USED',
  message: `${message} The llama-server on PATH runs the model instead.`,
  hint: 'Set engine.server to always to begin with it, or to never.',
})
