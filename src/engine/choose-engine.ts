import { AppError } from '../domain/errors.ts'
import type { SecretSpan } from '../domain/secrets.ts'
import { version } from '../domain/version.ts'
import type { Engine, EngineHandle } from './engine.ts'
import type { PullProposal } from './models/ensure-model.ts'
import type { ModelStore } from './models/model-store.ts'
import type { TransferEvent } from './models/transfer.ts'
import { endpointHandle } from './openai/endpoint-handle.ts'
import { defaultDeadlines, mostRetries } from './openai/endpoint-options.ts'
import { isLoopback } from './openai/is-loopback.ts'
import type { EngineOptions } from './options.ts'

export interface ChooseEngineOptions {
  engine: EngineOptions
  /** Asked for only where an endpoint is used. */
  apiKey(): string | null
  /** What the process of a local engine may inherit from. */
  environment: Readonly<Record<string, string | undefined>>
  /** Opens the model store; called only where a local model is wanted. */
  openStore(): Promise<ModelStore>
  allowPull: boolean
  /** Asks a person before a download; null where nobody sits in front of a terminal. */
  ask: ((proposal: PullProposal) => Promise<boolean>) | null
  findSecrets(text: string): Promise<readonly SecretSpan[]>
  /** Folder where what servers say of themselves is kept; without it, nothing is. */
  serversFolder?: string
  /** Folder where evaluated beginnings of prompts are kept for a local model; without it, none are. */
  prefixFolder?: string
  /** Requests at once; null leaves it to the engine. */
  jobs?: number | null
  onTransfer(event: TransferEvent): void
  signal: AbortSignal
}

/** `none`: nobody asked for a model, or `auto` found none. `failed`: the one that was named cannot be had. */
export type EngineChoice = { kind: 'none' } | { kind: 'engine'; handle: EngineHandle } | { kind: 'failed'; error: AppError }

const userAgent = `coding-agent/${version}`

/** Finds who answers. Nothing is loaded, and nothing is sent, before the handle is opened. */
export async function chooseEngine(options: ChooseEngineOptions): Promise<EngineChoice> {
  const { use, baseUrl } = options.engine
  switch (use) {
    case 'none':
      return { kind: 'none' }
    case 'endpoint':
      return { kind: 'engine', handle: endpoint(options) }
    case 'daemon':
      return failed('ENGINE_UNAVAILABLE', 'No daemon is running.', 'Use --engine local, or name a server with --base-url.')
    case 'local':
      return local(options)
    case 'auto':
      return baseUrl === null ? local(options) : { kind: 'engine', handle: endpoint(options) }
  }
}

function endpoint({ engine, apiKey, findSecrets, serversFolder, jobs }: ChooseEngineOptions): EngineHandle {
  const { baseUrl, model, context } = engine
  if (baseUrl === null) {
    throw new AppError('USAGE_INVALID', '--engine endpoint needs the address of a server.', {
      hint: 'Name it with --base-url, AGENT_BASE_URL or engine.baseUrl.',
    })
  }
  const handle = endpointHandle({
    baseUrl,
    model,
    apiKey: apiKey(),
    contextTokens: context,
    parallel: jobs ?? null,
    deadlines: defaultDeadlines,
    maxRetries: mostRetries,
    userAgent,
    rememberIn: serversFolder ?? null,
  })
  return isLoopback(baseUrl) ? handle : redacted(handle, findSecrets)
}

/** What leaves this machine carries no secret. */
function redacted(handle: EngineHandle, findSecrets: ChooseEngineOptions['findSecrets']): EngineHandle {
  return {
    ...handle,
    async open(signal): Promise<Engine> {
      const { redactingEngine } = await import('./redacting-engine.ts')
      return redactingEngine(await handle.open(signal), findSecrets)
    },
  }
}

async function local(options: ChooseEngineOptions): Promise<EngineChoice> {
  const { engine, openStore, allowPull, ask, onTransfer, signal } = options
  const store = await openStore()
  if (engine.model === null) {
    const preferred = await store.preferred()
    if (preferred) return localChoice(options, { path: preferred.path, digest: preferred.digest, name: preferred.id })
    return engine.use === 'auto'
      ? { kind: 'none' }
      : failed('ENGINE_UNAVAILABLE', 'There is no model on this machine.', 'Run `agent models list` and `agent models pull <id>`.')
  }
  try {
    const { ensureModel } = await import('./models/ensure-model.ts')
    const found = await ensureModel({ store, reference: engine.model, allowPull, ask, onProgress: onTransfer, signal })
    if (found.kind === 'file') return localChoice(options, { path: found.path, digest: found.digest, name: null })
    return localChoice(options, { path: found.model.path, digest: found.model.digest, name: found.model.id })
  } catch (error) {
    if (error instanceof AppError && error.code === 'MODEL_MISSING') return failed('ENGINE_UNAVAILABLE', error.message, error.hint ?? '')
    throw error
  }
}

interface LocalModel {
  path: string
  digest: string
  name: string | null
}

async function localChoice(
  { engine, environment, prefixFolder, jobs }: ChooseEngineOptions,
  { path, digest, name }: LocalModel,
): Promise<EngineChoice> {
  const { context, gpu, threads, server } = engine
  const options = {
    modelPath: path,
    digest,
    name,
    contextTokens: context,
    gpu: gpu === 'none' ? ('off' as const) : gpu,
    threads,
    parallel: jobs ?? null,
    prefixFolder: prefixFolder ?? null,
    environment,
    userAgent,
    freeRam: () => process.availableMemory(),
  }
  const { localHandle } = await import('./llama/local-engine.ts')
  if (server === 'never') return { kind: 'engine', handle: localHandle(options) }
  const { automaticHandle, serverHandle } = await import('./llama-server/server-handle.ts')
  const handle = server === 'auto' ? automaticHandle(localHandle(options), options) : serverHandle(options, server)
  return { kind: 'engine', handle }
}

const failed = (code: 'ENGINE_UNAVAILABLE', message: string, hint: string): EngineChoice => ({
  kind: 'failed',
  error: new AppError(code, message, { hint }),
})
